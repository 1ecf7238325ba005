// One width of packed panels suits the register tiles of all variants.

#include "compiler/pipeline/Pipeline.h"

#include "llvm/Support/Error.h"

#include <gtest/gtest.h>

using tenon::target::TargetDescription;

namespace {

int64_t panelWidthFor(std::initializer_list<llvm::StringRef> names) {
  std::vector<TargetDescription> targets;
  for (llvm::StringRef name : names)
    targets.push_back(llvm::cantFail(tenon::target::lookupTarget(name)));
  return tenon::pipeline::optionsFor(targets).panelWidth;
}

TEST(PanelWidth, IsTheRegisterTileOfASingleTarget) {
  EXPECT_EQ(panelWidthFor({"x86-64-v4"}), 32);
  EXPECT_EQ(panelWidthFor({"x86-64-v3"}), 16);
  EXPECT_EQ(panelWidthFor({"aarch64"}), 16);
  EXPECT_EQ(panelWidthFor({"sm_90"}), 32);
}

TEST(PanelWidth, DividesTheRegisterTilesOfAllTargets) {
  EXPECT_EQ(panelWidthFor({"x86-64-v4", "x86-64-v3"}), 16);
  EXPECT_EQ(panelWidthFor({"x86-64-v3", "x86-64-v4"}), 16);
  EXPECT_EQ(panelWidthFor({"sm_80", "sm_90"}), 32);
}

TEST(PanelWidth, HoldsWholeVectorsOfAllTargets) {
  TargetDescription wide =
      llvm::cantFail(tenon::target::lookupTarget("x86-64-v4"));
  TargetDescription odd = wide;
  odd.contraction = {{"f32", 12, 24}};
  EXPECT_EQ(tenon::pipeline::optionsFor({wide, odd}).panelWidth, 16);
}

} // namespace
