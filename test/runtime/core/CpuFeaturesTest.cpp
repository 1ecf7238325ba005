#include "runtime/core/CpuFeatures.h"

#include <gtest/gtest.h>

#include <cstring>

namespace tenon::rt {
namespace {

Feature ask(const char *name) { return cpuFeature(name, strlen(name)); }

TEST(CpuFeatures, UnknownNamesAreNotPresent) {
  EXPECT_EQ(ask("warp-drive"), Feature::Unknown);
  EXPECT_EQ(ask(""), Feature::Unknown);
}

#if defined(__x86_64__)
// The compiler's own view of the CPU, which reads the same registers.
#define EXPECT_SAME(NAME)                                                      \
  EXPECT_EQ(ask(NAME) == Feature::Present, bool(__builtin_cpu_supports(NAME)))

TEST(CpuFeatures, AgreesWithTheCompilersRuntime) {
  EXPECT_EQ(ask("sse2"), Feature::Present);
  EXPECT_SAME("avx");
  EXPECT_SAME("avx2");
  EXPECT_SAME("fma");
  EXPECT_SAME("f16c");
  EXPECT_SAME("bmi2");
  EXPECT_SAME("avx512f");
  EXPECT_SAME("avx512vl");
  EXPECT_SAME("avx512bf16");
}
#endif

} // namespace
} // namespace tenon::rt
