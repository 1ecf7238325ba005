//===- HloIndexingOps.cpp - Ops declared in HloIndexingOps.td -----------===//
#include "compiler/import/stablehlo/dialect/HloIndexingOps.h"

#include "compiler/import/stablehlo/dialect/HloAssembly.h"
#include "mlir/IR/Builders.h"

using namespace mlir;
using namespace tenon::stablehlo;

#define GET_OP_CLASSES
#include "compiler/import/stablehlo/dialect/HloIndexingOps.cpp.inc"

void HloDialect::addIndexingOps() {
  addOperations<
#define GET_OP_LIST
#include "compiler/import/stablehlo/dialect/HloIndexingOps.cpp.inc"
      >();
}
