//===- Products.h - products that several ops share -------------*- C++ -*-===//
#ifndef TENON_COMPILER_IMPORT_ONNX_OPS_PRODUCTS_H
#define TENON_COMPILER_IMPORT_ONNX_OPS_PRODUCTS_H

#include "compiler/import/onnx/NodeContext.h"

namespace tenon::onnx {

/// NumPy's matmul of two values: vectors count as a row or a column, leading
/// dimensions broadcast. Null where the shapes do not fit.
Value numpyProduct(Emitter &e, Value a, Value b, mlir::Type element);

/// The convolution that the attributes of a Conv-like node describe, of `x`, in
/// the shape of its input 0, with `kernel`, [out, in / groups, ...]. Both have
/// one element type. An error where they do not fit.
absl::StatusOr<Value> convolution(NodeContext &n, Value x, Value kernel);

} // namespace tenon::onnx

#endif // TENON_COMPILER_IMPORT_ONNX_OPS_PRODUCTS_H
