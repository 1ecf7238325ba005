//===- Recurrent.cpp - ONNX's RNN, GRU and LSTM ---------------------------===//
//
// The loop over time is written out: a step per element of the sequence, whose
// length is known. What does not depend on the step before, the product of all
// inputs with their weights, is one product for all steps.
//
//===----------------------------------------------------------------------===//
#include "compiler/import/onnx/OpTable.h"
#include "compiler/import/onnx/ShapeRules.h"

#include "llvm/ADT/STLExtras.h"

#include <algorithm>

using namespace tenon;
using namespace tenon::onnx;
using graph::ComparisonDirection;

namespace {

/// Inputs of all three ops.
enum Input : size_t {
  kX = 0,
  kW = 1,
  kR = 2,
  kB = 3,
  kLengths = 4,
  kInitialH = 5,
  kInitialC = 6,
  kPeepholes = 7
};

/// A function of a gate, with its parameters.
struct Activation {
  std::string name;
  double alpha = 0, beta = 0;
};

/// The activations that take parameters, with their defaults.
struct Parameters {
  const char *name;
  double alpha, beta;
  bool hasBeta;
};
constexpr Parameters kParameters[] = {
    {"leakyrelu", 0.01, 0, false}, {"thresholdedrelu", 1, 0, false},
    {"elu", 1, 0, false},          {"affine", 1, 0, true},
    {"scaledtanh", 1, 1, true},    {"hardsigmoid", 0.2, 0.5, true}};

/// The value of an activation, or null where there is no such one.
Value apply(Emitter &e, const Activation &f, Value x) {
  auto number = [&](double value) { return e.scalar(x, value); };
  auto line = [&](Value of) {
    return e.add(e.mul(number(f.alpha), of), number(f.beta));
  };
  if (f.name == "sigmoid")
    return e.unary<graph::LogisticOp>(x);
  if (f.name == "tanh")
    return e.unary<graph::TanhOp>(x);
  if (f.name == "relu")
    return e.max(x, number(0));
  if (f.name == "affine")
    return line(x);
  if (f.name == "leakyrelu")
    return e.select(e.compare(ComparisonDirection::LT, x, number(0)),
                    e.mul(number(f.alpha), x), x);
  if (f.name == "thresholdedrelu")
    return e.select(e.compare(ComparisonDirection::GT, x, number(f.alpha)), x,
                    number(0));
  if (f.name == "scaledtanh")
    return e.mul(number(f.alpha),
                 e.unary<graph::TanhOp>(e.mul(number(f.beta), x)));
  if (f.name == "hardsigmoid")
    return e.max(number(0), e.min(number(1), line(x)));
  if (f.name == "elu")
    return e.select(
        e.compare(ComparisonDirection::LT, x, number(0)),
        e.mul(number(f.alpha),
              e.unary<graph::ExponentialMinusOneOp>(e.min(x, number(0)))),
        x);
  if (f.name == "softsign")
    return e.div(x, e.add(number(1), e.abs(x)));
  if (f.name == "softplus")
    return e.add(e.max(x, number(0)),
                 e.unary<graph::LogPlusOneOp>(e.exp(e.neg(e.abs(x)))));
  return {};
}

/// One node while it is written out.
class Recurrence {
public:
  Recurrence(NodeContext &n, int64_t gates) : n(n), e(n.emit()), gates(gates) {}
  virtual ~Recurrence() = default;

  absl::Status run();

protected:
  /// What a step works on: all are [batch, ...].
  struct State {
    Value h, c;
  };

  /// The names of the activations of one direction.
  virtual llvm::ArrayRef<const char *> defaultActivations() const = 0;
  virtual bool hasCell() const { return false; }
  /// Which part of the recurrent bias may be added before the loop.
  virtual bool biasIsLinear() const { return true; }
  /// The state after a step. `x` is the product of the input with its weights
  /// and the biases, [batch, gates * hidden].
  virtual State step(Value x, State before) = 0;

  /// Gate `index` of [batch, gates * hidden].
  Value gate(Value all, int64_t index) {
    return e.sliceAxis(all, 1, index * hidden, hidden);
  }
  /// h times the recurrent weights of gates [first, first + count), transposed.
  Value recur(Value h, int64_t first, int64_t count) {
    Value rows = e.sliceAxis(recurrent, 0, first * hidden, count * hidden);
    return e.dot(h, rows, {}, {}, {1}, {1});
  }
  Value activate(size_t index, Value x) {
    if (clip > 0)
      x = e.max(e.min(x, e.scalar(x, clip)), e.scalar(x, -clip));
    return apply(e, activations[index], x);
  }

