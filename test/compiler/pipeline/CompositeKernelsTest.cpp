// A composite op and the primitives that exporters write in its place end in
// as many kernels, which move as many bytes.

#include "compiler/driver/DiagnosticCollector.h"
#include "compiler/driver/Dialects.h"
#include "compiler/driver/PhaseRunner.h"
#include "ir/kernel/KernelOps.h"
#include "ir/plan/PlanOps.h"
#include "passes/analysis/OpCategory.h"

#include "mlir/Parser/Parser.h"

#include <gtest/gtest.h>

using namespace tenon;
using namespace tenon::driver;
using pipeline::Phase;

namespace {

/// What a module costs: launches, and the bytes of the tensors that they read
/// and write.
struct Cost {
  int64_t launches = 0;
  int64_t bytes = 0;
  bool operator==(const Cost &) const = default;
};

void PrintTo(const Cost &cost, std::ostream *os) {
  *os << cost.launches << " launches, " << cost.bytes << " bytes";
}

/// The cost of @f with `arguments` and the ops of `body`, which ends in a
/// return of `result`.
Cost measure(const std::string &arguments, const std::string &result,
             const std::string &body) {
  mlir::DialectRegistry registry;
  registerDialects(registry);
  mlir::MLIRContext context(registry, mlir::MLIRContext::Threading::DISABLED);
  context.loadAllAvailableDialects();
  DiagnosticCollector diagnostics(context);
  auto module = mlir::parseSourceString<mlir::ModuleOp>(
      "tenon.entry @f(" + arguments + ") -> " + result + " {" + body + "}",
      &context);
  EXPECT_TRUE(module) << diagnostics.errors();
  if (!module)
    return {};
  auto target = target::lookupTarget("x86-64-v4");
  EXPECT_TRUE(bool(target));
  for (Phase phase : {Phase::Graph, Phase::Fused, Phase::Layout,
                      Phase::Scheduled, Phase::Plan}) {
    absl::Status status =
        runPhase(phase, *module, pipeline::optionsFor(*target), {});
    EXPECT_TRUE(status.ok()) << status.message();
  }
  Cost cost;
  module->walk([&](plan::LaunchOp launch) {
    ++cost.launches;
    auto kernel = module->lookupSymbol<plan::KernelOp>(launch.getKernel());
    auto fused = mlir::cast<kernel::FusedOp>(kernel.getFused());
    for (mlir::Value input : fused.getInputs())
      cost.bytes += getLogicalBytes(input);
    for (mlir::Value output : fused.getOutputs())
      cost.bytes += getLogicalBytes(output);
  });
  EXPECT_GT(cost.bytes, 0);
  return cost;
}

TEST(CompositeKernels, Softmax) {
  constexpr const char *arguments = "%x: tensor<64x300xf32>";
  constexpr const char *result = "tensor<64x300xf32>";
  Cost whole = measure(arguments, result, R"(
    %y = tenon.softmax %x axis = 1 : tensor<64x300xf32>
    tenon.return %y : tensor<64x300xf32>)");
  Cost parts = measure(arguments, result, R"(
    %ninf = tenon.constant dense<0xFF800000> : tensor<f32>
    %zero = tenon.constant dense<0.0> : tensor<f32>
    %m = tenon.reduce %x init %ninf dims = [1] : (tensor<64x300xf32>, tensor<f32>) -> tensor<64xf32> with maximum
    %m1 = tenon.reshape %m : (tensor<64xf32>) -> tensor<64x1xf32>
    %mb = tenon.broadcast_in_dim %m1 dims = [0, 1] : (tensor<64x1xf32>) -> tensor<64x300xf32>
    %c = tenon.subtract %x, %mb : tensor<64x300xf32>
    %e = tenon.exponential %c : tensor<64x300xf32>
    %s = tenon.reduce %e init %zero dims = [1] : (tensor<64x300xf32>, tensor<f32>) -> tensor<64xf32> with add
    %s1 = tenon.reshape %s : (tensor<64xf32>) -> tensor<64x1xf32>
    %sb = tenon.broadcast_in_dim %s1 dims = [0, 1] : (tensor<64x1xf32>) -> tensor<64x300xf32>
    %y = tenon.divide %e, %sb : tensor<64x300xf32>
    tenon.return %y : tensor<64x300xf32>)");
  EXPECT_EQ(parts, whole);
  EXPECT_EQ(whole, (Cost{1, 2 * 64 * 300 * 4}));
}

TEST(CompositeKernels, LayerNorm) {
  constexpr const char *arguments = "%x: tensor<2x32x256xf32>, "
                                    "%g: tensor<256xf32>, %b: tensor<256xf32>";
  constexpr const char *result = "tensor<2x32x256xf32>";
  Cost whole = measure(arguments, result, R"(
    %y = tenon.layer_norm %x scale %g bias %b axis = 2 epsilon = 1.0e-5
      : (tensor<2x32x256xf32>, tensor<256xf32>, tensor<256xf32>) -> tensor<2x32x256xf32>
    tenon.return %y : tensor<2x32x256xf32>)");
  // ReduceMean, Sub, Pow, ReduceMean, Add, Sqrt, Div, Mul, Add.
  Cost parts = measure(arguments, result, R"(
    %zero = tenon.constant dense<0.0> : tensor<f32>
    %n = tenon.constant dense<256.0> : tensor<2x32xf32>
    %eps = tenon.constant dense<1.0e-5> : tensor<2x32x1xf32>
    %two = tenon.constant dense<2.0> : tensor<2x32x256xf32>
    %t = tenon.reduce %x init %zero dims = [2] : (tensor<2x32x256xf32>, tensor<f32>) -> tensor<2x32xf32> with add
    %mean = tenon.divide %t, %n : tensor<2x32xf32>
    %mean1 = tenon.reshape %mean : (tensor<2x32xf32>) -> tensor<2x32x1xf32>
    %meanb = tenon.broadcast_in_dim %mean1 dims = [0, 1, 2] : (tensor<2x32x1xf32>) -> tensor<2x32x256xf32>
    %c = tenon.subtract %x, %meanb : tensor<2x32x256xf32>
    %c2 = tenon.power %c, %two : tensor<2x32x256xf32>
    %u = tenon.reduce %c2 init %zero dims = [2] : (tensor<2x32x256xf32>, tensor<f32>) -> tensor<2x32xf32> with add
    %v = tenon.divide %u, %n : tensor<2x32xf32>
    %v1 = tenon.reshape %v : (tensor<2x32xf32>) -> tensor<2x32x1xf32>
    %ve = tenon.add %v1, %eps : tensor<2x32x1xf32>
    %sd = tenon.sqrt %ve : tensor<2x32x1xf32>
    %sdb = tenon.broadcast_in_dim %sd dims = [0, 1, 2] : (tensor<2x32x1xf32>) -> tensor<2x32x256xf32>
    %nx = tenon.divide %c, %sdb : tensor<2x32x256xf32>
    %gb = tenon.broadcast_in_dim %g dims = [2] : (tensor<256xf32>) -> tensor<2x32x256xf32>
    %bb = tenon.broadcast_in_dim %b dims = [2] : (tensor<256xf32>) -> tensor<2x32x256xf32>
    %ng = tenon.multiply %nx, %gb : tensor<2x32x256xf32>
    %y = tenon.add %ng, %bb : tensor<2x32x256xf32>
    tenon.return %y : tensor<2x32x256xf32>)");
  EXPECT_EQ(parts, whole);
  EXPECT_EQ(whole, (Cost{1, 2 * 2 * 32 * 256 * 4 + 2 * 256 * 4}));
}

/// As the epilogue of the product that it follows in every model.
TEST(CompositeKernels, Gelu) {
  constexpr const char *arguments =
      "%x: tensor<64x32xf32>, %w: tensor<32x128xf32>";
  constexpr const char *result = "tensor<64x128xf32>";
  const std::string dot = R"(
    %d = tenon.dot_general %x, %w contract = [1] x [0] : (tensor<64x32xf32>, tensor<32x128xf32>) -> tensor<64x128xf32>)";
  Cost whole = measure(arguments, result, dot + R"(
    %y = tenon.gelu exact %d : tensor<64x128xf32>
    tenon.return %y : tensor<64x128xf32>)");
  // Div, Erf, Add, Mul, Mul.
  Cost parts = measure(arguments, result, dot + R"(
    %root = tenon.constant dense<1.41421354> : tensor<64x128xf32>
    %one = tenon.constant dense<1.0> : tensor<64x128xf32>
    %half = tenon.constant dense<0.5> : tensor<64x128xf32>
    %a = tenon.divide %d, %root : tensor<64x128xf32>
    %e = tenon.erf %a : tensor<64x128xf32>
    %f = tenon.add %e, %one : tensor<64x128xf32>
    %g = tenon.multiply %d, %f : tensor<64x128xf32>
    %y = tenon.multiply %g, %half : tensor<64x128xf32>
    tenon.return %y : tensor<64x128xf32>)");
  EXPECT_EQ(parts, whole);
  EXPECT_EQ(whole, (Cost{1, (64 * 32 + 32 * 128 + 64 * 128) * 4}));
}

