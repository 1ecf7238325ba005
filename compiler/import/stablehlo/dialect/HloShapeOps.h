//===- HloShapeOps.h - Ops declared in HloShapeOps.td ------*- C++ -*-===//
#ifndef TENON_COMPILER_IMPORT_STABLEHLO_DIALECT_HLOSHAPEOPS_H
#define TENON_COMPILER_IMPORT_STABLEHLO_DIALECT_HLOSHAPEOPS_H

#include "compiler/import/stablehlo/dialect/HloDialect.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"

#define GET_OP_CLASSES
#include "compiler/import/stablehlo/dialect/HloShapeOps.h.inc"

#endif // TENON_COMPILER_IMPORT_STABLEHLO_DIALECT_HLOSHAPEOPS_H
