//===- HloElementwiseOps.h - Ops declared in HloElementwiseOps.td ------*- C++
//-*-===//
#ifndef TENON_COMPILER_IMPORT_STABLEHLO_DIALECT_HLOELEMENTWISEOPS_H
#define TENON_COMPILER_IMPORT_STABLEHLO_DIALECT_HLOELEMENTWISEOPS_H

#include "compiler/import/stablehlo/dialect/HloDialect.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"

#define GET_OP_CLASSES
#include "compiler/import/stablehlo/dialect/HloElementwiseOps.h.inc"

#endif // TENON_COMPILER_IMPORT_STABLEHLO_DIALECT_HLOELEMENTWISEOPS_H
