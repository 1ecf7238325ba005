//===- Attention.cpp - ONNX's Attention and RotaryEmbedding ---------------===//
//
// Attention is written with primitives, which fusion joins. Scores are kept in
// f32, or in f64 where that is asked for.
//
//===----------------------------------------------------------------------===//
#include "compiler/import/onnx/OpTable.h"
#include "compiler/import/onnx/ShapeRules.h"
#include "compiler/import/onnx/ops/Heads.h"

#include <cmath>
#include <limits>

using namespace tenon;
using namespace tenon::onnx;
using graph::ComparisonDirection;
using graph::ReductionKind;
using llvm::ArrayRef;

namespace {

/// One Attention node. Heads stand in front: queries are [B, H, S, D], keys
/// [B, G, T, D], values [B, G, T, E] with G dividing H, scores [B, H, S, T].
struct Attention {
  NodeContext &n;
  Emitter e;
  Value query, key, value;
  int64_t pastLength = 0;
  /// What scores and probabilities are computed in.
  mlir::Type wide;
  Dims scoreDims;
  /// The float mask, and where attention is allowed at all; both [.., S, T] of
  /// any rank, or null.
  Value bias, allowed;

  explicit Attention(NodeContext &n) : n(n), e(n.emit()) {}

  mlir::Type index() { return mlir::IntegerType::get(e.context(), 64); }
  Value number(double x) {
    return e.splat(mlir::RankedTensorType::get({}, wide), x);
  }
  Value minusInfinity() {
    return number(-std::numeric_limits<double>::infinity());
  }

  absl::Status readInputs() {
    TENON_ASSIGN_OR_RETURN(query, headsFirst(n, 0, "q_num_heads"));
    TENON_ASSIGN_OR_RETURN(key, headsFirst(n, 1, "kv_num_heads"));
    TENON_ASSIGN_OR_RETURN(value, headsFirst(n, 2, "kv_num_heads"));
    if (n.has(4) != n.has(5))
      return n.invalid("past_key and past_value come together");
    if (n.has(4)) {
      if (n.rank(4) != 4 || n.rank(5) != 4 || n.type(4) != n.type(1) ||
          n.type(5) != n.type(2))
        return n.invalid("past_key or past_value is not like the keys");
      pastLength = n.dims(4)[2];
      key = e.concat({n.value(4), key}, 2);
      value = e.concat({n.value(5), value}, 2);
    }
    auto q = dimsOf(query), k = dimsOf(key), v = dimsOf(value);
    bool fits = q[0] == k[0] && q[0] == v[0] && k[1] == v[1] && k[1] > 0 &&
                q[1] % k[1] == 0 && k[2] == v[2] && q[3] == k[3] &&
                n.type(0) == n.type(1);
    if (!fits)
      return n.invalid("its queries, keys and values do not fit together");
    scoreDims = {q[0], q[1], q[2], k[2]};
    auto precision = n.attrs().getInt("softmax_precision", 0);
    bool isDouble =
        n.type(0) == TensorProto::DOUBLE || precision == TensorProto::DOUBLE;
    wide = isDouble ? mlir::Type(mlir::Float64Type::get(e.context()))
                    : mlir::Type(mlir::Float32Type::get(e.context()));
    return absl::OkStatus();
  }

  /// Merges another condition into `allowed`.
  void allow(Value condition) {
    allowed = allowed ? e.binary<graph::AndOp>(allowed, condition) : condition;
  }

  absl::Status readMask() {
    if (!n.has(3))
      return absl::OkStatus();
    bool isBool = n.type(3) == TensorProto::BOOL;
    Value mask = isBool ? n.value(3) : e.convert(n.value(3), wide);
    if (rankOf(mask) < 1)
      return n.invalid("its mask is a scalar");
    // A mask that is too short forbids the rest.
    int64_t missing = scoreDims[3] - dimsOf(mask).back();
    if (missing > 0 && (dimsOf(mask).back() != 1 || rankOf(mask) > 1)) {
      Dims low(rankOf(mask), 0), high(rankOf(mask), 0);
      high.back() = missing;
      Value fill =
          isBool ? e.splat(mlir::RankedTensorType::get({}, elementOf(mask)), 0)
                 : minusInfinity();
      mask = e.pad(mask, fill, low, high);
    }
    auto dims = broadcastDims(dimsOf(mask), scoreDims);
    if (!dims || *dims != scoreDims)
      return n.invalid(absl::StrCat("a mask of shape ", dimsText(n.dims(3)),
                                    " does not fit scores of shape ",
                                    dimsText(scoreDims)));
    if (isBool)
      allow(mask);
    else
      bias = mask;
    return absl::OkStatus();
  }

