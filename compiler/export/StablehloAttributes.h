//===- StablehloAttributes.h - Attributes in StableHLO's form ---*- C++ -*-===//
#ifndef TENON_COMPILER_EXPORT_STABLEHLOATTRIBUTES_H
#define TENON_COMPILER_EXPORT_STABLEHLOATTRIBUTES_H

#include "mlir/IR/Operation.h"

namespace tenon {

/// The attributes that an op of the graph dialect has as an op of StableHLO.
/// Both dialects use the same names where they can; the rest is dimension
/// numbers in one structure, padding in pairs, and enumerations of another
/// dialect.
mlir::NamedAttrList getStablehloAttributes(mlir::Operation *op);

} // namespace tenon

#endif // TENON_COMPILER_EXPORT_STABLEHLOATTRIBUTES_H