  NodeContext &n;
  Emitter e;
  int64_t gates, hidden = 0;
  /// Of the direction at hand: [gates * hidden, hidden], and biases or null.
  Value recurrent, recurrentBias, peepholes;

private:
  absl::Status check();
  absl::Status readActivations();
  void runDirection(int64_t number, bool reversed);
  /// Part `number` along the first dimension of input `i`, which goes.
  Value part(size_t i, int64_t number, llvm::ArrayRef<int64_t> dims) {
    return e.reshape(e.sliceAxis(n.value(i), 0, number, 1), dims);
  }
  Value initial(size_t i, int64_t number);

  int64_t directions = 1, steps = 0, batch = 0, size = 0;
  bool batchFirst = false, isReverse = false;
  double clip = 0;
  std::vector<Activation> allActivations, activations;
  Value input, lengths;
  /// Per direction: [steps, batch, hidden] and [batch, hidden].
  llvm::SmallVector<Value> sequences, lastH, lastC;
};

absl::Status Recurrence::check() {
  std::string direction = n.attrs().getString("direction", "forward");
  if (direction != "forward" && direction != "reverse" &&
      direction != "bidirectional")
    return n.invalid(absl::StrCat("unknown direction ", quoteName(direction)));
  directions = direction == "bidirectional" ? 2 : 1;
  isReverse = direction == "reverse";
  batchFirst = n.attrs().getInt("layout", 0) != 0;
  clip = n.attrs().getFloat("clip", 0);
  if (n.rank(kX) != 3 || n.rank(kW) != 3 || n.rank(kR) != 3)
    return n.invalid("X, W and R have three dimensions");
  steps = n.dims(kX)[batchFirst ? 1 : 0];
  batch = n.dims(kX)[batchFirst ? 0 : 1];
  size = n.dims(kX)[2];
  hidden = n.dims(kR)[2];
  if (n.attrs().getInt("hidden_size", hidden) != hidden)
    return n.invalid("hidden_size is not that of R");
  Dims w{directions, gates * hidden, size},
      r{directions, gates * hidden, hidden};
  if (n.dims(kW) != llvm::ArrayRef<int64_t>(w) ||
      n.dims(kR) != llvm::ArrayRef<int64_t>(r))
    return n.invalid("the shapes of X, W and R do not fit together");
  Dims b{directions, 2 * gates * hidden};
  if (n.has(kB) && n.dims(kB) != llvm::ArrayRef<int64_t>(b))
    return n.invalid("B has another shape than its weights ask for");
  Dims state = batchFirst ? Dims{batch, directions, hidden}
                          : Dims{directions, batch, hidden};
  for (size_t i : {kInitialH, kInitialC})
    if (n.has(i) && n.dims(i) != llvm::ArrayRef<int64_t>(state))
      return n.invalid("an initial state has another shape than the state");
  if (n.has(kLengths) && n.dims(kLengths) != llvm::ArrayRef<int64_t>(batch))
    return n.invalid("sequence_lens has not one length per sequence");
  Dims p{directions, 3 * hidden};
  if (n.has(kPeepholes) && n.dims(kPeepholes) != llvm::ArrayRef<int64_t>(p))
    return n.invalid("P has not three weights per hidden unit");
  return readActivations();
}

absl::Status Recurrence::readActivations() {
  llvm::ArrayRef<const char *> defaults = defaultActivations();
  if (const AttributeProto *given = n.attrs().find("activations"))
    for (const std::string &name : given->strings())
      allActivations.push_back({llvm::StringRef(name).lower()});
  if (allActivations.empty())
    for (int64_t i = 0; i < directions; ++i)
      for (const char *name : defaults)
        allActivations.push_back({name});
  if (allActivations.size() != defaults.size() * directions)
    return n.invalid(absl::StrCat("it names ", allActivations.size(),
                                  " activations for ", directions,
                                  " directions"));
  std::vector<float> alphas =
      n.attrs().getFloats("activation_alpha").value_or(std::vector<float>());
  std::vector<float> betas =
      n.attrs().getFloats("activation_beta").value_or(std::vector<float>());
  size_t alpha = 0, beta = 0;
  for (Activation &f : allActivations) {
    for (const Parameters &known : kParameters) {
      if (f.name != known.name)
        continue;
      f.alpha = alpha < alphas.size() ? alphas[alpha++] : known.alpha;
      f.beta =
          known.hasBeta && beta < betas.size() ? betas[beta++] : known.beta;
    }
    if (!apply(e, f, e.scalar(n.value(kX), 0)))
      return n.unsupported(absl::StrCat("activation ", quoteName(f.name)));
  }
  return absl::OkStatus();
}

Value Recurrence::initial(size_t i, int64_t number) {
  if (!n.has(i))
    return e.splat(mlir::RankedTensorType::get({batch, hidden}, n.element(kX)),
                   0);
  Value value = n.value(i);
  return e.reshape(e.sliceAxis(value, batchFirst ? 1 : 0, number, 1),
                   {batch, hidden});
}

void Recurrence::runDirection(int64_t number, bool reversed) {
  int64_t rows = gates * hidden;
  Value weights = part(kW, number, {rows, size});
  recurrent = part(kR, number, {rows, hidden});
  recurrentBias = {};
  Value all = e.dot(input, weights, {}, {}, {2}, {1});
  if (n.has(kB)) {
    Value biases = part(kB, number, {2 * rows});
    Value bias = e.sliceAxis(biases, 0, 0, rows);
    recurrentBias = e.sliceAxis(biases, 0, rows, rows);
    if (biasIsLinear())
      bias = e.add(bias, recurrentBias);
    all = e.add(all, e.broadcastInDim(bias, {steps, batch, rows}, {2}));
  }
  peepholes =
      n.has(kPeepholes) ? part(kPeepholes, number, {3 * hidden}) : Value();
  auto perDirection = defaultActivations().size();
  activations.assign(allActivations.begin() +
                         static_cast<int64_t>(perDirection) * number,
                     allActivations.begin() +
                         static_cast<int64_t>(perDirection) * (number + 1));

  State state{initial(kInitialH, number), {}};
  if (hasCell())
    state.c = initial(kInitialC, number);
  llvm::SmallVector<Value> outputs(steps);
  for (int64_t i = 0; i < steps; ++i) {
    int64_t t = reversed ? steps - 1 - i : i;
    Value x = e.reshape(e.sliceAxis(all, 0, t, 1), {batch, rows});
    State next = step(x, state);
    Value out = next.h;
    if (lengths) {
      // Behind its end a sequence keeps its state and gives zeros; read
      // backwards, it begins at its end for the same reason.
      Value inside = e.compare(ComparisonDirection::GT, lengths,
                               e.scalar(lengths, static_cast<double>(t)));
      inside = e.broadcastInDim(inside, {batch, hidden}, {0});
      out = e.select(inside, out, e.scalar(out, 0));
      next.h = e.select(inside, next.h, state.h);
      if (next.c)
        next.c = e.select(inside, next.c, state.c);
    }
    outputs[t] = e.reshape(out, {1, batch, hidden});
    state = next;
  }
  sequences.push_back(e.concat(outputs, 0));
  lastH.push_back(state.h);
  lastC.push_back(state.c);
}

absl::Status Recurrence::run() {
  TENON_RETURN_IF_ERROR(check());
  if (steps == 0 || batch == 0 || hidden == 0)
    return n.unsupported("empty sequences");
  input = batchFirst ? e.transpose(n.value(kX), {1, 0, 2}) : n.value(kX);
  if (n.has(kLengths)) {
    const HostTensor *known = n.known(kLengths);
    bool isWhole = known && !known->isFloat() &&
                   llvm::all_of(known->ints, [&](int64_t length) {
                     return length == steps;
                   });
    if (!isWhole)
      lengths = n.value(kLengths);
  }
  for (int64_t i = 0; i < directions; ++i)
    runDirection(i, isReverse || i == 1);
  auto stack = [&](llvm::ArrayRef<Value> parts, const Dims &dims,
                   int64_t axis) {
    llvm::SmallVector<Value> shaped;
    for (Value value : parts)
      shaped.push_back(e.reshape(value, dims));
    return e.concat(shaped, axis);
  };
  if (n.wants(0)) {
    Value y = stack(sequences, {steps, 1, batch, hidden}, 1);
    n.set(0, batchFirst ? e.transpose(y, {2, 0, 1, 3}) : y);
  }
  Dims last = batchFirst ? Dims{batch, 1, hidden} : Dims{1, batch, hidden};
  if (n.wants(1))
    n.set(1, stack(lastH, last, batchFirst ? 1 : 0));
  if (n.wants(2))
    n.set(2, stack(lastC, last, batchFirst ? 1 : 0));
  return absl::OkStatus();
}

class Rnn : public Recurrence {
public:
  explicit Rnn(NodeContext &n) : Recurrence(n, 1) {}

private:
  llvm::ArrayRef<const char *> defaultActivations() const override {
    static constexpr const char *names[] = {"tanh"};
    return names;
  }
  State step(Value x, State before) override {
    return {activate(0, e.add(x, recur(before.h, 0, 1))), {}};
  }
};

class Gru : public Recurrence {
public:
  explicit Gru(NodeContext &n)
      : Recurrence(n, 3),
        resetsAfter(n.attrs().getInt("linear_before_reset", 0) != 0) {}

private:
  llvm::ArrayRef<const char *> defaultActivations() const override {
    static constexpr const char *names[] = {"sigmoid", "tanh"};
    return names;
  }
  /// Of the hidden gate it is inside of the product with the reset gate.
  bool biasIsLinear() const override { return !resetsAfter; }

