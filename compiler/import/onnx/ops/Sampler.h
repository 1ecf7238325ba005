//===- Sampler.h - values at computed places --------------------*- C++ -*-===//
#ifndef TENON_COMPILER_IMPORT_ONNX_OPS_SAMPLER_H
#define TENON_COMPILER_IMPORT_ONNX_OPS_SAMPLER_H

#include "compiler/import/onnx/Emitter.h"

namespace tenon::onnx {

/// Reads images [N, C, spatial...] at places that are computed, [N, P...] for
/// each spatial dimension: results are [N, C, P...].
class Sampler {
public:
  Sampler(Emitter emitter, Value images);

  int64_t spatialRank() const { return static_cast<int64_t>(sizes.size()); }
  int64_t size(int64_t dimension) const { return sizes[dimension]; }

  /// The elements at integer places, one tensor of integers per spatial
  /// dimension, which are moved inside where they are not.
  Value at(llvm::ArrayRef<Value> places);
  /// The same, but zero at places outside.
  Value atOrZero(llvm::ArrayRef<Value> places);
  /// A weight [N, P...] for each channel.
  Value perChannel(Value weight);
  /// Linear interpolation at real places; the neighbours outside count as zero.
  Value linear(llvm::ArrayRef<Value> places);

private:
  Emitter e;
  Value images;
  Dims sizes;
};

/// `x`, real, as 64-bit integers.
Value asIndex(Emitter &e, Value x);

} // namespace tenon::onnx

#endif // TENON_COMPILER_IMPORT_ONNX_OPS_SAMPLER_H
