//===- ShapeRules.h - ONNX's rules for shapes and axes ----------*- C++ -*-===//
//
// Shared by the evaluator and the converters, so that a shape computed while
// importing and one computed for the graph can never differ. Nothing here
// trusts its arguments: nothing is returned for what ONNX does not allow.
//
//===----------------------------------------------------------------------===//
#ifndef TENON_COMPILER_IMPORT_ONNX_SHAPERULES_H
#define TENON_COMPILER_IMPORT_ONNX_SHAPERULES_H

#include "compiler/import/onnx/ModelReader.h"

#include "llvm/ADT/ArrayRef.h"

#include <optional>

namespace tenon::onnx {

/// `axis`, counted from the end when negative, as 0 .. rank - 1.
std::optional<int64_t> normalizeAxis(int64_t axis, int64_t rank);

/// Each of `axes` normalized, in the given order. They must be unique.
std::optional<Dims> normalizeAxes(llvm::ArrayRef<int64_t> axes, int64_t rank);

/// Multidirectional (NumPy) broadcast of two shapes.
std::optional<Dims> broadcastDims(llvm::ArrayRef<int64_t> a,
                                  llvm::ArrayRef<int64_t> b);

/// Reshape's result: 0 copies the input's dimension unless `allowZero`, one -1
/// is inferred.
std::optional<Dims> reshapeDims(llvm::ArrayRef<int64_t> from,
                                llvm::ArrayRef<int64_t> to, bool allowZero);

/// Unsqueeze's result: ones inserted at `axes` of the result.
std::optional<Dims> unsqueezeDims(llvm::ArrayRef<int64_t> from,
                                  llvm::ArrayRef<int64_t> axes);

/// Squeeze's result: the unit dimensions `axes` removed, or all of them where
/// none are given.
std::optional<Dims> squeezeDims(llvm::ArrayRef<int64_t> from,
                                std::optional<llvm::ArrayRef<int64_t>> axes);

/// One dimension of a slice: elements start, start + step, ..., `count` of
/// them, all in range. The step may be negative.
struct SliceRange {
  int64_t start = 0;
  int64_t step = 1;
  int64_t count = 0;
};

/// Slice's ranges, one per dimension of `from`. `axes` and `steps` may be
/// empty; out-of-range starts and ends are clamped as ONNX says.
std::optional<std::vector<SliceRange>>
sliceRanges(llvm::ArrayRef<int64_t> from, llvm::ArrayRef<int64_t> starts,
            llvm::ArrayRef<int64_t> ends, llvm::ArrayRef<int64_t> axes,
            llvm::ArrayRef<int64_t> steps);

/// The sizes Split gives `size` along its axis: `sizes` where they are given
/// and add up, else `parts` equal ones, the last smaller where
/// `allowUneven` (opset 18 and later).
std::optional<Dims> splitSizes(int64_t size, int64_t parts,
                               std::optional<llvm::ArrayRef<int64_t>> sizes,
                               bool allowUneven);

/// The axes that a reduction reduces: `axes`, or all where there are none and
/// `emptyMeansNone` is unset.
std::optional<Dims> reducedAxes(std::optional<llvm::ArrayRef<int64_t>> axes,
                                int64_t rank, bool emptyMeansNone);

/// "2x3x4" or "scalar", for messages.
std::string dimsText(llvm::ArrayRef<int64_t> dims);

} // namespace tenon::onnx

#endif // TENON_COMPILER_IMPORT_ONNX_SHAPERULES_H