  State step(Value x, State before) override {
    Value h = before.h;
    Value gatesOfH = recur(h, 0, 2);
    if (resetsAfter && recurrentBias)
      gatesOfH =
          e.add(gatesOfH,
                spread(e.sliceAxis(recurrentBias, 0, 0, 2 * hidden), gatesOfH));
    Value z = activate(0, e.add(gate(x, 0), gate(gatesOfH, 0)));
    Value r = activate(0, e.add(gate(x, 1), gate(gatesOfH, 1)));
    Value candidate;
    if (resetsAfter) {
      candidate = recur(h, 2, 1);
      if (recurrentBias)
        candidate = e.add(
            candidate, spread(e.sliceAxis(recurrentBias, 0, 2 * hidden, hidden),
                              candidate));
      candidate = e.mul(r, candidate);
    } else {
      candidate = recur(e.mul(r, h), 2, 1);
    }
    candidate = activate(1, e.add(gate(x, 2), candidate));
    Value keep = e.mul(z, h);
    return {e.add(e.mul(e.sub(e.scalar(z, 1), z), candidate), keep), {}};
  }

  Value spread(Value row, Value like) {
    return e.broadcastInDim(row, dimsOf(like), {1});
  }

  bool resetsAfter;
};

class Lstm : public Recurrence {
public:
  explicit Lstm(NodeContext &n)
      : Recurrence(n, 4), couples(n.attrs().getInt("input_forget", 0) != 0) {}

private:
  llvm::ArrayRef<const char *> defaultActivations() const override {
    static constexpr const char *names[] = {"sigmoid", "tanh", "tanh"};
    return names;
  }
  bool hasCell() const override { return true; }

