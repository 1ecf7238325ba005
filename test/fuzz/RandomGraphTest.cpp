// 200 random graphs, compiled, against the interpreter. More of them:
// tenon-fuzz --count=2000.

#include "compiler/driver/RandomCheck.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Threading.h"
#include "llvm/TargetParser/Triple.h"

#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <set>
#include <thread>

using namespace tenon;
using driver::Agreement;

namespace {

constexpr uint64_t kSeeds = 200;

/// What most machines of this one's kind have; nothing where there is no such
/// description.
std::optional<target::TargetDescription>
getPortable(const target::TargetDescription &host) {
  if (llvm::Triple(host.triple).getArch() != llvm::Triple::x86_64)
    return std::nullopt;
  return llvm::cantFail(target::lookupTarget("x86-64-v3"));
}

TEST(RandomGraphs, AgreeWithTheInterpreter) {
  auto host = llvm::cantFail(target::lookupTarget("native"));
  std::optional<target::TargetDescription> portable = getPortable(host);
  llvm::SmallString<128> folder;
  ASSERT_FALSE(llvm::sys::fs::createUniqueDirectory("tenon-fuzz", folder));
  std::atomic<uint64_t> next = 0;
  std::mutex mutex;
  check::Coverage coverage;
  auto work = [&] {
    for (uint64_t seed = next++; seed < kSeeds; seed = next++) {
      Agreement result = driver::checkSeed(seed, std::string(folder), host,
                                           portable ? &*portable : nullptr);
      std::lock_guard<std::mutex> lock(mutex);
      coverage.compared += result.coverage.compared;
      coverage.unknown += result.coverage.unknown;
      EXPECT_EQ(result.verdict, Agreement::Agrees)
          << "seed " << seed << ": " << result.reason;
    }
  };
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < std::min(2u, std::thread::hardware_concurrency());
       ++i)
    threads.emplace_back(work);
  for (std::thread &thread : threads)
    thread.join();
  // A check that compares nothing would find nothing.
  EXPECT_GT(coverage.compared, 100'000);
  EXPECT_LT(coverage.unknown * 10, coverage.compared);
  llvm::sys::fs::remove_directories(folder);
}

/// The graphs that seeds stand for, without anything done to them.
class RandomGraphTexts : public testing::Test {
protected:
  RandomGraphTexts() {
    EXPECT_FALSE(llvm::sys::fs::createUniqueDirectory("tenon-fuzz", folder));
  }
  ~RandomGraphTexts() override { llvm::sys::fs::remove_directories(folder); }

  std::string print(uint64_t seed) {
    auto text = driver::printRandomGraph(seed, std::string(folder));
    EXPECT_TRUE(text.ok()) << text.status().message();
    return text.ok() ? *text : "";
  }

  llvm::SmallString<128> folder;
};

TEST_F(RandomGraphTexts, AreTheSameForASeed) {
  EXPECT_EQ(print(7), print(7));
  EXPECT_NE(print(7), print(8));
}

TEST_F(RandomGraphTexts, HoldAllKindsOfOps) {
  std::set<std::string> names;
  for (uint64_t seed = 0; seed < kSeeds; ++seed) {
    std::string text = print(seed);
    for (size_t at = text.find("tenon."); at != std::string::npos;
         at = text.find("tenon.", at + 1))
      names.insert(text.substr(at, text.find_first_of(" \n,:", at) - at));
  }
  // Of these a few are attributes.
  EXPECT_GE(names.size(), 80u);
  for (const char *name :
       {"tenon.attention", "tenon.batch_norm_training", "tenon.case",
        "tenon.convolution", "tenon.dynamic_update_slice", "tenon.if",
        "tenon.scatter", "tenon.select_and_scatter", "tenon.sort",
        "tenon.variable", "tenon.weight", "tenon.while", "tenon.donated"})
    EXPECT_TRUE(names.contains(name)) << name;
}

} // namespace
