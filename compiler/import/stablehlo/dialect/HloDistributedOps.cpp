//===- HloDistributedOps.cpp - Ops declared in HloDistributedOps.td
//-----------===//
#include "compiler/import/stablehlo/dialect/HloDistributedOps.h"

#include "compiler/import/stablehlo/dialect/HloAssembly.h"
#include "mlir/IR/Builders.h"

using namespace mlir;
using namespace tenon::stablehlo;

#define GET_OP_CLASSES
#include "compiler/import/stablehlo/dialect/HloDistributedOps.cpp.inc"

void HloDialect::addDistributedOps() {
  addOperations<
#define GET_OP_LIST
#include "compiler/import/stablehlo/dialect/HloDistributedOps.cpp.inc"
      >();
}
