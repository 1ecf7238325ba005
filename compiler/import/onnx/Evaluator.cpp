//===- Evaluator.cpp - compute shape arithmetic: element-wise -------------===//
#include "compiler/import/onnx/Evaluator.h"

#include "compiler/import/onnx/ShapeRules.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringSwitch.h"

#include <algorithm>
#include <cmath>

using namespace tenon::onnx;

/// Calls `body(out, offsets)` for each element of a broadcast of `inputs` to
/// `dims`, with the element's index in the result and in each input.
template <typename Body>
static void forEachBroadcast(const Dims &dims,
                             llvm::ArrayRef<const HostTensor *> inputs,
                             Body body) {
  int64_t count = 1;
  for (int64_t dim : dims)
    count *= dim;
  std::vector<int64_t> offsets(inputs.size());
  for (int64_t out = 0; out < count; ++out) {
    for (auto [offset, input] : llvm::zip_equal(offsets, inputs)) {
      offset = 0;
      int64_t rest = out, stride = 1;
      for (int64_t i = 0; i < input->rank(); ++i) {
        int64_t size = dims[dims.size() - 1 - i];
        int64_t own = input->dims[input->rank() - 1 - i];
        if (own != 1)
          offset += (rest % size) * stride;
        rest /= size;
        stride *= own;
      }
    }
    body(out, offsets);
  }
}

/// The broadcast shape of all inputs, where it is small.
static std::optional<Dims>
commonDims(llvm::ArrayRef<const HostTensor *> inputs) {
  Dims dims;
  for (const HostTensor *input : inputs) {
    std::optional<Dims> wider = broadcastDims(dims, input->dims);
    if (!wider || *elementCount(*wider) > kMaxHostElements)
      return std::nullopt;
    dims = *wider;
  }
  return dims;
}

static int64_t wrap(uint64_t value) { return static_cast<int64_t>(value); }

/// Integer arithmetic wraps; what has no defined result is not evaluated.
static std::optional<int64_t> onInts(absl::string_view op, int64_t a, int64_t b,
                                     bool isUnsigned, bool fmod) {
  auto ua = static_cast<uint64_t>(a), ub = static_cast<uint64_t>(b);
  if (op == "Add")
    return wrap(ua + ub);
  if (op == "Sub")
    return wrap(ua - ub);
  if (op == "Mul")
    return wrap(ua * ub);
  if (op == "Max")
    return isUnsigned ? wrap(std::max(ua, ub)) : std::max(a, b);
  if (op == "Min")
    return isUnsigned ? wrap(std::min(ua, ub)) : std::min(a, b);
  if (op == "And")
    return a & b;
  if (op == "Or")
    return a | b;
  if (op == "Xor")
    return a ^ b;
  if (op == "Div" || op == "Mod") {
    if (b == 0 || (!isUnsigned && a == INT64_MIN && b == -1))
      return std::nullopt;
    if (isUnsigned)
      return wrap(op == "Div" ? ua / ub : ua % ub);
    if (op == "Div")
      return a / b;
    // Mod takes the divisor's sign, with fmod the dividend's.
    int64_t rest = a % b;
    return !fmod && rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
  }
  return std::nullopt;
}

static std::optional<double> onFloats(absl::string_view op, double a,
                                      double b) {
  if (op == "Add")
    return a + b;
  if (op == "Sub")
    return a - b;
  if (op == "Mul")
    return a * b;
  if (op == "Div")
    return a / b;
  // Max and Min of NaN and of two zeros are the backends' to define.
  if ((op == "Max" || op == "Min") && a != b && !std::isnan(a) &&
      !std::isnan(b))
    return op == "Max" ? std::max(a, b) : std::min(a, b);
  return std::nullopt;
}

static std::optional<bool> compare(absl::string_view op, auto a, auto b) {
  if (op == "Equal")
    return a == b;
  if (op == "Less")
    return a < b;
  if (op == "LessOrEqual")
    return a <= b;
  if (op == "Greater")
    return a > b;
  if (op == "GreaterOrEqual")
    return a >= b;
  return std::nullopt;
}

static std::optional<HostTensor>
binary(const HostNode &node, const HostTensor &a, const HostTensor &b) {
  bool isComparison = llvm::is_contained(
      {"Equal", "Less", "LessOrEqual", "Greater", "GreaterOrEqual"}, node.op);
  bool isArithmetic = llvm::is_contained(
      {"Add", "Sub", "Mul", "Div", "Mod", "Max", "Min", "And", "Or", "Xor"},
      node.op);
  if (a.type != b.type || (!isComparison && !isArithmetic))
    return std::nullopt;
  std::optional<Dims> dims = commonDims({&a, &b});
  if (!dims)
    return std::nullopt;
  HostTensor result =
      HostTensor::zeros(isComparison ? TensorProto::BOOL : a.type, *dims);
  bool isUnsigned = a.type == TensorProto::UINT64;
  bool fmod = node.attributes.getInt("fmod", 0) != 0;
  bool known = true;
  forEachBroadcast(*dims, {&a, &b}, [&](int64_t i, const auto &at) {
    if (isComparison) {
      std::optional<bool> holds =
          a.isFloat()  ? compare(node.op, a.floats[at[0]], b.floats[at[1]])
          : isUnsigned ? compare(node.op, static_cast<uint64_t>(a.ints[at[0]]),
                                 static_cast<uint64_t>(b.ints[at[1]]))
                       : compare(node.op, a.ints[at[0]], b.ints[at[1]]);
      result.ints[i] = holds.value_or(false);
    } else if (a.isFloat()) {
      auto value = onFloats(node.op, a.floats[at[0]], b.floats[at[1]]);
      known &= value.has_value();
      result.floats[i] = value.value_or(0);
    } else {
      auto value =
          onInts(node.op, a.ints[at[0]], b.ints[at[1]], isUnsigned, fmod);
      known &= value.has_value();
      result.ints[i] = value.value_or(0);
    }
  });
  if (!known)
    return std::nullopt;
  result.normalize();
  return result;
}

