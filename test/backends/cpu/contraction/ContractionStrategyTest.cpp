#include "backends/cpu/contraction/ContractionStrategy.h"
#include "test/backends/cpu/support/ContractionKernel.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

using namespace tenon::cpu;
using tenon::target::TargetDescription;
using testing::HasSubstr;

namespace {

class StrategyTest : public testing::Test {
protected:
  StrategyTest() { prepareContext(context); }

  static TargetDescription target(llvm::StringRef name) {
    return llvm::cantFail(tenon::target::lookupTarget(name));
  }

  /// The configuration of an m x n x k product, checked.
  ContractionConfig choose(llvm::StringRef name, int64_t m, int64_t n,
                           int64_t k) {
    problem = makeMatrixCase(context, m, n, k, 32).problem;
    ContractionConfig config = chooseContraction(problem, target(name));
    EXPECT_EQ(checkContraction(problem, config, target(name)), "");
    return config;
  }

  mlir::MLIRContext context;
  ContractionProblem problem;
};

TEST_F(StrategyTest, SeedsWhereTheyFit) {
  ContractionConfig avx2 = choose("x86-64-v3", 1024, 1024, 1024);
  EXPECT_EQ(avx2.rowTile, 6);
  EXPECT_EQ(avx2.columnTile, 16);
  EXPECT_EQ(avx2.lanes, 8);
  ContractionConfig avx512 = choose("x86-64-v4", 1024, 1024, 1024);
  EXPECT_EQ(avx512.rowTile, 14);
  EXPECT_EQ(avx512.columnTile, 32);
  ContractionConfig neon = choose("aarch64", 1024, 1024, 1024);
  EXPECT_EQ(neon.rowTile, 6);
  EXPECT_EQ(neon.columnTile, 16);
  EXPECT_THAT(neon.reasons, HasSubstr("register tile 6x16 (seed)"));
}

TEST_F(StrategyTest, OneRowReadsPanelsSideBySide) {
  for (auto [name, columns] :
       {std::pair("x86-64-v3", 32), {"x86-64-v4", 64}, {"aarch64", 32}}) {
    ContractionConfig config = choose(name, 1, 3072, 768);
    EXPECT_EQ(config.rowTile, 1);
    EXPECT_EQ(config.columnTile, columns) << name;
    EXPECT_GT(config.prefetch, 0);
  }
}

TEST_F(StrategyTest, EveryCoreGetsSeveralTiles) {
  for (llvm::StringRef name : {"x86-64-v3", "x86-64-v4", "aarch64"})
    for (auto [m, n] :
         {std::pair(128, 768), {1024, 1024}, {1, 3072}, {3136, 64}}) {
      ContractionConfig config = choose(name, m, n, 768);
      int64_t tiles = tileGrid(problem, config).count();
      EXPECT_GE(tiles, 4 * target(name).cores)
          << name.str() << " " << m << "x" << n;
    }
}

TEST_F(StrategyTest, LongReductionsAreBlockedEvenly) {
  ContractionConfig config = choose("x86-64-v3", 128, 768, 20000);
  EXPECT_LT(config.depthBlock, 1000);
  int64_t last = 20000 % config.depthBlock;
  EXPECT_TRUE(last == 0 || last > config.depthBlock * 3 / 4) << last;
  EXPECT_EQ(choose("x86-64-v3", 128, 768, 300).depthBlock, 300);
  // Nothing is read twice.
  EXPECT_EQ(choose("x86-64-v3", 1, 768, 20000).depthBlock, 20000);
}

TEST_F(StrategyTest, RowsThatCollideInL1ArePacked) {
  EXPECT_TRUE(choose("x86-64-v4", 1024, 1024, 1024).packLeft);
  EXPECT_FALSE(choose("x86-64-v4", 1024, 1024, 1040).packLeft);
  EXPECT_FALSE(choose("x86-64-v3", 1024, 1024, 1024).packLeft);
}

TEST_F(StrategyTest, ConfigurationsSurviveTheIr) {
  ContractionConfig config = choose("x86-64-v4", 1000, 100, 100);
  mlir::Location loc = mlir::UnknownLoc::get(&context);
  mlir::DictionaryAttr attribute = toAttribute(&context, config);
  auto again = parseContractionConfig(attribute, loc);
  ASSERT_TRUE(succeeded(again));
  EXPECT_EQ(toAttribute(&context, *again), attribute);

  std::string diagnostic;
  mlir::ScopedDiagnosticHandler handler(&context, [&](mlir::Diagnostic &d) {
    diagnostic = d.str();
    return mlir::success();
  });
  EXPECT_TRUE(failed(
      parseContractionConfig(mlir::DictionaryAttr::get(&context, {}), loc)));
  EXPECT_EQ(diagnostic, "contraction config needs the i64 'lanes'");
}

TEST_F(StrategyTest, WrongConfigurationsAreNamed) {
  ContractionConfig good = choose("x86-64-v3", 64, 64, 64), config = good;
  config.rowTile = 7;
  EXPECT_THAT(checkContraction(problem, config, target("x86-64-v3")),
              HasSubstr("more registers"));
  config = good;
  config.columnTile = 24;
  config.rowTile = config.rowBlock = 3;
  EXPECT_THAT(checkContraction(problem, config, target("x86-64-v3")),
              HasSubstr("whole panels"));
  config = good;
  config.unroll = 0;
  EXPECT_THAT(checkContraction(problem, config, target("x86-64-v3")),
              HasSubstr("positive"));
}

} // namespace
