//===- HloAlgebraOps.h - Ops declared in HloAlgebraOps.td ------*- C++ -*-===//
#ifndef TENON_COMPILER_IMPORT_STABLEHLO_DIALECT_HLOALGEBRAOPS_H
#define TENON_COMPILER_IMPORT_STABLEHLO_DIALECT_HLOALGEBRAOPS_H

#include "compiler/import/stablehlo/dialect/HloDialect.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"

#define GET_OP_CLASSES
#include "compiler/import/stablehlo/dialect/HloAlgebraOps.h.inc"

#endif // TENON_COMPILER_IMPORT_STABLEHLO_DIALECT_HLOALGEBRAOPS_H
