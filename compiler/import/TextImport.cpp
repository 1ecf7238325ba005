//===- TextImport.cpp - modules of the tenon dialect from files -----------===//
#include "compiler/import/TextImport.h"

#include "compiler/import/MappedFile.h"
#include "compiler/import/StatusMacros.h"
#include "compiler/import/VerifyModule.h"

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "ir/graph/GraphOps.h"
#include "mlir/Parser/Parser.h"

#include <filesystem>

using namespace tenon;
namespace fs = std::filesystem;

/// Checks that every weight's bytes are where the module says.
static absl::Status checkWeights(mlir::ModuleOp module,
                                 const std::string &path) {
  absl::flat_hash_map<std::string, std::shared_ptr<const MappedFile>> files;
  for (auto weight : module.getOps<graph::WeightOp>()) {
    if (!weight.getFile())
      continue;
    auto fail = [&](absl::string_view why) {
      return absl::InvalidArgumentError(absl::StrCat(
          "'", path, "': weight '", weight.getSymName().str(), "': ", why));
    };
    std::string name = weight.getFile()->str();
    auto &file = files[name];
    if (!file) {
      // An absolute path is what a person or a dump of ours wrote on purpose.
      auto opened = MappedFile::open(
          (fs::path(path).parent_path() / fs::path(name)).string());
      if (!opened.ok())
        return fail(opened.status().message());
      file = *opened;
    }
    auto offset = static_cast<uint64_t>(*weight.getOffset());
    auto size = static_cast<uint64_t>(weight.getByteSize());
    if (!file->contains(offset, size))
      return fail(absl::StrCat("bytes ", offset, " + ", size,
                               " lie outside of '", name, "' (", file->size(),
                               " bytes)"));
    std::string hash = weight.getHash().value_or("").str();
    absl::string_view stated = hash;
    if (absl::ConsumePrefix(&stated, "xxh3:") &&
        stated != contentHash(file->bytes(offset, size)))
      return fail(absl::StrCat("the bytes in '", name,
                               "' are not those that its hash states"));
  }
  return absl::OkStatus();
}

absl::StatusOr<mlir::OwningOpRef<mlir::ModuleOp>>
tenon::importText(const std::string &path, const ImportOptions &options,
                  mlir::MLIRContext &context) {
  if (!options.dims.empty())
    return absl::FailedPreconditionError(
        absl::StrCat("'", path, "' has no symbolic dimension '",
                     options.dims.front().name, "': its shapes are fixed"));
  context.loadDialect<graph::TenonDialect>();
  mlir::OwningOpRef<mlir::ModuleOp> module;
  {
    DiagnosticCollector collector(context);
    mlir::ParserConfig config(&context, /*verifyAfterParse=*/true);
    module = mlir::parseSourceFile<mlir::ModuleOp>(path, config);
    if (!module)
      return absl::InvalidArgumentError(
          collector.firstError().empty()
              ? absl::StrCat("'", path,
                             "' is not a module of the tenon dialect")
              : collector.firstError());
  }
  TENON_RETURN_IF_ERROR(checkWeights(*module, path));
  return module;
}
