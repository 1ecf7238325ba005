//===- HloReductionOps.h - Ops declared in HloReductionOps.td ------*- C++
//-*-===//
#ifndef TENON_COMPILER_IMPORT_STABLEHLO_DIALECT_HLOREDUCTIONOPS_H
#define TENON_COMPILER_IMPORT_STABLEHLO_DIALECT_HLOREDUCTIONOPS_H

#include "compiler/import/stablehlo/dialect/HloDialect.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"

#define GET_OP_CLASSES
#include "compiler/import/stablehlo/dialect/HloReductionOps.h.inc"

#endif // TENON_COMPILER_IMPORT_STABLEHLO_DIALECT_HLOREDUCTIONOPS_H
