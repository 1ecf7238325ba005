//===- AxisLine.cpp - numbers along one axis ------------------------------===//
#include "compiler/import/onnx/ops/AxisLine.h"

#include "llvm/ADT/STLExtras.h"

#include <cmath>

using namespace tenon;
using namespace tenon::onnx;
using graph::ComparisonDirection;

bool Line::isAll(double value) const {
  return isKnown() &&
         llvm::all_of(known, [&](double each) { return each == value; });
}

Value LineMath::lift(const Line &line) {
  if (!line.isKnown())
    return line.computed;
  HostTensor contents = HostTensor::zeros(TensorProto::DOUBLE, {});
  if (line.known.size() != 1)
    contents.dims = {static_cast<int64_t>(line.known.size())};
  contents.floats = line.known;
  return e.constant(contents);
}

template <typename Host, typename Graph>
Line LineMath::binary(const Line &a, const Line &b, Host host, Graph graph) {
  if (!a.isKnown() || !b.isKnown())
    return {{}, graph(lift(a), lift(b))};
  Line result;
  size_t count = std::max(a.known.size(), b.known.size());
  auto at = [](const Line &line, size_t i) {
    return line.known[line.known.size() == 1 ? 0 : i];
  };
  for (size_t i = 0; i < count; ++i)
    result.known.push_back(host(at(a, i), at(b, i)));
  return result;
}

template <typename Host, typename Graph>
Line LineMath::unary(const Line &a, Host host, Graph graph) {
  if (!a.isKnown())
    return {{}, graph(a.computed)};
  Line result;
  for (double each : a.known)
    result.known.push_back(host(each));
  return result;
}

Line LineMath::places() {
  Line result;
  for (int64_t i = 0; i < length; ++i)
    result.known.push_back(static_cast<double>(i));
  return result;
}

Line LineMath::scalar(Value value) {
  return {{},
          e.convert(e.reshape(value, {}), mlir::Float64Type::get(e.context()))};
}

Line LineMath::add(const Line &a, const Line &b) {
  return binary(
      a, b, [](double x, double y) { return x + y; },
      [&](Value x, Value y) { return e.add(x, y); });
}

Line LineMath::sub(const Line &a, const Line &b) {
  return binary(
      a, b, [](double x, double y) { return x - y; },
      [&](Value x, Value y) { return e.sub(x, y); });
}

Line LineMath::mul(const Line &a, const Line &b) {
  return binary(
      a, b, [](double x, double y) { return x * y; },
      [&](Value x, Value y) { return e.mul(x, y); });
}

Line LineMath::div(const Line &a, const Line &b) {
  return binary(
      a, b, [](double x, double y) { return x / y; },
      [&](Value x, Value y) { return e.div(x, y); });
}

Line LineMath::max(const Line &a, const Line &b) {
  return binary(
      a, b, [](double x, double y) { return std::max(x, y); },
      [&](Value x, Value y) { return e.max(x, y); });
}

Line LineMath::min(const Line &a, const Line &b) {
  return binary(
      a, b, [](double x, double y) { return std::min(x, y); },
      [&](Value x, Value y) { return e.min(x, y); });
}

Line LineMath::floor(const Line &a) {
  return unary(
      a, [](double x) { return std::floor(x); },
      [&](Value x) { return e.unary<graph::FloorOp>(x); });
}

Line LineMath::ceil(const Line &a) {
  return unary(
      a, [](double x) { return std::ceil(x); },
      [&](Value x) { return e.unary<graph::CeilOp>(x); });
}

Line LineMath::abs(const Line &a) {
  return unary(
      a, [](double x) { return std::fabs(x); },
      [&](Value x) { return e.abs(x); });
}

Line LineMath::less(const Line &a, const Line &b) {
  return binary(
      a, b, [](double x, double y) { return x < y ? 1.0 : 0.0; },
      [&](Value x, Value y) {
        return e.compare(ComparisonDirection::LT, x, y);
      });
}

Line LineMath::equal(const Line &a, const Line &b) {
  return binary(
      a, b, [](double x, double y) { return x == y ? 1.0 : 0.0; },
      [&](Value x, Value y) {
        return e.compare(ComparisonDirection::EQ, x, y);
      });
}

Line LineMath::either(const Line &a, const Line &b) {
  auto asBool = [&](Value x) {
    return e.convert(x, mlir::IntegerType::get(e.context(), 1));
  };
  return binary(
      a, b, [](double x, double y) { return x != 0 || y != 0 ? 1.0 : 0.0; },
      [&](Value x, Value y) {
        return e.binary<graph::OrOp>(asBool(x), asBool(y));
      });
}

Line LineMath::select(const Line &condition, const Line &a, const Line &b) {
  if (condition.isAll(1))
    return a;
  if (condition.isAll(0))
    return b;
  // Known conditions that differ only choose among lines of one kind.
  if (condition.isKnown()) {
    Line no = sub(number(1), condition);
    return add(mul(condition, a), mul(no, b));
  }
  return {{}, e.select(condition.computed, lift(a), lift(b))};
}

Value LineMath::vector(const Line &line, mlir::Type element) {
  return e.broadcast(e.convert(lift(line), element), {length});
}
