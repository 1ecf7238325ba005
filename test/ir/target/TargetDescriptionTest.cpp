#include "ir/target/TargetDescription.h"

#include "llvm/TargetParser/Host.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

using namespace tenon::target;
using testing::ElementsAre;

static std::string errorOf(llvm::Expected<TargetDescription> result) {
  return result ? "no error" : llvm::toString(result.takeError());
}

TEST(TargetDescription, BuiltinsParseAndRoundTrip) {
  EXPECT_THAT(builtinTargetNames(), ElementsAre("aarch64", "sm_80", "sm_90",
                                                "x86-64-v3", "x86-64-v4"));
  for (llvm::StringRef name : builtinTargetNames()) {
    auto target = lookupTarget(name);
    ASSERT_TRUE(bool(target)) << llvm::toString(target.takeError());
    EXPECT_EQ(target->name, name.str());
    std::string text = printTargetDescription(*target);
    auto again = parseTargetDescription(text, "printed");
    ASSERT_TRUE(bool(again)) << llvm::toString(again.takeError());
    EXPECT_EQ(printTargetDescription(*again), text);
  }
}

TEST(TargetDescription, Avx2HasWhatItSays) {
  auto target = lookupTarget("x86-64-v3");
  ASSERT_TRUE(bool(target));
  EXPECT_EQ(target->lanes(32), 8);
  EXPECT_EQ(target->vectorRegisters, 16);
  EXPECT_FALSE(target->masks);
  EXPECT_EQ(target->l1d, 32 * 1024);
  EXPECT_TRUE(target->hasFeature("fma"));
  EXPECT_FALSE(target->hasFeature("avx512f"));
  ASSERT_FALSE(target->contraction.empty());
  EXPECT_EQ(target->contraction.front().dtype, "f32");
  EXPECT_EQ(target->contraction.front().rows, 6);
  EXPECT_EQ(target->contraction.front().columns, 16);
}

TEST(TargetDescription, ErrorsNameLineAndReason) {
  auto parse = [](llvm::StringRef text) {
    return errorOf(parseTargetDescription(text, "t"));
  };
  EXPECT_EQ(parse("name = a\nbogus = 1\n"), "t:2: unknown key 'bogus'");
  EXPECT_EQ(parse("name\n"), "t:1: expected 'key = value'");
  EXPECT_EQ(parse("name = a\nname = b\n"), "t:2: 'name' is given twice");
  EXPECT_EQ(parse("# c\nl2 = 1G\n"),
            "t:2: 'l2' expects a number, with K or M for binary thousands, "
            "got '1G'");
  EXPECT_EQ(parse("l2 = -1"), "t:1: 'l2' expects a number, with K or M for "
                              "binary thousands, got '-1'");
  EXPECT_EQ(parse("masks = maybe"),
            "t:1: 'masks' expects yes or no, got 'maybe'");
  EXPECT_EQ(parse("kind = tpu"), "t:1: 'kind' expects cpu or cuda, got 'tpu'");
  EXPECT_EQ(parse("contraction = f32 6"),
            "t:1: 'contraction' expects register tiles like 'f32 6x16', "
            "separated by commas, got 'f32 6'");
  EXPECT_EQ(parse("features = +avx"),
            "t:1: 'features' expects feature names without sign, separated by "
            "commas, got '+avx'");
  EXPECT_EQ(parse("triple ="), "t:1: 'triple' has no value");
  EXPECT_EQ(parse("name = a"), "t:1: 'triple' is missing");
}

TEST(TargetDescription, UnknownNameListsTheKnownOnes) {
  EXPECT_EQ(errorOf(lookupTarget("vax")),
            "unknown target 'vax', known are aarch64, sm_80, sm_90, "
            "x86-64-v3, x86-64-v4 and native");
}

TEST(TargetDescription, NativeOnlyUsesWhatTheHostHas) {
  auto target = lookupTarget("native");
  ASSERT_TRUE(bool(target)) << llvm::toString(target.takeError());
  llvm::StringMap<bool> host = llvm::sys::getHostCPUFeatures();
  for (const std::string &feature : target->features)
    EXPECT_TRUE(host.lookup(feature)) << feature;
  EXPECT_EQ(target->tuneCpu, llvm::sys::getHostCPUName().str());
  EXPECT_GE(target->cores, 1);
}
