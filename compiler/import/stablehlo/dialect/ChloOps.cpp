//===- ChloOps.cpp - Registration of chlo and its ops ---------------------===//
#include "compiler/import/stablehlo/dialect/ChloOps.h"

#include "compiler/import/stablehlo/dialect/HloAssembly.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace tenon::chlo;

#include "compiler/import/stablehlo/dialect/ChloDialect.cpp.inc"

#define GET_ATTRDEF_CLASSES
#include "compiler/import/stablehlo/dialect/ChloAttrs.cpp.inc"

#define GET_OP_CLASSES
#include "compiler/import/stablehlo/dialect/ChloOps.cpp.inc"

void ChloDialect::initialize() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "compiler/import/stablehlo/dialect/ChloAttrs.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "compiler/import/stablehlo/dialect/ChloOps.cpp.inc"
      >();
}
