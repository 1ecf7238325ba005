//===- AxisOperands.h - one number per axis, known at run time --*- C++ -*-===//
#ifndef TENON_COMPILER_IMPORT_ONNX_OPS_AXISOPERANDS_H
#define TENON_COMPILER_IMPORT_ONNX_OPS_AXISOPERANDS_H

#include "compiler/import/onnx/NodeContext.h"

namespace tenon::onnx {

/// The numbers of an operand such as Slice's starts or Pad's pads, of which
/// each belongs to the axis that another operand names.
class AxisOperands {
public:
  /// Reads input `i`, `parts` numbers per axis, with the axes in input
  /// `axesInput` or, where that is absent, all axes of input 0.
  static absl::StatusOr<AxisOperands> read(NodeContext &n, size_t i,
                                           size_t axesInput, int64_t parts = 1);

  /// Number `part` of `axis` as a scalar of 64-bit integers. Null where it is
  /// known that none is given; `otherwise` where that is only known at run
  /// time.
  Value along(Emitter &e, int64_t axis, double otherwise, int64_t part = 0);

private:
  /// The numbers as [parts * count].
  Value numbers;
  int64_t count = 0;
  /// The axes: where known, and as a vector where not.
  std::optional<Dims> known;
  Value computed;
};

} // namespace tenon::onnx

#endif // TENON_COMPILER_IMPORT_ONNX_OPS_AXISOPERANDS_H
