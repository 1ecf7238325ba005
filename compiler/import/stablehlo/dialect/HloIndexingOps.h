//===- HloIndexingOps.h - Ops declared in HloIndexingOps.td ------*- C++
//-*-===//
#ifndef TENON_COMPILER_IMPORT_STABLEHLO_DIALECT_HLOINDEXINGOPS_H
#define TENON_COMPILER_IMPORT_STABLEHLO_DIALECT_HLOINDEXINGOPS_H

#include "compiler/import/stablehlo/dialect/HloDialect.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"

#define GET_OP_CLASSES
#include "compiler/import/stablehlo/dialect/HloIndexingOps.h.inc"

#endif // TENON_COMPILER_IMPORT_STABLEHLO_DIALECT_HLOINDEXINGOPS_H
