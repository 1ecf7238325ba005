//===- HloDialect.h - The import-only dialects ------------------*- C++ -*-===//
//
// `stablehlo` and `chlo`: what MLIR's parser reads a foreign module with. The
// ops of a family are declared in that family's .h.inc, which only the code
// that converts the family includes.
//
//===----------------------------------------------------------------------===//
#ifndef TENON_COMPILER_IMPORT_STABLEHLO_DIALECT_HLODIALECT_H
#define TENON_COMPILER_IMPORT_STABLEHLO_DIALECT_HLODIALECT_H

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"

#include "compiler/import/stablehlo/dialect/ChloDialect.h.inc"
#include "compiler/import/stablehlo/dialect/HloDialect.h.inc"
#include "compiler/import/stablehlo/dialect/HloEnums.h.inc"

#define GET_ATTRDEF_CLASSES
#include "compiler/import/stablehlo/dialect/HloAttrs.h.inc"
#define GET_TYPEDEF_CLASSES
#include "compiler/import/stablehlo/dialect/HloTypes.h.inc"
#define GET_ATTRDEF_CLASSES
#include "compiler/import/stablehlo/dialect/ChloAttrs.h.inc"

#endif // TENON_COMPILER_IMPORT_STABLEHLO_DIALECT_HLODIALECT_H
