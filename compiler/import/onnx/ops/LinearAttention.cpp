//===- LinearAttention.cpp - ONNX's attention with a running state --------===//
//
// LinearAttention, CausalConvWithState and TensorScatter, of which models make
// recurrences, and FlexAttention, whose scores a graph of the node changes.
//
//===----------------------------------------------------------------------===//
#include "compiler/import/onnx/OpTable.h"
#include "compiler/import/onnx/ShapeRules.h"
#include "compiler/import/onnx/ops/Heads.h"

#include "ir/graph/Reducers.h"
#include "llvm/ADT/STLExtras.h"

#include <cmath>

using namespace tenon;
using namespace tenon::onnx;
using graph::ReductionKind;
using llvm::ArrayRef;

namespace {

/// More tokens than this are not unrolled.
constexpr int64_t kMostTokens = 512;

/// f32, or f64 for what is f64.
mlir::Type wideType(Emitter &e, mlir::Type element) {
  return element.isF64() ? element
                         : mlir::Type(mlir::Float32Type::get(e.context()));
}

/// LinearAttention token by token: the state S is [B, G, D, E].
struct LinearAttention {
  NodeContext &n;
  Emitter e;
  mlir::Type wide;
  Value query, key, value, decay, beta, state;
  int64_t batch, heads, groups, tokens, keySize, valueSize;

  explicit LinearAttention(NodeContext &n) : n(n), e(n.emit()) {}

  /// Input `i`, [B, T, G * x], as [B, G, T, x].
  absl::StatusOr<Value> perGroup(size_t i) {
    if (n.rank(i) != 3 || n.dims(i)[0] != batch || n.dims(i)[1] != tokens)
      return n.invalid(absl::StrCat("input ", i, " does not fit the queries"));
    int64_t width = n.dims(i)[2];
    // One number for all heads serves each of them.
    if (width % groups != 0 && width != 1)
      return n.invalid(absl::StrCat("input ", i, " has not the keys' heads"));
    int64_t own = width == 1 ? 1 : groups;
    Value x = e.convert(n.value(i), wide);
    x = e.transpose(e.reshape(x, {batch, tokens, own, width / own}),
                    {0, 2, 1, 3});
    return e.broadcast(x, {batch, groups, tokens, width / own});
  }

  absl::Status read() {
    if (n.rank(0) != 3 || n.rank(1) != 3 || n.rank(2) != 3)
      return n.invalid("its queries, keys and values are not [B, T, H * D]");
    heads = n.attrs().getInt("q_num_heads", 0);
    groups = n.attrs().getInt("kv_num_heads", 0);
    batch = n.dims(0)[0];
    tokens = n.dims(0)[1];
    if (heads < 1 || groups < 1 || heads % groups != 0 ||
        n.dims(0)[2] % heads != 0)
      return n.invalid("its heads do not fit its inputs");
    keySize = n.dims(0)[2] / heads;
    wide = wideType(e, n.element(0));
    TENON_ASSIGN_OR_RETURN(key, perGroup(1));
    TENON_ASSIGN_OR_RETURN(value, perGroup(2));
    valueSize = dimsOf(value)[3];
    if (dimsOf(key)[3] != keySize)
      return n.invalid("its keys are not as large as its queries");
    query = e.reshape(e.convert(n.value(0), wide),
                      {batch, tokens, groups, heads / groups, keySize});
    query = e.transpose(query, {0, 2, 3, 1, 4});
    Dims stateDims = {batch, groups, keySize, valueSize};
    if (n.has(3) && n.dims(3) != ArrayRef<int64_t>(stateDims))
      return n.invalid("past_state is not [B, G, D, E]");
    state = n.has(3) ? e.convert(n.value(3), wide)
                     : e.splat(mlir::RankedTensorType::get(stateDims, wide), 0);
    if (n.has(4)) {
      TENON_ASSIGN_OR_RETURN(decay, perGroup(4));
      if (dimsOf(decay)[3] != 1 && dimsOf(decay)[3] != keySize)
        return n.invalid("its decay has not one number per head or key");
      decay = e.exp(decay);
    }
    if (n.has(5)) {
      TENON_ASSIGN_OR_RETURN(beta, perGroup(5));
      if (dimsOf(beta)[3] != 1)
        return n.invalid("beta has not one number per head");
    }
    return absl::OkStatus();
  }

