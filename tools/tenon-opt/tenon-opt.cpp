//===- tenon-opt.cpp - MLIR's driver with Tenon's dialects and passes -----===//
//
// What tests and people who write passes use; users have `tenon`.
//
//===----------------------------------------------------------------------===//

#include "compiler/driver/Dialects.h"

#include "mlir/InitAllDialects.h"
#include "mlir/InitAllPasses.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  mlir::registerAllDialects(registry);
  mlir::registerAllPasses();
  tenon::driver::registerDialects(registry);
  tenon::driver::registerPasses();
  return mlir::asMainReturnCode(
      mlir::MlirOptMain(argc, argv, "Tenon's optimizer driver\n", registry));
}
