//===- tenon-opt.cpp - MLIR's driver with Tenon's dialects and passes -----===//
//
// What tests and people who write passes use; users have `tenon`.
//
//===----------------------------------------------------------------------===//

#include "ir/graph/GraphDialect.h"
#include "mlir/IR/DialectRegistry.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"
#include "mlir/Transforms/Passes.h"

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  registry.insert<tenon::graph::TenonDialect>();
  mlir::registerTransformsPasses();
  return mlir::asMainReturnCode(
      mlir::MlirOptMain(argc, argv, "Tenon's optimizer driver\n", registry));
}
