//===- ChloOps.h - Ops declared in ChloOps.td -------------------*- C++ -*-===//
#ifndef TENON_COMPILER_IMPORT_STABLEHLO_DIALECT_CHLOOPS_H
#define TENON_COMPILER_IMPORT_STABLEHLO_DIALECT_CHLOOPS_H

#include "compiler/import/stablehlo/dialect/HloDialect.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"

#define GET_OP_CLASSES
#include "compiler/import/stablehlo/dialect/ChloOps.h.inc"

#endif // TENON_COMPILER_IMPORT_STABLEHLO_DIALECT_CHLOOPS_H
