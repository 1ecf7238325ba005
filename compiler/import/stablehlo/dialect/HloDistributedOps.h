//===- HloDistributedOps.h - Ops declared in HloDistributedOps.td ------*- C++
//-*-===//
#ifndef TENON_COMPILER_IMPORT_STABLEHLO_DIALECT_HLODISTRIBUTEDOPS_H
#define TENON_COMPILER_IMPORT_STABLEHLO_DIALECT_HLODISTRIBUTEDOPS_H

#include "compiler/import/stablehlo/dialect/HloDialect.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"

#define GET_OP_CLASSES
#include "compiler/import/stablehlo/dialect/HloDistributedOps.h.inc"

#endif // TENON_COMPILER_IMPORT_STABLEHLO_DIALECT_HLODISTRIBUTEDOPS_H