  /// What is_causal, the windows and nonpad_kv_seqlen forbid.
  absl::Status readStructure() {
    bool causal = n.attrs().getInt("is_causal", 0) != 0;
    int64_t left = n.attrs().getInt("left_window_size", -1);
    int64_t right = n.attrs().getInt("right_window_size", -1);
    Value keyPlace = e.iota(index(), {scoreDims[2], scoreDims[3]}, 1);
    Value queryPlace = e.iota(index(), {scoreDims[2], scoreDims[3]}, 0);
    queryPlace = e.add(queryPlace,
                       e.scalar(queryPlace, static_cast<double>(pastLength)));
    if (n.has(6)) {
      if (n.rank(6) != 1 || n.dims(6)[0] != scoreDims[0])
        return n.invalid("nonpad_kv_seqlen is not one number per batch");
      Value valid =
          e.reshape(e.convert(n.value(6), index()), {scoreDims[0], 1, 1, 1});
      allow(e.compare(ComparisonDirection::LT, keyPlace, valid));
      if (!n.has(4))
        queryPlace =
            e.sub(e.add(queryPlace, valid),
                  e.scalar(queryPlace, static_cast<double>(scoreDims[2])));
    }
    auto shifted = [&](int64_t by) {
      return e.add(queryPlace, e.scalar(queryPlace, static_cast<double>(by)));
    };
    if (causal)
      allow(e.compare(ComparisonDirection::LE, keyPlace, queryPlace));
    if (left >= 0)
      allow(e.compare(ComparisonDirection::GE, keyPlace, shifted(-left)));
    if (right >= 0)
      allow(e.compare(ComparisonDirection::LE, keyPlace, shifted(right)));
    return absl::OkStatus();
  }

  /// The score that masks alone would give: 0, the bias, or -inf.
  Value maskScore() {
    Value zero = bias ? bias : number(0);
    return allowed ? e.select(allowed, zero, minusInfinity()) : bias;
  }

