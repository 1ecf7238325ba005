//===- SdyOps.h - Ops declared in SdyOps.td ---------------------*- C++ -*-===//
#ifndef TENON_COMPILER_IMPORT_STABLEHLO_DIALECT_SDYOPS_H
#define TENON_COMPILER_IMPORT_STABLEHLO_DIALECT_SDYOPS_H

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/SymbolTable.h"

#include "compiler/import/stablehlo/dialect/SdyDialect.h.inc"

#define GET_OP_CLASSES
#include "compiler/import/stablehlo/dialect/SdyOps.h.inc"

namespace tenon::sdy {

/// How many devices the meshes have that an attribute of the dialect spells
/// out; 1 where it spells out none.
int64_t countDevices(mlir::Attribute note);

} // namespace tenon::sdy

#endif // TENON_COMPILER_IMPORT_STABLEHLO_DIALECT_SDYOPS_H
