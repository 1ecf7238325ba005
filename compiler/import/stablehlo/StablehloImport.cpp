//===- StablehloImport.cpp - StableHLO modules as models ------------------===//
#include "compiler/import/stablehlo/StablehloImport.h"

#include "compiler/import/StatusMacros.h"
#include "compiler/import/VerifyModule.h"
#include "compiler/import/stablehlo/Converter.h"
#include "compiler/import/stablehlo/dialect/HloDialect.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

using namespace tenon;

void tenon::registerStablehlo(mlir::DialectRegistry &registry) {
  registry.insert<mlir::func::FuncDialect, stablehlo::HloDialect,
                  chlo::ChloDialect>();
}

bool tenon::isStablehlo(mlir::ModuleOp module) {
  return !module.getOps<mlir::func::FuncOp>().empty();
}

absl::StatusOr<mlir::OwningOpRef<mlir::ModuleOp>>
tenon::convertStablehlo(mlir::ModuleOp source, const std::string &path,
                        const ImportOptions &options) {
  source.getContext()->loadDialect<graph::TenonDialect>();
  stablehlo::Converter converter(source, path, options);
  TENON_ASSIGN_OR_RETURN(auto module, converter.run());
  TENON_RETURN_IF_ERROR(verifyImported(*module, path));
  return std::move(module);
}