  absl::Status build() {
    float defaultScale =
        1 / std::sqrt(static_cast<float>(dimsOf(query).back()));
    double scale = n.attrs().getFloat("scale", defaultScale);
    double softcap = n.attrs().getFloat("softcap", 0);
    int64_t mode = n.attrs().getInt("qk_matmul_output_mode", 0);
    if (mode < 0 || mode > 3)
      return n.invalid(absl::StrCat("unknown qk_matmul_output_mode ", mode));
    auto report = [&](int64_t at, Value scores) {
      if (mode == at && n.wants(3))
        n.set(3, e.convert(scores, n.element(0)));
    };
    Value scores = e.reshape(groupedScores(e, query, key, wide), scoreDims);
    scores = e.mul(scores, number(scale));
    report(0, scores);
    if (softcap != 0) {
      Value bent = e.unary<graph::TanhOp>(e.div(scores, number(softcap)));
      scores = e.mul(bent, number(softcap));
    }
    report(1, scores);
    Value mask = maskScore();
    if (mask)
      scores = e.add(scores, mask);
    report(2, scores);
    Value probabilities = e.make<graph::SoftmaxOp>(scores.getType(), scores, 3);
    if (mask) {
      // A row without any key gives zeros, not NaN.
      Value best =
          e.reduce(ReductionKind::Maximum, mask, {rankOf(mask) - 1}, true);
      Value isEmpty = e.compare(ComparisonDirection::EQ, best, minusInfinity());
      probabilities = e.select(isEmpty, number(0), probabilities);
    }
    report(3, probabilities);
    probabilities = e.convert(probabilities, n.element(0));
    Value y = groupedMix(e, probabilities, value, wide);
    y = e.convert(y, n.element(0));
    n.set(0, n.rank(0) == 3 ? headsLast(e, y) : y);
    if (n.wants(1))
      n.set(1, key);
    if (n.wants(2))
      n.set(2, value);
    return absl::OkStatus();
  }
};

absl::Status attention(NodeContext &n) {
  Attention attention(n);
  TENON_RETURN_IF_ERROR(attention.readInputs());
  TENON_RETURN_IF_ERROR(attention.readMask());
  TENON_RETURN_IF_ERROR(attention.readStructure());
  return attention.build();
}

/// Cosines or sines of input `i` as [B or 1, 1, S, R / 2].
absl::StatusOr<Value> rotations(NodeContext &n, size_t i, Value x,
                                int64_t half) {
  Emitter e = n.emit();
  Value table = n.value(i);
  if (n.has(3)) {
    if (rankOf(table) != 2 || n.rank(3) != 2)
      return n.invalid("its caches are not one row per position");
    // Positions [B, S] take rows of the table.
    Dims positions(n.dims(3).begin(), n.dims(3).end());
    int64_t count = *elementCount(positions);
    Value flat = e.reshape(n.value(3), {count});
    Dims dims = {positions[0], 1, positions[1], dimsOf(table)[1]};
    table = e.reshape(e.take(table, 0, flat), dims);
  } else if (rankOf(table) == 3) {
    auto dims = dimsOf(table);
    table = e.reshape(table, {dims[0], 1, dims[1], dims[2]});
  } else {
    return n.invalid("without position_ids its caches have three dimensions");
  }
  Dims whole = {dimsOf(x)[0], dimsOf(x)[1], dimsOf(x)[2], half};
  auto dims = broadcastDims(dimsOf(table), whole);
  if (!dims || *dims != whole)
    return n.invalid("its caches do not fit the input");
  return table;
}

absl::Status rotaryEmbedding(NodeContext &n) {
  Emitter e = n.emit();
  TENON_ASSIGN_OR_RETURN(Value x, headsFirst(n, 0, "num_heads"));
  auto dims = dimsOf(x);
  int64_t size = dims[3];
  int64_t rotated = n.attrs().getInt("rotary_embedding_dim", 0);
  if (rotated == 0)
    rotated = size;
  if (rotated < 0 || rotated > size || rotated % 2 != 0)
    return n.invalid(absl::StrCat("it rotates ", rotated, " of ", size));
  int64_t half = rotated / 2;
  TENON_ASSIGN_OR_RETURN(Value cosine, rotations(n, 1, x, half));
  TENON_ASSIGN_OR_RETURN(Value sine, rotations(n, 2, x, half));
  Value turning = e.sliceAxis(x, 3, 0, rotated);
  bool interleaved = n.attrs().getInt("interleaved", 0) != 0;
  Value real, imaginary;
  Dims pairs = {dims[0], dims[1], dims[2], half, 2};
  Dims halves = {dims[0], dims[1], dims[2], half};
  if (interleaved) {
    Value split = e.reshape(turning, pairs);
    real = e.reshape(e.sliceAxis(split, 4, 0, 1), halves);
    imaginary = e.reshape(e.sliceAxis(split, 4, 1, 1), halves);
  } else {
    real = e.sliceAxis(turning, 3, 0, half);
    imaginary = e.sliceAxis(turning, 3, half, half);
  }
  Value newReal = e.sub(e.mul(cosine, real), e.mul(sine, imaginary));
  Value newImaginary = e.add(e.mul(sine, real), e.mul(cosine, imaginary));
  Value turned;
  if (interleaved) {
    Dims one = halves;
    one.push_back(1);
    turned =
        e.concat({e.reshape(newReal, one), e.reshape(newImaginary, one)}, 4);
    Dims joined = {dims[0], dims[1], dims[2], rotated};
    turned = e.reshape(turned, joined);
  } else {
    turned = e.concat({newReal, newImaginary}, 3);
  }
  if (rotated < size)
    turned = e.concat({turned, e.sliceAxis(x, 3, rotated, size - rotated)}, 3);
  n.set(0, n.rank(0) == 3 ? headsLast(e, turned) : turned);
  return absl::OkStatus();
}

} // namespace

llvm::ArrayRef<OpEntry> tenon::onnx::attentionOps() {
  static const OpEntry rows[] = {
      {"Attention", 23, 3, 7, 4, attention},
      {"RotaryEmbedding", 23, 3, 4, 1, rotaryEmbedding},
  };
  return rows;
}
