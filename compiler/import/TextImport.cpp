//===- TextImport.cpp - modules of the tenon dialect from files -----------===//
#include "compiler/import/TextImport.h"

#include "compiler/import/StatusMacros.h"
#include "compiler/import/VerifyModule.h"
#include "compiler/import/WeightCheck.h"
#include "compiler/import/stablehlo/StablehloImport.h"

#include "absl/strings/str_cat.h"
#include "ir/graph/GraphOps.h"
#include "mlir/Parser/Parser.h"

using namespace tenon;

absl::StatusOr<mlir::OwningOpRef<mlir::ModuleOp>>
tenon::importText(const std::string &path, const ImportOptions &options,
                  mlir::MLIRContext &context) {
  mlir::DialectRegistry registry;
  registerStablehlo(registry);
  context.appendDialectRegistry(registry);
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
  if (isStablehlo(*module))
    return convertStablehlo(*module, path, options);
  if (!options.dims.empty())
    return absl::FailedPreconditionError(
        absl::StrCat("'", path, "' has no symbolic dimension '",
                     options.dims.front().name, "': its shapes are fixed"));
  TENON_RETURN_IF_ERROR(checkWeights(*module, path));
  return module;
}