static std::optional<HostTensor> unary(absl::string_view op, HostTensor value) {
  if (op == "Identity")
    return value;
  if (op == "Not") {
    if (value.type != TensorProto::BOOL)
      return std::nullopt;
    for (int64_t &element : value.ints)
      element = !element;
    return value;
  }
  using Fn = double (*)(double);
  Fn onFloat = llvm::StringSwitch<Fn>(llvm::StringRef(op.data(), op.size()))
                   .Case("Neg", [](double x) { return -x; })
                   .Case("Abs", [](double x) { return std::fabs(x); })
                   .Case("Floor", [](double x) { return std::floor(x); })
                   .Case("Ceil", [](double x) { return std::ceil(x); })
                   .Case("Round", [](double x) { return std::nearbyint(x); })
                   .Case("Sqrt", [](double x) { return std::sqrt(x); })
                   .Default(nullptr);
  if (!onFloat)
    return std::nullopt;
  if (value.isFloat())
    llvm::transform(value.floats, value.floats.begin(), onFloat);
  else if (op == "Neg" || op == "Abs")
    llvm::transform(value.ints, value.ints.begin(), [&](int64_t x) {
      return op == "Neg" || x < 0 ? wrap(uint64_t{0} - static_cast<uint64_t>(x))
                                  : x;
    });
  else
    return std::nullopt;
  value.normalize();
  return value;
}

static std::optional<HostTensor> cast(int to, const HostTensor &from) {
  if (!TensorProto::DataType_IsValid(to))
    return std::nullopt;
  auto type = static_cast<TensorProto::DataType>(to);
  if (!isHostType(type))
    return std::nullopt;
  HostTensor result = HostTensor::zeros(type, from.dims);
  for (int64_t i = 0; i < from.size(); ++i) {
    if (result.isFloat()) {
      result.floats[i] = from.asDouble(i);
    } else if (!from.isFloat()) {
      result.ints[i] = from.ints[i];
    } else if (type == TensorProto::BOOL) {
      result.ints[i] = from.floats[i] != 0;
    } else {
      double value = std::trunc(from.floats[i]);
      // Out of range: left to the conversion op's own rule.
      if (!(value >= -2147483648.0 && value <= 2147483647.0))
        return std::nullopt;
      result.ints[i] = static_cast<int64_t>(value);
      HostTensor kept = result;
      kept.normalize();
      if (kept.ints[i] != result.ints[i])
        return std::nullopt;
    }
  }
  result.normalize();
  return result;
}

static std::optional<HostTensor>
where(const HostTensor &condition, const HostTensor &a, const HostTensor &b) {
  if (condition.type != TensorProto::BOOL || a.type != b.type)
    return std::nullopt;
  std::optional<Dims> dims = commonDims({&condition, &a, &b});
  if (!dims)
    return std::nullopt;
  HostTensor result = HostTensor::zeros(a.type, *dims);
  forEachBroadcast(*dims, {&condition, &a, &b}, [&](int64_t i, const auto &at) {
    bool first = condition.ints[at[0]] != 0;
    if (a.isFloat())
      result.floats[i] = first ? a.floats[at[1]] : b.floats[at[2]];
    else
      result.ints[i] = first ? a.ints[at[1]] : b.ints[at[2]];
  });
  return result;
}

std::optional<std::vector<HostTensor>>
tenon::onnx::evaluateElementwise(const HostNode &node) {
  auto one = [](std::optional<HostTensor> value) {
    return value ? std::optional(std::vector<HostTensor>{std::move(*value)})
                 : std::nullopt;
  };
  auto inputs = node.inputs;
  if (inputs.empty() || llvm::is_contained(inputs, nullptr))
    return std::nullopt;
  if (node.op == "Cast")
    return one(
        cast(static_cast<int>(node.attributes.getInt("to", 0)), *inputs[0]));
  if (node.op == "CastLike" && inputs.size() == 2)
    return one(cast(inputs[1]->type, *inputs[0]));
  if (node.op == "Where" && inputs.size() == 3)
    return one(where(*inputs[0], *inputs[1], *inputs[2]));
  if ((node.op == "Max" || node.op == "Min") && inputs.size() != 2) {
    std::optional<HostTensor> result = *inputs[0];
    for (const HostTensor *next : inputs.drop_front())
      if (result)
        result = binary(node, *result, *next);
    return one(result);
  }
  // Before opset 7 broadcasting was directed by attributes.
  if (inputs.size() == 2 && node.opset >= 7)
    return one(binary(node, *inputs[0], *inputs[1]));
  if (inputs.size() == 1)
    return one(unary(node.op, *inputs[0]));
  return std::nullopt;
}

std::optional<std::vector<HostTensor>>
tenon::onnx::evaluate(const HostNode &node) {
  for (const HostTensor *input : node.inputs)
    if (input && input->size() > kMaxHostElements)
      return std::nullopt;
  if (auto result = evaluateMovement(node))
    return result;
  return evaluateElementwise(node);
}