  /// Token `t` of [B, G, T, x], as [B, G, rows, columns].
  Value token(Value x, int64_t t, int64_t rows, int64_t columns) {
    return e.reshape(e.sliceAxis(x, 2, t, 1), {batch, groups, rows, columns});
  }

  /// The sum over D of k[.., D, 1] * S[.., D, E]: [.., 1, E].
  Value lookUp(Value k) {
    return e.reduce(ReductionKind::Add, e.mul(k, state), {2}, true);
  }

  absl::Status build() {
    std::string rule = n.attrs().getString("update_rule", "gated_delta");
    bool isGated = rule == "gated" || rule == "gated_delta";
    bool isDelta = rule == "delta" || rule == "gated_delta";
    if (!isGated && !isDelta && rule != "linear")
      return n.invalid(absl::StrCat("unknown update_rule ", quoteName(rule)));
    if ((isGated && !decay) || (isDelta && !beta))
      return n.invalid("its update_rule needs an input that is absent");
    if (tokens > kMostTokens)
      return n.unsupported("so many tokens");
    double scale = n.attrs().getFloat("scale", 0);
    if (scale == 0)
      scale = 1 / std::sqrt(static_cast<double>(keySize));
    llvm::SmallVector<Value> outputs;
    for (int64_t t = 0; t < tokens; ++t) {
      Value k = token(key, t, keySize, 1), v = token(value, t, 1, valueSize);
      if (isGated) {
        int64_t width = dimsOf(decay)[3];
        state = e.mul(state, token(decay, t, width, 1));
      }
      if (isDelta)
        v = e.mul(token(beta, t, 1, 1), e.sub(v, lookUp(k)));
      state = e.add(state, e.mul(k, v));
      // [B, G, H / G, D] x [B, G, D, E].
      Value q = e.reshape(e.sliceAxis(query, 3, t, 1),
                          {batch, groups, heads / groups, keySize});
      Value o = e.dot(q, state, {0, 1}, {0, 1}, {3}, {2});
      o = e.mul(o, e.scalar(o, scale));
      outputs.push_back(e.reshape(o, {batch, 1, heads * valueSize}));
    }
    if (outputs.empty())
      return n.unsupported("no tokens");
    n.set(0, e.convert(e.concat(outputs, 1), n.element(0)));
    if (n.wants(1))
      n.set(1, e.convert(state, n.element(n.has(3) ? 3 : 0)));
    return absl::OkStatus();
  }
};

absl::Status linearAttention(NodeContext &n) {
  LinearAttention attention(n);
  TENON_RETURN_IF_ERROR(attention.read());
  return attention.build();
}

/// A depthwise convolution that sees the past only, of which the last elements
/// are carried along.
absl::Status causalConvWithState(NodeContext &n) {
  if (n.rank(0) != 3 || n.rank(1) != 3 || n.dims(1)[0] != n.dims(0)[1] ||
      n.dims(1)[1] != 1 || n.dims(1)[2] < 1)
    return n.invalid("its input and weight are not [B, C, L] and [C, 1, k]");
  std::string activation = n.attrs().getString("activation", "none");
  if (activation != "none" && activation != "silu" && activation != "swish")
    return n.invalid(
        absl::StrCat("unknown activation ", quoteName(activation)));
  Emitter e = n.emit();
  int64_t batch = n.dims(0)[0], channels = n.dims(0)[1];
  int64_t length = n.dims(0)[2], past = n.dims(1)[2] - 1;
  Value x = n.value(0);
  Dims stateDims = {batch, channels, past};
  if (n.has(3) && n.dims(3) != ArrayRef<int64_t>(stateDims))
    return n.invalid("past_state is not [B, C, k - 1]");
  Value whole = x;
  if (past > 0)
    whole = n.has(3) ? e.concat({n.value(3), x}, 2)
                     : e.pad(x, e.scalar(x, 0), {0, 0, past}, {0, 0, 0});
  // One shifted product per element of the kernel, summed in f32.
  mlir::Type wide = wideType(e, n.element(0));
  Value sum;
  for (int64_t tap = 0; tap <= past; ++tap) {
    Value weight = e.reshape(e.sliceAxis(n.value(1), 2, tap, 1), {channels});
    Value part = e.sliceAxis(whole, 2, tap, length);
    part = e.mul(e.convert(part, wide),
                 e.broadcastInDim(e.convert(weight, wide), dimsOf(part), {1}));
    sum = sum ? e.add(sum, part) : part;
  }
  if (n.has(2)) {
    if (n.rank(2) != 1 || n.dims(2)[0] != channels)
      return n.invalid("its bias has not one number per channel");
    sum = e.add(
        sum, e.broadcastInDim(e.convert(n.value(2), wide), dimsOf(sum), {1}));
  }
  if (activation != "none")
    sum = e.mul(sum, e.unary<graph::LogisticOp>(sum));
  n.set(0, e.convert(sum, n.element(0)));
  if (n.wants(1))
    n.set(1, e.sliceAxis(whole, 2, length, past));
  return absl::OkStatus();
}

/// Writes input 1 into input 0, from a place along `axis` that each batch
/// names.
absl::Status tensorScatter(NodeContext &n) {
  TENON_ASSIGN_OR_RETURN(int64_t axis,
                         n.axis(n.attrs().getInt("axis", -2), n.rank(0)));
  bool isCircular = n.attrs().getString("mode", "linear") == "circular";
  Dims update(n.dims(0).begin(), n.dims(0).end());
  if (n.rank(1) != n.rank(0) || axis == 0 || n.type(0) != n.type(1))
    return n.invalid("its update does not fit the cache");
  int64_t batch = n.dims(0)[0], size = n.dims(0)[axis];
  int64_t length = n.dims(1)[axis];
  update[axis] = length;
  if (n.dims(1) != ArrayRef<int64_t>(update) || length > size ||
      (n.has(2) && n.dims(2) != ArrayRef<int64_t>(batch)))
    return n.invalid("its update does not fit the cache");
  Emitter e = n.emit();
  mlir::Type index = mlir::IntegerType::get(e.context(), 64);
  // For each place of the cache, which element of the update it takes, if any.
  Value place = e.iota(index, {batch, size}, 1);
  Value from = place;
  if (n.has(2))
    from = e.sub(place, e.reshape(e.convert(n.value(2), index), {batch, 1}));
  if (isCircular)
    from = e.wrap(from, size);
  Value isWritten = e.binary<graph::AndOp>(
      e.compare(graph::ComparisonDirection::GE, from, e.scalar(from, 0)),
      e.compare(graph::ComparisonDirection::LT, from,
                e.scalar(from, static_cast<double>(length))));
  if (length == 0) {
    n.set(0, n.value(0));
    return absl::OkStatus();
  }
  Dims slice = update;
  slice[0] = slice[axis] = 1;
  // The gather gives [B, size] in front of the other dimensions.
  Dims front = {batch, size}, order = {0}, own;
  for (int64_t d = 1; d < n.rank(0); ++d)
    if (d != axis)
      front.push_back(update[d]);
  for (int64_t d = 2; d < n.rank(0); ++d)
    own.push_back(d);
  Value taken = e.make<graph::GatherOp>(
      mlir::RankedTensorType::get(front, n.element(0)), n.value(1),
      e.clamp(from, 0, static_cast<double>(length - 1)), ArrayRef<int64_t>(own),
      ArrayRef<int64_t>(axis), ArrayRef<int64_t>(0), ArrayRef<int64_t>(0),
      ArrayRef<int64_t>(axis), static_cast<uint64_t>(2),
      ArrayRef<int64_t>(slice), false);
  int64_t next = 2;
  for (int64_t d = 1; d < n.rank(0); ++d)
    order.push_back(d == axis ? 1 : next++);
  taken = e.transpose(taken, order);
  Value mask = e.broadcastInDim(isWritten, n.dims(0), {0, axis});
  n.set(0, e.select(mask, taken, n.value(0)));
  return absl::OkStatus();
}

/// Runs the graph in attribute `name`, if there is one, over `x`.
absl::StatusOr<Value> modified(NodeContext &n, absl::string_view name,
                               Value x) {
  const GraphProto *graph = n.attrs().getGraph(name);
  if (!graph)
    return x;
  Slot slot = n.slotFor(x);
  TENON_ASSIGN_OR_RETURN(auto outputs, n.inlineBody(*graph, slot));
  if (outputs.size() != 1)
    return n.invalid(absl::StrCat(name, " has not one output"));
  if (outputs[0]->poisoned)
    return Value();
  if (outputs[0]->dims != slot.dims || outputs[0]->type != slot.type)
    return n.invalid(absl::StrCat(name, " changes the shape or type"));
  return n.valueOf(*outputs[0]);
}

absl::Status flexAttention(NodeContext &n) {
  Emitter e = n.emit();
  if (n.rank(0) != 4 || n.rank(1) != 4 || n.rank(2) != 4)
    return n.invalid("its inputs are not [B, H, S, D]");
  auto q = n.dims(0), k = n.dims(1), v = n.dims(2);
  if (q[0] != k[0] || q[0] != v[0] || k[1] != v[1] || k[1] < 1 ||
      q[1] % k[1] != 0 || k[2] != v[2] || q[3] != k[3])
    return n.invalid("its queries, keys and values do not fit together");
  auto wanted =
      n.attrs().getInt("softmax_precision", n.type(0) == TensorProto::DOUBLE
                                                ? TensorProto::DOUBLE
                                                : TensorProto::FLOAT);
  if (!TensorProto::DataType_IsValid(static_cast<int>(wanted)) ||
      !isHostFloat(static_cast<TensorProto::DataType>(wanted)))
    return n.invalid("its softmax_precision is no float");
  mlir::Type element =
      elementType(static_cast<TensorProto::DataType>(wanted), e.context());
  float defaultScale = 1 / std::sqrt(static_cast<float>(q[3]));
  Dims dims = {q[0], q[1], q[2], k[2]};
  Value scores =
      groupedScores(e, n.value(0), n.value(1), wideType(e, n.element(0)));
  scores = e.mul(scores,
                 e.scalar(scores, n.attrs().getFloat("scale", defaultScale)));
  scores = e.convert(e.reshape(scores, dims), element);
  TENON_ASSIGN_OR_RETURN(scores, modified(n, "score_mod", scores));
  Value probabilities =
      scores ? e.make<graph::SoftmaxOp>(scores.getType(), scores, 3) : Value();
  if (probabilities) {
    TENON_ASSIGN_OR_RETURN(probabilities,
                           modified(n, "prob_mod", probabilities));
  }
  if (!probabilities) {
    n.set(0, Slot{.poisoned = true});
    return absl::OkStatus();
  }
  probabilities = e.convert(probabilities, n.element(0));
  Value y = groupedMix(e, probabilities, n.value(2), wideType(e, n.element(0)));
  n.set(0, e.convert(y, n.element(0)));
  return absl::OkStatus();
}

} // namespace

llvm::ArrayRef<OpEntry> tenon::onnx::linearAttentionOps() {
  static const OpEntry rows[] = {
      {"CausalConvWithState", 27, 2, 4, 2, causalConvWithState},
      {"FlexAttention", 1, 3, 3, 1, flexAttention, "", 1, "ai.onnx.preview"},
      {"LinearAttention", 27, 3, 6, 2, linearAttention,
       "of at most 512 tokens"},
      {"TensorScatter", 24, 2, 3, 1, tensorScatter},
  };
  return rows;
}
