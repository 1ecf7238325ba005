//===- BoundedShapes.h - shapes that depend on values -----------*- C++ -*-===//
//
// A tensor whose shape only the values decide, and whose bound is known, is
// held in a tensor of the bound beside a scalar for each size (Slot::sizes).
// The graph is static that way, on every target. What an op makes of the sizes
// is a rule here; an op that reads elements which its result depends on has
// those beyond the sizes replaced by what does not count (zero for a sum).
//
//===----------------------------------------------------------------------===//
#ifndef TENON_COMPILER_IMPORT_ONNX_BOUNDEDSHAPES_H
#define TENON_COMPILER_IMPORT_ONNX_BOUNDEDSHAPES_H

#include "compiler/import/onnx/OpTable.h"

namespace tenon::onnx {

/// Converts a node of which an input is bounded: by `convert`, which takes
/// bounds for sizes, with the rule for its op before and after.
/// Unimplemented where there is no rule.
absl::Status convertBounded(NodeContext &n, Converter convert);

/// The size of input `i` along `axis` as a scalar, whether static or not.
Value sizeOf(NodeContext &n, size_t i, int64_t axis);

/// `x` with `fill`, a scalar, at the places along `axis` from `size` on.
Value fillBeyond(Emitter &e, Value x, int64_t axis, Value size, Value fill);

/// The elements of `x` within `sizes` in front, dense and row-major: as a
/// tensor of those sizes has them. The type stays.
Value pack(Emitter &e, Value x, llvm::ArrayRef<Value> sizes);

/// Sets output 0 of an Expand: input 0 broadcast with `shape`'s dims and sizes.
absl::Status expandToBounds(NodeContext &n, const Slot &shape);

/// `condition ? a : b` of tensors of one element type and rank: bounded along
/// the axes on which their sizes differ.
absl::StatusOr<Slot> chooseBounded(NodeContext &n, Value condition,
                                   const Slot &a, const Slot &b);

} // namespace tenon::onnx

#endif // TENON_COMPILER_IMPORT_ONNX_BOUNDEDSHAPES_H
