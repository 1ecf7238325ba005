//===- Optimizer.cpp - Optimizers and learning rates as graphs ------------===//

#include "compiler/train/Optimizer.h"

#include <cmath>
#include <numbers>

using namespace mlir;
using namespace tenon;
using namespace tenon::train;
using graph::ValueBuilder;

static RankedTensorType typeOf(Value value) {
  return cast<RankedTensorType>(value.getType());
}

//===----------------------------------------------------------------------===//
// Learning rates
//===----------------------------------------------------------------------===//

static Value lookUpRate(ValueBuilder &b, const std::vector<double> &table,
                        Value step) {
  SmallVector<float> rates(table.begin(), table.end());
  auto type = RankedTensorType::get({(int64_t)rates.size()},
                                    b.getBuilder().getF32Type());
  Value rateTable =
      b.constant(DenseElementsAttr::get(type, ArrayRef<float>(rates)));
  const int64_t one[] = {1};
  // The slice's own clamping keeps the last rate for all later steps.
  Value rate = b.make<graph::DynamicSliceOp>(rateTable, ValueRange(step),
                                             ArrayRef<int64_t>(one));
  return b.reshape(rate, {});
}

Value tenon::train::buildLearningRate(ValueBuilder &b,
                                      const ScheduleSpec &schedule,
                                      Value step) {
  if (schedule.kind == ScheduleKind::Table)
    return lookUpRate(b, schedule.table, step);
  Type f32 = b.getBuilder().getF32Type();
  Value t = b.convert(step, f32);
  Value behind = b.add(t, static_cast<double>(-schedule.warmup));
  // How much of the way from warm-up to the end lies behind.
  auto fraction = [&] {
    auto way = static_cast<double>(schedule.steps - schedule.warmup);
    return b.minimum(b.divide(behind, way), b.scalar(1, f32));
  };
  Value rate;
  switch (schedule.kind) {
  case ScheduleKind::Table:
    llvm_unreachable("looked up above");
  case ScheduleKind::Constant:
    rate = b.scalar(schedule.base, f32);
    break;
  case ScheduleKind::Linear:
    rate = b.add(b.multiply(fraction(), schedule.end - schedule.base),
                 schedule.base);
    break;
  case ScheduleKind::Cosine: {
    Value wave = b.make<graph::CosineOp>(
        b.multiply(fraction(), std::numbers::pi_v<double>));
    double half = 0.5 * (schedule.base - schedule.end);
    rate = b.add(b.multiply(b.add(wave, 1), half), schedule.end);
    break;
  }
  case ScheduleKind::Step: {
    Value drops = b.make<graph::FloorOp>(
        b.divide(behind, static_cast<double>(schedule.every)));
    // gamma^n by the exponential, whose factor is known here.
    rate =
        b.multiply(b.exponential(b.multiply(drops, std::log(schedule.gamma))),
                   schedule.base);
    break;
  }
  }
  if (schedule.warmup == 0)
    return rate;
  Value warm = b.multiply(b.add(t, 1),
                          schedule.base / static_cast<double>(schedule.warmup));
  return b.select(
      b.compare(graph::ComparisonDirection::LT, behind, b.scalar(0, f32)), warm,
      rate);
}

StepScalars tenon::train::buildStepScalars(ValueBuilder &b,
                                           const TrainingSpec &spec,
                                           Value step) {
  StepScalars scalars;
  scalars.rate = buildLearningRate(b, spec.schedule, step);
  const OptimizerSpec &optimizer = spec.optimizer;
  if (optimizer.kind != OptimizerKind::Adam &&
      optimizer.kind != OptimizerKind::AdamW)
    return scalars;
  Value t = b.add(b.convert(step, b.getBuilder().getF32Type()), 1);
  // 1 - beta^t = -(e^(t ln beta) - 1): the difference of two numbers near 1
  // would lose most of its digits in f32.
  auto correction = [&](double beta) {
    if (beta == 0)
      return b.fillLike(1, t);
    return b.negate(
        b.make<graph::ExponentialMinusOneOp>(b.multiply(t, std::log(beta))));
  };
  scalars.correction1 = correction(optimizer.beta1);
  scalars.correction2 = correction(optimizer.beta2);
  return scalars;
}

//===----------------------------------------------------------------------===//
// Updates
//===----------------------------------------------------------------------===//

SmallVector<Slot> tenon::train::slotsOf(const OptimizerSpec &optimizer) {
  switch (optimizer.kind) {
  case OptimizerKind::Sgd:
    if (optimizer.momentum == 0)
      return {};
    return {{"sgd.momentum", 0}};
  case OptimizerKind::Adam:
    return {{"adam.m", 0}, {"adam.v", 0}};
  case OptimizerKind::AdamW:
    return {{"adamw.m", 0}, {"adamw.v", 0}};
  case OptimizerKind::RmsProp:
    if (optimizer.momentum == 0)
      return {{"rmsprop.s", 0}};
    return {{"rmsprop.s", 0}, {"rmsprop.b", 0}};
  case OptimizerKind::Adagrad:
    return {{"adagrad.s", optimizer.initialAccumulator}};
  }
  llvm_unreachable("all optimizers are handled");
}

