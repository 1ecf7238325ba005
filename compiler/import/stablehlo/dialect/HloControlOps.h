//===- HloControlOps.h - Ops declared in HloControlOps.td ------*- C++ -*-===//
#ifndef TENON_COMPILER_IMPORT_STABLEHLO_DIALECT_HLOCONTROLOPS_H
#define TENON_COMPILER_IMPORT_STABLEHLO_DIALECT_HLOCONTROLOPS_H

#include "compiler/import/stablehlo/dialect/HloDialect.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"

#define GET_OP_CLASSES
#include "compiler/import/stablehlo/dialect/HloControlOps.h.inc"

#endif // TENON_COMPILER_IMPORT_STABLEHLO_DIALECT_HLOCONTROLOPS_H
