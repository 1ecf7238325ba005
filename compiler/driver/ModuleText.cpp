#include "compiler/driver/ModuleText.h"

#include "compiler/import/TextImport.h"

#include "llvm/Support/raw_ostream.h"

#include <filesystem>
#include <fstream>
#include <iostream>

namespace tenon::driver {

namespace fs = std::filesystem;
using report::ErrorCode;

namespace {

/// Elements that printForReading still spells out.
constexpr int64_t elementLimit = 16;

std::string print(mlir::Operation *op, const mlir::OpPrintingFlags &flags) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  op->print(stream, flags);
  stream << "\n";
  return text;
}

/// A reference to a weight's file, as seen from another folder.
std::string rebase(const std::string &file, const std::string &fromFolder,
                   const std::string &toFolder) {
  fs::path path = fs::absolute(fs::path(fromFolder) / file).lexically_normal();
  fs::path base = fs::absolute(fs::path(toFolder)).lexically_normal();
  return path.lexically_relative(base).generic_string();
}

} // namespace

std::string folderOf(const std::string &path) {
  std::string folder = fs::path(path).parent_path().string();
  return folder.empty() ? "." : folder;
}

std::string printModule(mlir::ModuleOp module, const std::string &fromFolder,
                        const std::string &toFolder) {
  // A clone is cheap: weights are references.
  mlir::OwningOpRef<mlir::ModuleOp> copy = module.clone();
  for (mlir::Operation &op : *copy->getBody()) {
    auto file = op.getAttrOfType<mlir::StringAttr>("file");
    if (op.getName().getStringRef() == "tenon.weight" && file)
      op.setAttr("file", mlir::StringAttr::get(
                             op.getContext(),
                             rebase(file.str(), fromFolder, toFolder)));
  }
  return print(*copy, mlir::OpPrintingFlags().enableDebugInfo());
}

std::string printForReading(mlir::Operation *op) {
  return print(op, mlir::OpPrintingFlags()
                       .elideLargeElementsAttrs(elementLimit)
                       .elideLargeResourceString()
                       .useLocalScope(false));
}

absl::StatusOr<mlir::OwningOpRef<mlir::ModuleOp>>
parseModule(const std::string &path, mlir::MLIRContext &context,
            ErrorCode malformed) {
  auto module = tenon::parseModule(path, context);
  if (!module.ok())
    return report::makeError(absl::IsNotFound(module.status())
                                 ? ErrorCode::ModelUnreadable
                                 : malformed,
                             std::string(module.status().message()));
  return module;
}

absl::Status writeText(const std::string &path, const std::string &text) {
  if (path == "-") {
    std::cout << text << std::flush;
    if (std::cout)
      return absl::OkStatus();
  } else {
    std::ofstream file(path, std::ios::binary);
    file << text;
    if (file.flush())
      return absl::OkStatus();
  }
  return report::makeError(report::ErrorCode::OutputUnwritable,
                           path + ": cannot write the file");
}

} // namespace tenon::driver
