//===- OpenProgram.cpp - StableHLO whose arguments have no sizes ----------===//
#include "compiler/import/MissingOps.h"
#include "compiler/import/StatusMacros.h"
#include "compiler/import/onnx/UnsupportedReport.h"
#include "compiler/import/stablehlo/RuleTable.h"
#include "compiler/import/stablehlo/Signature.h"
#include "compiler/import/stablehlo/StablehloImport.h"

#include "mlir/IR/SymbolTable.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

#include <set>

using namespace mlir;
using namespace tenon;

/// Where an op stands, as MLIR prints it.
static std::string place(Operation *op) {
  std::string text;
  llvm::raw_string_ostream(text) << op->getLoc();
  return text;
}

/// Lists the ops, of functions that are called, that no rule converts.
static onnx::UnsupportedReport lookUpOps(ModuleOp source) {
  onnx::UnsupportedReport report;
  const stablehlo::RuleTable &rules = stablehlo::ruleTable();
  for (auto function : source.getOps<func::FuncOp>()) {
    if (!function.isPublic() &&
        SymbolTable::symbolKnownUseEmpty(function, source))
      continue;
    function.getBody().walk([&](Operation *op) {
      // The last one ends its block.
      if (op->getNextNode() && !rules.find(op->getName().getStringRef()))
        report.add(op->getName().getStringRef().str(),
                   whyNotImported(op->getName().getStringRef().str()),
                   place(op));
    });
  }
  return report;
}

/// What a function declares; a type that is no tensor is left to the import.
static DeclaredEntry declare(func::FuncOp function,
                             const std::vector<stablehlo::DimNames> &symbols) {
  DeclaredEntry entry{function.getName().str(), {}};
  std::vector<std::string> names = stablehlo::argumentNames(function);
  for (auto [index, type] : llvm::enumerate(function.getArgumentTypes())) {
    DeclaredInput &input = entry.inputs.emplace_back();
    input.name = names[index];
    auto tensor = dyn_cast<RankedTensorType>(type);
    if (!tensor)
      continue;
    input.symbols = symbols[index];
    llvm::raw_string_ostream(input.dtype) << tensor.getElementType();
    for (int64_t size : tensor.getShape())
      input.shape.push_back(ShapedType::isDynamic(size) ? -1 : size);
  }
  return entry;
}

absl::StatusOr<OpenModel>
tenon::describeStablehlo(ModuleOp source, const std::string &path,
                         const ImportOptions &options) {
  OpenModel result;
  std::set<std::string> open;
  for (auto function : source.getOps<func::FuncOp>()) {
    if (!function.isPublic() || function.isExternal())
      continue;
    std::vector<stablehlo::DimNames> symbols =
        stablehlo::nameDimensions(function);
    TENON_RETURN_IF_ERROR(stablehlo::checkBindings(symbols, options, path));
    for (std::string &dim : stablehlo::openDimensions(symbols, options))
      open.insert(std::move(dim));
    result.entries.push_back(declare(function, symbols));
  }
  result.openDims.assign(open.begin(), open.end());
  result.files = {llvm::sys::path::filename(path).str()};
  if (onnx::UnsupportedReport report = lookUpOps(source); !report.empty())
    return report.status(path);
  return result;
}
