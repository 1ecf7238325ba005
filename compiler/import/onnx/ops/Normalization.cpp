//===- Normalization.cpp - ONNX's norms, softmaxes and GELU ---------------===//
//
// Ops that the graph has as composites, and those that follow from them.
//
//===----------------------------------------------------------------------===//
#include "compiler/import/onnx/OpTable.h"
#include "compiler/import/onnx/ShapeRules.h"

#include "llvm/ADT/STLExtras.h"

#include <numeric>

using namespace tenon;
using namespace tenon::onnx;
using graph::ReductionKind;
using llvm::ArrayRef;

static int64_t productOf(ArrayRef<int64_t> dims) {
  return std::accumulate(dims.begin(), dims.end(), int64_t{1},
                         std::multiplies<>());
}

/// Runs `body(emitter, x, axis)` for Softmax and its relatives. Before version
/// 13 the axis splits the tensor into a matrix whose rows are normalized.
static absl::Status
alongAxis(NodeContext &n,
          llvm::function_ref<Value(Emitter &, Value, int64_t)> body) {
  bool coerces = n.opset() < 13;
  Emitter e = n.emit();
  Value x = n.value(0);
  if (n.rank(0) == 0)
    return n.invalid("its input is a scalar");
  TENON_ASSIGN_OR_RETURN(
      int64_t axis,
      n.axis(n.attrs().getInt("axis", coerces ? 1 : -1), n.rank(0)));
  if (!coerces || axis == n.rank(0) - 1) {
    n.set(0, body(e, x, axis));
    return absl::OkStatus();
  }
  Dims matrix = {productOf(n.dims(0).take_front(axis)),
                 productOf(n.dims(0).drop_front(axis))};
  n.set(0, e.reshape(body(e, e.reshape(x, matrix), 1), n.dims(0)));
  return absl::OkStatus();
}

template <typename Op> static absl::Status rowOp(NodeContext &n) {
  return alongAxis(n, [](Emitter &e, Value x, int64_t axis) {
    return e.make<Op>(x.getType(), x, axis);
  });
}

/// One at the first largest element of each row, zero elsewhere.
static absl::Status hardmax(NodeContext &n) {
  return alongAxis(n, [](Emitter &e, Value x, int64_t axis) {
    mlir::Type index = mlir::IntegerType::get(e.context(), 64);
    Value largest = e.reduce(ReductionKind::Maximum, x, {axis}, true);
    Value hit = e.compare(graph::ComparisonDirection::EQ, x, largest);
    Value place = e.iota(index, dimsOf(x), axis);
    Value candidates =
        e.select(hit, place, e.neutral(ReductionKind::Minimum, index));
    Value first = e.reduce(ReductionKind::Minimum, candidates, {axis}, true);
    return e.convert(e.compare(graph::ComparisonDirection::EQ, place, first),
                     elementOf(x));
  });
}

static absl::Status gelu(NodeContext &n) {
  std::string form = n.attrs().getString("approximate", "none");
  if (form != "none" && form != "tanh")
    return n.invalid(absl::StrCat("unknown approximate ", quoteName(form)));
  Value x = n.value(0);
  n.set(0,
        n.emit().make<graph::GeluOp>(x.getType(), x,
                                     form == "tanh" ? graph::GeluForm::Tanh
                                                    : graph::GeluForm::Exact));
  return absl::OkStatus();
}

