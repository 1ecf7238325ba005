//===- Heads.h - attention heads as dimensions ------------------*- C++ -*-===//
#ifndef TENON_COMPILER_IMPORT_ONNX_OPS_HEADS_H
#define TENON_COMPILER_IMPORT_ONNX_OPS_HEADS_H

#include "compiler/import/onnx/NodeContext.h"

namespace tenon::onnx {

/// Input `i` as [batch, heads, length, size]: as it is where it has four
/// dimensions; from [batch, length, heads * size] with the number of heads in
/// the attribute `heads` where it has three.
absl::StatusOr<Value> headsFirst(NodeContext &n, size_t i,
                                 absl::string_view heads);

/// [batch, heads, length, size] as [batch, length, heads * size].
Value headsLast(Emitter &e, Value x);

/// Products of queries [B, H, S, D] with keys [B, G, T, D], where H / G
/// neighbouring heads share one of the keys' heads: [B, G, H / G * S, T], which
/// is row-major [B, H, S, T]. Sums are kept in `element`.
Value groupedScores(Emitter &e, Value query, Value key, mlir::Type element);

/// Mixes values [B, G, T, E] by probabilities [B, H, S, T]: [B, H, S, E].
Value groupedMix(Emitter &e, Value probabilities, Value value,
                 mlir::Type element);

} // namespace tenon::onnx

#endif // TENON_COMPILER_IMPORT_ONNX_OPS_HEADS_H
