// Every element-wise op in every element type it takes, with the values that
// are special to it, against the oracle.

#include "test/backends/cpu/support/KernelRunner.h"

#include "gtest/gtest.h"

#include <cmath>
#include <limits>

using namespace tenon::cpu;

namespace {

constexpr double inf = std::numeric_limits<double>::infinity();
const std::vector<double> specialFloats = {
    0.0,  -0.0, 1.0, -1.0, 0.5,  -0.5, 1.5,  -1.5,   2.5,   -2.5, inf,
    -inf, NAN,  3.0, 1e-9, -7.0, 42.5, -0.1, 0.9375, 100.0, 17.25};

/// One kernel that yields `lines` of the form "tenon.add %arg0, %arg1 : TYPE",
/// each of type `result`; SHAPE stands for the tensor's type.
std::string yieldAll(std::vector<std::string> inputs,
                     const std::vector<std::string> &lines,
                     const std::string &result) {
  std::string body, values, types;
  for (size_t i = 0; i < lines.size(); ++i) {
    body += "%r" + std::to_string(i) + " = " + lines[i] + "\n";
    values += (i ? ", %r" : "%r") + std::to_string(i);
    types += (i ? ", " : "") + result;
  }
  std::string text = "%s:" + std::to_string(lines.size()) +
                     " = kernel.stage loop -> (" + types + ") {\n" + body +
                     "kernel.yield " + values + " : " + types +
                     "\n}\nkernel.yield ";
  for (size_t i = 0; i < lines.size(); ++i)
    text += (i ? ", %s#" : "%s#") + std::to_string(i);
  text += " : " + types + "\n";
  return wrapKernel(inputs, std::vector<std::string>(lines.size(), result), "",
                    text);
}

std::string tensorOf(const std::string &element) {
  return "tensor<3x21x" + element + ">";
}

class ElementwiseTest : public testing::TestWithParam<std::string> {
protected:
  /// Runs unary and binary ops of one type on all pairs of `values`.
  std::string runOps(const std::vector<std::string> &unary,
                     const std::vector<std::string> &binary,
                     const std::vector<double> &values, Tolerance tolerance) {
    std::string type = tensorOf(GetParam());
    std::vector<std::string> lines;
    for (const std::string &op : unary)
      lines.push_back("tenon." + op + " %arg0 : " + type);
    for (const std::string &op : binary)
      lines.push_back("tenon." + op + " %arg0, %arg1 : " + type);
    // Shifted against each other, so that all kinds of pairs meet.
    std::string wrong;
    for (size_t shift : {0, 1, 5}) {
      KernelRunner runner(yieldAll({type, type}, lines, type));
      std::vector<double> other = values;
      std::rotate(other.begin(), other.begin() + shift, other.end());
      runner.setInput(0, values);
      runner.setInput(1, other);
      wrong += runner.check(tolerance);
    }
    return wrong;
  }
};

class FloatTest : public ElementwiseTest {};

TEST_P(FloatTest, ExactOps) {
  std::vector<std::string> binary = {"add",    "subtract", "multiply",
                                     "divide", "maximum",  "minimum"};
  if (GetParam() != "f64")
    binary.push_back("remainder");
  EXPECT_EQ(runOps({"negate", "sign", "sqrt", "ceil", "floor",
                    "round_nearest_afz", "round_nearest_even"},
                   binary, specialFloats, {}),
            "");
}

TEST_P(FloatTest, ChangesOfType) {
  std::string type = tensorOf(GetParam());
  for (std::string to :
       {"f64", "f32", "f16", "bf16", "i8", "i32", "i64", "ui8", "ui32", "i1"}) {
    KernelRunner runner(yieldAll(
        {type}, {"tenon.convert %arg0 : (" + type + ") -> " + tensorOf(to)},
        tensorOf(to)));
    runner.setInput(0, specialFloats);
    EXPECT_EQ(runner.check({}), "") << to;
  }
}

TEST_P(FloatTest, ComparesAndSelects) {
  std::string type = tensorOf(GetParam());
  std::string pair = " : (" + type + ", " + type + ") -> " + tensorOf("i1");
  std::vector<std::string> lines;
  for (std::string direction : {"EQ", "NE", "GE", "GT", "LE", "LT"}) {
    lines.push_back("tenon.compare " + direction + ", %arg0, %arg1" + pair);
    lines.push_back("tenon.compare " + direction +
                    ", %arg0, %arg1 type TOTALORDER" + pair);
  }
  lines.push_back("tenon.is_finite %arg0 : (" + type + ") -> " +
                  tensorOf("i1"));
  KernelRunner runner(yieldAll({type, type}, lines, tensorOf("i1")));
  std::vector<double> other = specialFloats;
  std::rotate(other.begin(), other.begin() + 1, other.end());
  runner.setInput(0, specialFloats);
  runner.setInput(1, other);
  EXPECT_EQ(runner.check({}), "");
  KernelRunner clamps(yieldAll({type, type, type},
                               {"tenon.clamp %arg0, %arg1, %arg2 : (" + type +
                                ", " + type + ", " + type + ") -> " + type},
                               type));
  clamps.setInput(0, {-1.0});
  clamps.setInput(1, specialFloats);
  clamps.setInput(2, {2.0});
  EXPECT_EQ(clamps.check({}), "");
}

INSTANTIATE_TEST_SUITE_P(Types, FloatTest,
                         testing::Values("f32", "f64", "f16", "bf16"));

class MathTest : public ElementwiseTest {};

TEST_P(MathTest, Functions) {
  double unit = GetParam() == "f32" ? 2e-6 : GetParam() == "f16" ? 2e-3 : 1e-2;
  EXPECT_EQ(runOps({"exponential", "exponential_minus_one", "log",
                    "log_plus_one", "logistic", "tanh", "tan", "sine", "cosine",
                    "rsqrt", "cbrt", "erf", "erfc"},
                   {"power", "atan2"},
                   {0.0, 1.0, -1.0, 0.5, -0.5, 1.5, -1.5, 2.5, 3.0, 7.0, -3.0,
                    0.01, -0.01, 0.9375, NAN},
                   {unit, unit}),
            "");
}

INSTANTIATE_TEST_SUITE_P(Types, MathTest,
                         testing::Values("f32", "f16", "bf16"));

class IntegerTest : public ElementwiseTest {};

TEST_P(IntegerTest, Arithmetic) {
  double low = GetParam()[0] == 'u' ? 0 : -128;
  std::vector<double> values = {0, 1, 2, 3, 5, 7, 8, 13, 31, 32, 63, 64, 127};
  for (double value : {low, low / 2, low == 0 ? 255.0 : -1.0})
    values.push_back(value);
  std::vector<std::string> unary = {"negate", "not", "popcnt",
                                    "count_leading_zeros"};
  if (low != 0)
    unary.push_back("sign");
  EXPECT_EQ(
      runOps(unary,
             {"add", "subtract", "multiply", "divide", "maximum", "minimum",
              "remainder", "power", "and", "or", "xor", "shift_left",
              "shift_right_arithmetic", "shift_right_logical"},
             values, {}),
      "");
}

TEST_P(IntegerTest, ChangesOfType) {
  std::string type = tensorOf(GetParam());
  for (std::string to : {"f32", "bf16", "i8", "i64", "ui16", "i1"}) {
    KernelRunner runner(yieldAll(
        {type}, {"tenon.convert %arg0 : (" + type + ") -> " + tensorOf(to)},
        tensorOf(to)));
    runner.setIntegerRange(-100, 100);
    EXPECT_EQ(runner.check({}), "") << to;
  }
}

INSTANTIATE_TEST_SUITE_P(Types, IntegerTest,
                         testing::Values("i8", "i16", "i32", "i64", "ui8",
                                         "ui16", "ui32", "ui64"));

class BoolTest : public ElementwiseTest {};

TEST_P(BoolTest, Logic) {
  EXPECT_EQ(
      runOps({"not"},
             {"add", "multiply", "maximum", "minimum", "and", "or", "xor"},
             {0, 1, 1, 0, 0}, {}),
      "");
}

INSTANTIATE_TEST_SUITE_P(Types, BoolTest, testing::Values("i1"));

TEST(Elementwise, BitsAndPrecision) {
  std::string f = tensorOf("f32"), i = tensorOf("i32");
  KernelRunner runner(
      yieldAll({f}, {"tenon.bitcast_convert %arg0 : (" + f + ") -> " + i}, i));
  runner.setInput(0, specialFloats);
  EXPECT_EQ(runner.check({}), "");
  KernelRunner rounds(yieldAll({f},
                               {"tenon.reduce_precision %arg0 to e5m10 : " + f,
                                "tenon.reduce_precision %arg0 to e8m7 : " + f,
                                "tenon.reduce_precision %arg0 to e4m3 : " + f},
                               f));
  rounds.setFloatRange(-1000, 1000);
  EXPECT_EQ(rounds.check({}), "");
}

TEST(Elementwise, IotaAndTables) {
  KernelRunner runner(yieldAll({},
                               {"tenon.iota dim = 1 : tensor<3x21xf32>",
                                "tenon.iota dim = 0 : tensor<3x21xf32>"},
                               tensorOf("f32")));
  EXPECT_EQ(runner.check({}), "");
  KernelRunner table(wrapKernel({"tensor<3xf32>"}, {"tensor<3xf32>"}, "", R"(
    %s = kernel.stage loop -> tensor<3xf32> {
      %c = tenon.constant dense<[1.5, -2.0, 4.0]> : tensor<3xf32>
      %r = tenon.multiply %arg0, %c : tensor<3xf32>
      kernel.yield %r : tensor<3xf32>
    }
    kernel.yield %s : tensor<3xf32>
)"));
  EXPECT_EQ(table.check({}), "");
}

} // namespace
