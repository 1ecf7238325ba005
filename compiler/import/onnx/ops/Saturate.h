//===- Saturate.h - conversions that saturate -------------------*- C++ -*-===//
#ifndef TENON_COMPILER_IMPORT_ONNX_OPS_SATURATE_H
#define TENON_COMPILER_IMPORT_ONNX_OPS_SATURATE_H

#include "compiler/import/onnx/Emitter.h"

namespace tenon::onnx {

/// Converts floats to `to`, an integer or a float; what lies beyond its finite
/// numbers becomes the nearest of them, NaN stays NaN where there is one.
Value saturate(Emitter &e, Value x, mlir::Type to);

} // namespace tenon::onnx

#endif // TENON_COMPILER_IMPORT_ONNX_OPS_SATURATE_H