static absl::Status batchNormalization(NodeContext &n) {
  bool isTraining = n.attrs().getInt("training_mode", 0) != 0 &&
                    n.form() != ModelForm::Inference;
  bool wantsStatistics = n.wants(1) || n.wants(2);
  // Of the statistics' outputs nothing is known at inference but that they stay
  // as they are.
  if (wantsStatistics && n.opset() < 14)
    return n.unsupported("the statistics' outputs of operator sets before 14");
  if (n.opset() < 9 && n.attrs().getInt("spatial", 1) == 0)
    return n.unsupported("statistics per element");
  if (n.rank(0) < 2)
    return n.invalid("its input is not [N, C, ...]");
  Emitter e = n.emit();
  Value x = n.value(0);
  llvm::SmallVector<Value> statistics;
  for (size_t i = 1; i < 5; ++i) {
    if (n.rank(i) != 1 || n.dims(i)[0] != n.dims(0)[1])
      return n.invalid(
          absl::StrCat("input ", i, " has not one number per channel"));
    statistics.push_back(n.value(i));
  }
  // Statistics of another type than the data: compute in theirs.
  bool mixed = llvm::any_of(
      statistics, [&](Value v) { return elementOf(v) != elementOf(x); });
  if (mixed) {
    mlir::Type wide = mlir::Float32Type::get(e.context());
    x = e.convert(x, wide);
    for (Value &value : statistics)
      value = e.convert(value, wide);
  }
  llvm::APFloat epsilon(n.attrs().getFloat("epsilon", 1e-5f));
  if (!isTraining) {
    Value y = e.make<graph::BatchNormInferenceOp>(x.getType(), x, statistics[0],
                                                  statistics[1], statistics[2],
                                                  statistics[3], epsilon, 1);
    n.set(0, e.convert(y, n.element(0)));
    for (size_t i : {1, 2})
      if (n.wants(i))
        n.set(i, n.value(i + 2));
    return absl::OkStatus();
  }
  auto batch = graph::BatchNormTrainingOp::create(
      n.builder(), e.location(), x.getType(), statistics[2].getType(),
      statistics[3].getType(), x, statistics[0], statistics[1], epsilon, 1);
  n.set(0, e.convert(batch.getOutput(), n.element(0)));
  double momentum = n.attrs().getFloat("momentum", 0.9f);
  Value fresh[] = {batch.getBatchMean(), batch.getBatchVar()};
  for (size_t i : {0, 1}) {
    Value old = statistics[i + 2];
    Value running =
        e.convert(e.add(e.mul(old, e.scalar(old, momentum)),
                        e.mul(fresh[i], e.scalar(old, 1 - momentum))),
                  n.element(i + 3));
    if (n.wants(i + 1))
      n.set(i + 1, running);
    n.recordUpdate(i + 3, running);
  }
  return absl::OkStatus();
}

/// Normalizes the dimensions from `axis` on, without scale and bias.
static Value normalize(Emitter &e, Value x, int64_t axis, float epsilon) {
  return e.make<graph::LayerNormOp>(
      x.getType(), x, Value(), Value(), axis,
      llvm::APFloat(static_cast<double>(epsilon)));
}

/// Input `i`, a scale or bias, in the shape of the normalized dimensions; null
/// where it does not broadcast to them alone.
static Value rowParameter(NodeContext &n, size_t i, ArrayRef<int64_t> row) {
  auto dims = broadcastDims(n.dims(i), row);
  if (!dims || ArrayRef<int64_t>(*dims) != row)
    return {};
  return n.emit().broadcast(n.value(i), row);
}

static absl::Status layerNormalization(NodeContext &n) {
  TENON_ASSIGN_OR_RETURN(int64_t axis,
                         n.axis(n.attrs().getInt("axis", -1), n.rank(0)));
  auto row = n.dims(0).drop_front(axis);
  float epsilon = n.attrs().getFloat("epsilon", 1e-5f);
  Emitter e = n.emit();
  Value x = n.value(0);
  mlir::Type element = elementOf(x);
  Value scale = n.type(1) == n.type(0) ? rowParameter(n, 1, row) : Value();
  Value bias =
      n.has(2) && n.type(2) == n.type(0) ? rowParameter(n, 2, row) : Value();
  bool whole = scale && (bias || !n.has(2)) && !n.wants(1) && !n.wants(2);
  if (whole) {
    n.set(0, e.make<graph::LayerNormOp>(
                 x.getType(), x, scale, bias, axis,
                 llvm::APFloat(static_cast<double>(epsilon))));
    return absl::OkStatus();
  }
  // The statistics are results of their own, or the parameters reach beyond
  // the row: in primitives, at f32 as stash_type says.
  if (element.isF16() || element.isBF16())
    x = e.convert(x, mlir::Float32Type::get(e.context()));
  Dims axes(row.size());
  std::iota(axes.begin(), axes.end(), axis);
  auto average = [&](Value of) {
    Value sum = e.reduce(ReductionKind::Add, of, axes, true);
    return e.div(sum, e.scalar(sum, static_cast<double>(productOf(row))));
  };
  Value mean = average(x);
  Value centered = e.sub(x, mean);
  Value variance = average(e.mul(centered, centered));
  Value inverse =
      e.unary<graph::RsqrtOp>(e.add(variance, e.scalar(variance, epsilon)));
  Value y = e.convert(e.mul(centered, inverse), element);
  for (size_t i = 1; i < n.numInputs(); ++i) {
    auto dims = broadcastDims(n.dims(i), n.dims(0));
    if (!dims || ArrayRef<int64_t>(*dims) != n.dims(0))
      return n.invalid("its scale or bias does not broadcast to the input");
    Value parameter = e.convert(n.value(i), element);
    y = i == 1 ? e.mul(y, parameter) : e.add(y, parameter);
  }
  n.set(0, y);
  if (n.wants(1))
    n.set(1, mean);
  if (n.wants(2))
    n.set(2, inverse);
  return absl::OkStatus();
}

