//===- Training.cpp - ONNX's optimizers and gradients ---------------------===//
//
// An optimizer updates any number of tensors at once: after the learning rate R
// and the step T come all tensors, all gradients, then all of each accumulator.
//
//===----------------------------------------------------------------------===//
#include "compiler/import/onnx/OpTable.h"

#include "ir/graph/GradientOps.h"

#include <array>
#include <numeric>

using namespace tenon;
using namespace tenon::onnx;
using graph::ComparisonDirection;

namespace {

/// What one step needs: the tensor, its regularized gradient, accumulators.
struct Update {
  Emitter &e;
  Value x, gradient;
  std::array<Value, 2> slots;
  /// Scalars of x's element type, and whether this is not the first step.
  Value rate, step, isLater;
  const Attributes &attrs;

  Value number(double value) { return e.scalar(x, value); }
  Value attribute(absl::string_view name, float otherwise) {
    return number(attrs.getFloat(name, otherwise));
  }
};

/// The new tensor and the new accumulators.
using Updated = std::array<Value, 3>;

/// Runs `rule` for each tensor.
template <size_t NumSlots>
absl::Status optimize(NodeContext &n, Updated (*rule)(Update &)) {
  constexpr size_t kGroups = 2 + NumSlots;
  if ((n.numInputs() - 2) % kGroups != 0)
    return n.invalid("it has not the same number of tensors of each kind");
  size_t count = (n.numInputs() - 2) / kGroups;
  if (n.numOutputs() != count * (1 + NumSlots))
    return n.invalid("it has not one output per tensor and accumulator");
  Emitter e = n.emit();
  for (size_t i = 0; i < count; ++i) {
    size_t first = 2 + i;
    for (size_t group = 1; group < kGroups; ++group)
      if (n.dims(first + group * count) != n.dims(first) ||
          n.type(first + group * count) != n.type(first))
        return n.invalid("a tensor and its gradient differ in shape or type");
    Value x = n.value(first);
    mlir::Type element = elementOf(x);
    Value step = e.reshape(n.value(1), {});
    Value isLater = e.compare(ComparisonDirection::GT, step, e.scalar(step, 0));
    Update update{e,
                  x,
                  {},
                  {},
                  e.convert(e.reshape(n.value(0), {}), element),
                  e.convert(step, element),
                  isLater,
                  n.attrs()};
    update.gradient = e.add(e.mul(update.attribute("norm_coefficient", 0), x),
                            n.value(first + count));
    for (size_t slot = 0; slot < NumSlots; ++slot)
      update.slots[slot] = n.value(first + (2 + slot) * count);
    Updated updated = rule(update);
    for (size_t group = 0; group <= NumSlots; ++group)
      n.set(i + group * count, updated[group]);
  }
  return absl::OkStatus();
}

Updated adagradRule(Update &u) {
  Emitter &e = u.e;
  Value decay = e.mul(u.step, u.attribute("decay_factor", 0));
  Value rate = e.div(u.rate, e.add(u.number(1), decay));
  Value sum = e.add(u.slots[0], e.mul(u.gradient, u.gradient));
  Value root = e.add(e.sqrt(sum), u.attribute("epsilon", 1e-6f));
  return {e.sub(u.x, e.div(e.mul(rate, u.gradient), root)), sum, {}};
}

/// beta of the first step is 1.
template <bool Nesterov> Updated momentumRule(Update &u) {
  Emitter &e = u.e;
  Value alpha = u.attribute("alpha", 0);
  Value beta = e.select(u.isLater, u.attribute("beta", 0), u.number(1));
  Value speed = e.add(e.mul(alpha, u.slots[0]), e.mul(beta, u.gradient));
  Value move = Nesterov ? e.add(u.gradient, e.mul(alpha, speed)) : speed;
  return {e.sub(u.x, e.mul(u.rate, move)), speed, {}};
}

Updated adamRule(Update &u) {
  Emitter &e = u.e;
  Value one = u.number(1);
  Value alpha = u.attribute("alpha", 0.9f), beta = u.attribute("beta", 0.999f);
  Value mean =
      e.add(e.mul(alpha, u.slots[0]), e.mul(e.sub(one, alpha), u.gradient));
  Value square = e.add(e.mul(beta, u.slots[1]),
                       e.mul(e.sub(one, beta), e.mul(u.gradient, u.gradient)));
  // The first steps' means are corrected for having started from zero.
  auto missing = [&](Value factor) {
    return e.sub(one, e.binary<graph::PowerOp>(factor, u.step));
  };
  Value corrected = e.div(e.mul(u.rate, e.sqrt(missing(beta))), missing(alpha));
  Value rate = e.select(u.isLater, corrected, u.rate);
  Value root = e.add(e.sqrt(square), u.attribute("epsilon", 1e-6f));
  Value x = e.sub(u.x, e.div(e.mul(rate, mean), root));
  Value keep = e.sub(one, u.attribute("norm_coefficient_post", 0));
  return {e.mul(keep, x), mean, square};
}

absl::Status adagrad(NodeContext &n) { return optimize<1>(n, adagradRule); }
absl::Status adam(NodeContext &n) { return optimize<2>(n, adamRule); }

absl::Status momentum(NodeContext &n) {
  std::string mode = n.attrs().getString("mode", "standard");
  if (mode != "standard" && mode != "nesterov")
    return n.invalid(absl::StrCat("unknown mode ", quoteName(mode)));
  return optimize<1>(n, mode == "nesterov" ? momentumRule<true>
                                           : momentumRule<false>);
}

/// The derivative of the value called `y` with respect to those called `xs`; of
/// a tensor `y`, of the sum of its elements.
absl::Status gradient(NodeContext &n) {
  auto namesIn = [&](absl::string_view name) {
    const AttributeProto *list = n.attrs().find(name);
    return list ? std::vector<std::string>(list->strings().begin(),
                                           list->strings().end())
                : std::vector<std::string>();
  };
  std::vector<std::string> names = namesIn("xs");
  if (!namesIn("zs").empty())
    return n.unsupported("values that are held (zs)");
  const Slot *y = n.named(n.attrs().getString("y", ""));
  if (names.empty() || names.size() != n.numInputs() ||
      n.numOutputs() > names.size() || !y || y->sequence || y->poisoned)
    return n.invalid("xs and y do not name its inputs and a value");
  Emitter e = n.emit();
  llvm::SmallVector<Value> values;
  for (size_t i = 0; i < names.size(); ++i) {
    if (n.named(names[i]) != &n.input(i))
      return n.unsupported("at other values than those that y comes from");
    Value x = n.value(i);
    if (!llvm::isa<mlir::FloatType>(elementOf(x)))
      return n.invalid("one of xs is no tensor of floats");
    values.push_back(x);
  }
  Value loss = n.valueOf(*y);
  if (!llvm::isa<mlir::FloatType>(elementOf(loss)))
    return n.invalid("y is no tensor of floats");
  Dims all(rankOf(loss));
  std::iota(all.begin(), all.end(), 0);
  loss = e.reduce(graph::ReductionKind::Add, loss, all, false);
  mlir::Block *block = n.builder().getInsertionBlock();
  for (Value value : llvm::concat<Value>(values, llvm::MutableArrayRef(loss)))
    if (value.getParentBlock() != block)
      return n.unsupported("of values around a loop or branch");
  auto op = graph::GradientOp::create(n.builder(), e.location(),
                                      mlir::ValueRange(values).getTypes(), loss,
                                      values);
  for (size_t i = 0; i < n.numOutputs(); ++i)
    if (n.wants(i))
      n.set(i, op.getResult(static_cast<unsigned>(i)));
  return absl::OkStatus();
}

} // namespace

llvm::ArrayRef<OpEntry> tenon::onnx::trainingOps() {
  static constexpr const char *kDomain = "ai.onnx.preview.training";
  static const OpEntry rows[] = {
      {"Adagrad", 1, 3, -1, -1, adagrad, "", 1, kDomain},
      {"Adam", 1, 3, -1, -1, adam, "", 1, kDomain},
      {"Gradient", 1, 1, -1, -1, gradient, "at the values that y comes from", 1,
       kDomain},
      {"Momentum", 1, 3, -1, -1, momentum, "", 1, kDomain},
  };
  return rows;
}
