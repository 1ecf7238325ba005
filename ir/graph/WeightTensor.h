//===- WeightTensor.h - Weights named in their file -------------*- C++ -*-===//

#ifndef TENON_IR_GRAPH_WEIGHTTENSOR_H
#define TENON_IR_GRAPH_WEIGHTTENSOR_H

#include "llvm/ADT/StringRef.h"

namespace tenon::graph {

/// On a `tenon.weight` whose file holds tensors by name (safetensors): the name
/// of its tensor, a string, instead of an offset. Whoever loads a module
/// replaces it by the offset; no pass sees it.
inline constexpr llvm::StringLiteral kWeightTensorAttr = "tenon.tensor";

} // namespace tenon::graph

#endif // TENON_IR_GRAPH_WEIGHTTENSOR_H