static absl::Status rmsNormalization(NodeContext &n) {
  TENON_ASSIGN_OR_RETURN(int64_t axis,
                         n.axis(n.attrs().getInt("axis", -1), n.rank(0)));
  Emitter e = n.emit();
  Value x = n.value(0);
  auto epsilon =
      llvm::APFloat(static_cast<double>(n.attrs().getFloat("epsilon", 1e-5f)));
  Value scale = n.type(1) == n.type(0)
                    ? rowParameter(n, 1, n.dims(0).drop_front(axis))
                    : Value();
  Value y = e.make<graph::RmsNormOp>(x.getType(), x, scale, axis, epsilon);
  if (!scale) {
    auto dims = broadcastDims(n.dims(1), n.dims(0));
    if (!dims || ArrayRef<int64_t>(*dims) != n.dims(0))
      return n.invalid("its scale does not broadcast to the input");
    y = e.mul(y, e.convert(n.value(1), elementOf(x)));
  }
  n.set(0, y);
  return absl::OkStatus();
}

/// Scales and shifts each channel of [N, C, ...] by inputs 1 and 2.
static absl::StatusOr<Value> perChannel(NodeContext &n, Value x) {
  Emitter e = n.emit();
  for (size_t i : {1, 2}) {
    if (n.rank(i) != 1 || n.dims(i)[0] != dimsOf(x)[1] ||
        n.type(i) != n.type(0))
      return n.invalid("its scale or bias has not one number per channel");
    Value parameter = e.broadcastInDim(n.value(i), dimsOf(x), {1});
    x = i == 1 ? e.mul(x, parameter) : e.add(x, parameter);
  }
  return x;
}

static absl::Status instanceNormalization(NodeContext &n) {
  if (n.rank(0) < 3)
    return n.invalid("its input is not [N, C, spatial...]");
  Emitter e = n.emit();
  Value y = normalize(e, n.value(0), 2, n.attrs().getFloat("epsilon", 1e-5f));
  TENON_ASSIGN_OR_RETURN(y, perChannel(n, y));
  n.set(0, y);
  return absl::OkStatus();
}

static absl::Status groupNormalization(NodeContext &n) {
  int64_t groups = n.attrs().getInt("num_groups", 0);
  if (n.rank(0) < 3 || groups < 1 || n.dims(0)[1] % groups != 0)
    return n.invalid("its groups do not divide the channels");
  Emitter e = n.emit();
  auto dims = n.dims(0);
  int64_t members = dims[1] / groups * productOf(dims.drop_front(2));
  Value x = e.reshape(n.value(0), {dims[0], groups, members});
  Value y = normalize(e, x, 2, n.attrs().getFloat("epsilon", 1e-5f));
  // Version 18 has one scale per group, 21 one per channel.
  bool perGroup = n.opset() < 21;
  if (perGroup) {
    TENON_ASSIGN_OR_RETURN(y, perChannel(n, y));
  }
  y = e.reshape(y, dims);
  if (!perGroup) {
    TENON_ASSIGN_OR_RETURN(y, perChannel(n, y));
  }
  n.set(0, y);
  return absl::OkStatus();
}

