//===- HloElementwiseOps.cpp - Ops declared in HloElementwiseOps.td
//-----------===//
#include "compiler/import/stablehlo/dialect/HloElementwiseOps.h"

#include "compiler/import/stablehlo/dialect/HloAssembly.h"
#include "mlir/IR/Builders.h"

using namespace mlir;
using namespace tenon::stablehlo;

#define GET_OP_CLASSES
#include "compiler/import/stablehlo/dialect/HloElementwiseOps.cpp.inc"

void HloDialect::addElementwiseOps() {
  addOperations<
#define GET_OP_LIST
#include "compiler/import/stablehlo/dialect/HloElementwiseOps.cpp.inc"
      >();
}