TEST(CompositeKernels, Attention) {
  constexpr const char *arguments =
      "%q: tensor<2x4x64x16xf32>, %k: tensor<2x4x64x16xf32>, "
      "%v: tensor<2x4x64x16xf32>, %m: tensor<2x1x1x64xf32>";
  constexpr const char *result = "tensor<2x4x64x16xf32>";
  Cost whole = measure(arguments, result, R"(
    %y = tenon.attention %q, %k, %v mask %m scale = 0.25
      : (tensor<2x4x64x16xf32>, tensor<2x4x64x16xf32>, tensor<2x4x64x16xf32>, tensor<2x1x1x64xf32>) -> tensor<2x4x64x16xf32>
    tenon.return %y : tensor<2x4x64x16xf32>)");
  // Transpose, MatMul, Div, Add, Softmax, MatMul.
  Cost parts = measure(arguments, result, R"(
    %kt = tenon.transpose %k dims = [0, 1, 3, 2] : (tensor<2x4x64x16xf32>) -> tensor<2x4x16x64xf32>
    %s = tenon.dot_general %q, %kt batch = [0, 1] x [0, 1] contract = [3] x [2] : (tensor<2x4x64x16xf32>, tensor<2x4x16x64xf32>) -> tensor<2x4x64x64xf32>
    %four = tenon.constant dense<4.0> : tensor<2x4x64x64xf32>
    %sc = tenon.divide %s, %four : tensor<2x4x64x64xf32>
    %mb = tenon.broadcast_in_dim %m dims = [0, 1, 2, 3] : (tensor<2x1x1x64xf32>) -> tensor<2x4x64x64xf32>
    %sm = tenon.add %sc, %mb : tensor<2x4x64x64xf32>
    %p = tenon.softmax %sm axis = 3 : tensor<2x4x64x64xf32>
    %y = tenon.dot_general %p, %v batch = [0, 1] x [0, 1] contract = [3] x [2] : (tensor<2x4x64x64xf32>, tensor<2x4x64x16xf32>) -> tensor<2x4x64x16xf32>
    tenon.return %y : tensor<2x4x64x16xf32>)");
  EXPECT_EQ(parts, whole);
  EXPECT_EQ(whole, (Cost{1, (4 * 2 * 4 * 64 * 16 + 2 * 64) * 4}));
}

} // namespace