RankedTensorType tenon::train::slotType(RankedTensorType parameter) {
  Type element = parameter.getElementType();
  return element.getIntOrFloatBitWidth() < 32
             ? parameter.clone(Float32Type::get(parameter.getContext()))
             : parameter;
}

/// Writes formulas over the elements of one parameter.
namespace {
class ElementFormulas {
public:
  ElementFormulas(ValueBuilder &b, RankedTensorType type) : b(b), type(type) {}

  Value spread(Value scalar) {
    return b.broadcast(b.convert(scalar, type.getElementType()), type, {});
  }
  /// decay * old + (1 - decay) * fresh.
  Value average(double decay, Value old, Value fresh) {
    return b.add(b.multiply(old, decay), b.multiply(fresh, 1 - decay));
  }
  /// sqrt(square) + eps.
  Value root(Value square, double eps) { return b.add(b.sqrt(square), eps); }

private:
  ValueBuilder &b;
  RankedTensorType type;
};
} // namespace

Update tenon::train::buildUpdate(ValueBuilder &b,
                                 const OptimizerSpec &optimizer,
                                 Value parameter, Value gradient,
                                 ValueRange slots, const StepScalars &scalars) {
  RankedTensorType type = slotType(typeOf(parameter));
  Type stored = typeOf(parameter).getElementType();
  ElementFormulas f(b, type);
  Value p = b.convert(parameter, type.getElementType());
  Value g = b.convert(gradient, type.getElementType());
  Value rate = f.spread(scalars.rate);
  if (optimizer.kind == OptimizerKind::AdamW) {
    if (optimizer.weightDecay != 0)
      p = b.subtract(
          p, b.multiply(
                 p, f.spread(b.multiply(scalars.rate, optimizer.weightDecay))));
  } else if (optimizer.weightDecay != 0) {
    g = b.add(g, b.multiply(p, optimizer.weightDecay));
  }
  auto finish = [&](Value step, ArrayRef<Value> newSlots) {
    return Update{b.convert(b.subtract(p, step), stored),
                  llvm::to_vector(newSlots)};
  };
  switch (optimizer.kind) {
  case OptimizerKind::Sgd: {
    if (slots.empty())
      return finish(b.multiply(g, rate), {});
    Value v = b.add(b.multiply(slots[0], optimizer.momentum), g);
    Value direction =
        optimizer.nesterov ? b.add(g, b.multiply(v, optimizer.momentum)) : v;
    return finish(b.multiply(direction, rate), {v});
  }
  case OptimizerKind::Adam:
  case OptimizerKind::AdamW: {
    Value m = f.average(optimizer.beta1, slots[0], g);
    Value v = f.average(optimizer.beta2, slots[1], b.multiply(g, g));
    Value scale = b.divide(scalars.rate, scalars.correction1);
    Value denominator =
        b.add(b.divide(b.sqrt(v), f.spread(b.sqrt(scalars.correction2))),
              optimizer.eps);
    return finish(b.divide(b.multiply(m, f.spread(scale)), denominator),
                  {m, v});
  }
  case OptimizerKind::RmsProp: {
    Value s = f.average(optimizer.alpha, slots[0], b.multiply(g, g));
    Value d = b.divide(g, f.root(s, optimizer.eps));
    if (slots.size() == 1)
      return finish(b.multiply(d, rate), {s});
    Value momentum = b.add(b.multiply(slots[1], optimizer.momentum), d);
    return finish(b.multiply(momentum, rate), {s, momentum});
  }
  case OptimizerKind::Adagrad: {
    Value s = b.add(slots[0], b.multiply(g, g));
    return finish(b.divide(b.multiply(g, rate), f.root(s, optimizer.eps)), {s});
  }
  }
  llvm_unreachable("all optimizers are handled");
}

void tenon::train::clipGradients(ValueBuilder &b, double most,
                                 MutableArrayRef<Value> gradients) {
  Type f32 = b.getBuilder().getF32Type();
  Value squares;
  for (Value gradient : gradients) {
    Value wide = b.convert(gradient, f32);
    Value sum =
        b.sum(b.multiply(wide, wide),
              llvm::to_vector(llvm::seq<int64_t>(0, typeOf(wide).getRank())));
    squares = squares ? b.add(squares, sum) : sum;
  }
  Value scale =
      b.minimum(b.divide(b.scalar(most, f32), b.add(b.sqrt(squares), 1e-6)),
                b.scalar(1, f32));
  for (Value &gradient : gradients) {
    RankedTensorType type = typeOf(gradient);
    gradient = b.multiply(
        gradient,
        b.broadcast(b.convert(scale, type.getElementType()), type, {}));
  }
}
