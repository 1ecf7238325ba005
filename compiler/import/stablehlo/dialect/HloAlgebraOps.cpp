//===- HloAlgebraOps.cpp - Ops declared in HloAlgebraOps.td -----------===//
#include "compiler/import/stablehlo/dialect/HloAlgebraOps.h"

#include "compiler/import/stablehlo/dialect/HloAssembly.h"
#include "mlir/IR/Builders.h"

using namespace mlir;
using namespace tenon::stablehlo;

#define GET_OP_CLASSES
#include "compiler/import/stablehlo/dialect/HloAlgebraOps.cpp.inc"

void HloDialect::addAlgebraOps() {
  addOperations<
#define GET_OP_LIST
#include "compiler/import/stablehlo/dialect/HloAlgebraOps.cpp.inc"
      >();
}
