// The same code on emulated machines: NEON, and AVX2 without what this machine
// has beyond it.

#include "test/backends/cpu/contraction/ContractionFixture.h"

#include "backends/cpu/contraction/ContractionStrategy.h"

using namespace tenon::cpu;

namespace {

/// Names a target and the machine to run it on.
struct Machine {
  const char *target;
  const char *emulated;
};

class EmulatedContractionTest : public ContractionTest,
                                public testing::WithParamInterface<Machine> {
protected:
  void SetUp() override {
    targetName = GetParam().target;
    emulator = emulatorFor(GetParam().emulated);
    if (emulator.empty())
      GTEST_SKIP() << whyNotEmulated(GetParam().emulated);
  }

  /// Runs `c` as the strategy would.
  void checkChosen(ContractionCase c) {
    auto target = llvm::cantFail(tenon::target::lookupTarget(targetName));
    c.config = chooseContraction(c.problem, target);
    ASSERT_EQ(checkContraction(c.problem, c.config, target), "");
    check(c);
    c.config.packLeft = true;
    c.epilogue = EpilogueMode::Loop;
    c.relu = true;
    check(c);
  }
};

TEST_P(EmulatedContractionTest, Matrices) {
  checkChosen(makeMatrixCase(context, 29, 70, 37, 32));
  checkChosen(makeMatrixCase(context, 1, 70, 37, 32));
}

TEST_P(EmulatedContractionTest, Convolution) {
  checkChosen(makeConvolutionCase(context, 9, 8, 24, 32));
}

TEST_P(EmulatedContractionTest, TransposedAndNarrow) {
  ContractionCase c = makeMatrixCase(context, 13, 21, 19, 16);
  c.problem.rightForm = RightForm::ColumnMajor;
  c.problem.rightStride = 19;
  c.rightSize = 19 * 21;
  checkChosen(c);
  c.problem.leftType = c.problem.rightType = mlir::Float16Type::get(&context);
  checkChosen(c);
  c.problem.leftType = c.problem.rightType = mlir::BFloat16Type::get(&context);
  checkChosen(c);
}

INSTANTIATE_TEST_SUITE_P(Machines, EmulatedContractionTest,
                         testing::Values(Machine{"aarch64", "aarch64"},
                                         Machine{"x86-64-v3",
                                                 "x86_64-haswell"}),
                         [](const auto &info) {
                           std::string name = info.param.emulated;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

} // namespace