/// (x - mean) / (deviation + 1e-9) over `axes`.
static absl::Status meanVarianceNormalization(NodeContext &n) {
  auto axes = normalizeAxes(n.attrs().getInts("axes").value_or(Dims{0, 2, 3}),
                            n.rank(0));
  if (!axes)
    return n.invalid("its axes do not fit the input");
  llvm::sort(*axes);
  Emitter e = n.emit();
  double count = 1;
  for (int64_t axis : *axes)
    count *= static_cast<double>(n.dims(0)[axis]);
  auto average = [&](Value of) {
    Value sum = e.reduce(ReductionKind::Add, of, *axes, true);
    return e.div(sum, e.scalar(sum, count));
  };
  Value x = n.value(0);
  Value centered = e.sub(x, average(x));
  Value deviation = e.sqrt(average(e.mul(centered, centered)));
  n.set(0, e.div(centered, e.add(deviation, e.scalar(deviation, 1e-9))));
  return absl::OkStatus();
}

static absl::Status lpNormalization(NodeContext &n) {
  TENON_ASSIGN_OR_RETURN(int64_t axis,
                         n.axis(n.attrs().getInt("axis", -1), n.rank(0)));
  int64_t p = n.attrs().getInt("p", 2);
  if (p != 1 && p != 2)
    return n.invalid(absl::StrCat("p is ", p));
  Emitter e = n.emit();
  Value x = n.value(0);
  Value norm = e.reduce(ReductionKind::Add, p == 1 ? e.abs(x) : e.mul(x, x),
                        {axis}, true);
  if (p == 2)
    norm = e.sqrt(norm);
  // A row of zeros stays one.
  Value isZero =
      e.compare(graph::ComparisonDirection::EQ, norm, e.scalar(norm, 0));
  n.set(0, e.select(isZero, e.scalar(x, 0), e.div(x, norm)));
  return absl::OkStatus();
}

/// x / (bias + alpha / size * sum of squares over neighbouring channels)^beta.
static absl::Status lrn(NodeContext &n) {
  int64_t size = n.attrs().getInt("size", 0);
  if (n.rank(0) < 2 || size < 1 || size > 1 << 20)
    return n.invalid("its size or its input is not as ONNX says");
  Emitter e = n.emit();
  Value x = n.value(0);
  Dims window(n.rank(0), 1), ones(n.rank(0), 1), low(n.rank(0), 0),
      high(n.rank(0), 0);
  window[1] = size;
  low[1] = (size - 1) / 2;
  high[1] = size - 1 - low[1];
  Value sum = e.reduceWindow(ReductionKind::Add, e.mul(x, x), window, ones,
                             ones, low, high);
  double alpha = n.attrs().getFloat("alpha", 1e-4f);
  Value scaled = e.mul(sum, e.scalar(x, alpha / static_cast<double>(size)));
  Value base = e.add(scaled, e.scalar(x, n.attrs().getFloat("bias", 1)));
  n.set(0, e.div(x, e.binary<graph::PowerOp>(
                        base, e.scalar(x, n.attrs().getFloat("beta", 0.75f)))));
  return absl::OkStatus();
}

llvm::ArrayRef<OpEntry> tenon::onnx::normalizationOps() {
  static const OpEntry rows[] = {
      {"BatchNormalization", 7, 5, 5, 5, batchNormalization,
       "training_mode from 14 on"},
      {"Gelu", 20, 1, 1, 1, gelu},
      {"GroupNormalization", 18, 3, 3, 1, groupNormalization},
      {"Hardmax", 1, 1, 1, 1, hardmax},
      {"InstanceNormalization", 6, 3, 3, 1, instanceNormalization},
      {"LayerNormalization", 17, 2, 3, 3, layerNormalization},
      {"LogSoftmax", 1, 1, 1, 1, rowOp<graph::LogSoftmaxOp>},
      {"LpNormalization", 1, 1, 1, 1, lpNormalization},
      {"LRN", 1, 1, 1, 1, lrn},
      {"MeanVarianceNormalization", 9, 1, 1, 1, meanVarianceNormalization},
      {"RMSNormalization", 23, 2, 2, 1, rmsNormalization},
      {"Softmax", 1, 1, 1, 1, rowOp<graph::SoftmaxOp>},
  };
  return rows;
}
