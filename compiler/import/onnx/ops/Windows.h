//===- Windows.h - strides and paddings of ONNX's windows -------*- C++ -*-===//
//
// What convolutions and pools share: the attributes that say how a window
// slides, with auto_pad resolved for the shape at hand.
//
//===----------------------------------------------------------------------===//
#ifndef TENON_COMPILER_IMPORT_ONNX_OPS_WINDOWS_H
#define TENON_COMPILER_IMPORT_ONNX_OPS_WINDOWS_H

#include "compiler/import/onnx/NodeContext.h"

namespace tenon::onnx {

/// How a window slides; one entry per spatial dimension in each list.
struct Window {
  Dims size;
  Dims strides;
  Dims dilations;
  /// Padding as the node states it, or as auto_pad works out.
  Dims low;
  Dims high;
  /// Size of the result.
  Dims output;
  /// Padding at the end such that exactly `output` windows fit: with
  /// ceil_mode more than `high`, otherwise possibly less.
  Dims exactHigh;
};

/// Reads the window of a node whose input 0 is [N, C, spatial...] and whose
/// window has `size`. InvalidArgument where the attributes do not fit.
absl::StatusOr<Window> readWindow(NodeContext &n, Dims size);

} // namespace tenon::onnx

#endif // TENON_COMPILER_IMPORT_ONNX_OPS_WINDOWS_H
