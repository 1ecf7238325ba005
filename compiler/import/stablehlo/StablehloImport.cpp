//===- StablehloImport.cpp - StableHLO modules as models ------------------===//
#include "compiler/import/stablehlo/StablehloImport.h"

#include "compiler/import/StatusMacros.h"
#include "compiler/import/VerifyModule.h"
#include "compiler/import/stablehlo/Converter.h"
#include "compiler/import/stablehlo/dialect/HloDialect.h"
#include "compiler/import/stablehlo/dialect/SdyOps.h"
#include "compiler/import/stablehlo/vhlo/VhloConversion.h"
#include "compiler/import/stablehlo/vhlo/VhloDialect.h"

#include "absl/strings/str_cat.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Verifier.h"

using namespace tenon;

void tenon::registerStablehlo(mlir::DialectRegistry &registry) {
  registry.insert<mlir::func::FuncDialect, stablehlo::HloDialect,
                  chlo::ChloDialect, sdy::SdyDialect, vhlo::VhloDialect>();
}

bool tenon::isStablehlo(mlir::ModuleOp module) {
  return !module.getOps<mlir::func::FuncOp>().empty() || vhlo::isVhlo(module);
}

/// Portable ops become StableHLO's, verified as the parser verifies those.
static absl::Status readPortable(mlir::ModuleOp module,
                                 const std::string &path) {
  DiagnosticCollector collector(*module.getContext());
  if (succeeded(vhlo::convertVhlo(module)) && succeeded(mlir::verify(module)))
    return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("'", path, "': ", collector.firstError()));
}

absl::StatusOr<mlir::OwningOpRef<mlir::ModuleOp>>
tenon::convertStablehlo(mlir::ModuleOp source, const std::string &path,
                        const ImportOptions &options) {
  source.getContext()->loadDialect<graph::TenonDialect>();
  if (vhlo::isVhlo(source))
    TENON_RETURN_IF_ERROR(readPortable(source, path));
  stablehlo::Converter converter(source, path, options);
  TENON_ASSIGN_OR_RETURN(auto module, converter.run());
  TENON_RETURN_IF_ERROR(verifyImported(*module, path));
  return std::move(module);
}