  // Gates stand in the order input, output, forget, cell; peepholes in the
  // order input, output, forget.
  State step(Value x, State before) override {
    Value all = e.add(x, recur(before.h, 0, 4));
    auto peep = [&](Value value, int64_t index, Value c) {
      if (!peepholes)
        return value;
      Value row = e.sliceAxis(peepholes, 0, index * hidden, hidden);
      return e.add(value, e.mul(e.broadcastInDim(row, dimsOf(c), {1}), c));
    };
    Value i = activate(0, peep(gate(all, 0), 0, before.c));
    Value f = couples ? e.sub(e.scalar(i, 1), i)
                      : activate(0, peep(gate(all, 2), 2, before.c));
    Value candidate = activate(1, gate(all, 3));
    Value c = e.add(e.mul(f, before.c), e.mul(i, candidate));
    Value o = activate(0, peep(gate(all, 1), 1, c));
    return {e.mul(o, activate(2, c)), c};
  }

  bool couples;
};

template <typename Kind> absl::Status recurrent(NodeContext &n) {
  return Kind(n).run();
}

} // namespace

llvm::ArrayRef<OpEntry> tenon::onnx::recurrentOps() {
  static const OpEntry rows[] = {
      {"GRU", 7, 3, 6, 2, recurrent<Gru>, "unrolled"},
      {"LSTM", 7, 3, 8, 3, recurrent<Lstm>, "unrolled"},
      {"RNN", 7, 3, 6, 2, recurrent<Rnn>, "unrolled"},
  };
  return rows;
}
