#include "runtime/core/CpuFeatures.h"

#include <cstdint>
#include <cstring>

#if defined(__x86_64__)
#include <cpuid.h>
#elif defined(__aarch64__)
#include <sys/auxv.h>
#endif

namespace tenon::rt {

namespace {

bool equals(const char *name, size_t length, const char *known) {
  return strlen(known) == length && memcmp(name, known, length) == 0;
}

#if defined(__x86_64__)

// CPUID leaves as numbered in Intel's and AMD's manuals.
enum Leaf : uint8_t { Leaf1, Leaf7, Leaf7Sub1, LeafExt1, kLeafCount };
enum Register : uint8_t { Eax, Ebx, Ecx, Edx };

// What the system must save on a context switch (bits of XCR0).
enum State : uint32_t {
  None = 0,
  Ymm = 0x6,
  Zmm = 0xe6,
};

struct Row {
  const char *name;
  Leaf leaf;
  Register reg;
  uint8_t bit;
  State state;
};

constexpr Row kRows[] = {
    {"sse2", Leaf1, Edx, 26, None},
    {"sse3", Leaf1, Ecx, 0, None},
    {"ssse3", Leaf1, Ecx, 9, None},
    {"sse4.1", Leaf1, Ecx, 19, None},
    {"sse4.2", Leaf1, Ecx, 20, None},
    {"cx16", Leaf1, Ecx, 13, None},
    {"movbe", Leaf1, Ecx, 22, None},
    {"popcnt", Leaf1, Ecx, 23, None},
    {"lzcnt", LeafExt1, Ecx, 5, None},
    {"bmi", Leaf7, Ebx, 3, None},
    {"bmi2", Leaf7, Ebx, 8, None},
    {"f16c", Leaf1, Ecx, 29, Ymm},
    {"fma", Leaf1, Ecx, 12, Ymm},
    {"avx", Leaf1, Ecx, 28, Ymm},
    {"avx2", Leaf7, Ebx, 5, Ymm},
    {"avxvnni", Leaf7Sub1, Eax, 4, Ymm},
    {"avx512f", Leaf7, Ebx, 16, Zmm},
    {"avx512dq", Leaf7, Ebx, 17, Zmm},
    {"avx512cd", Leaf7, Ebx, 28, Zmm},
    {"avx512bw", Leaf7, Ebx, 30, Zmm},
    {"avx512vl", Leaf7, Ebx, 31, Zmm},
    {"avx512vbmi", Leaf7, Ecx, 1, Zmm},
    {"avx512vbmi2", Leaf7, Ecx, 6, Zmm},
    {"avx512vnni", Leaf7, Ecx, 11, Zmm},
    {"avx512bitalg", Leaf7, Ecx, 12, Zmm},
    {"avx512vpopcntdq", Leaf7, Ecx, 14, Zmm},
    {"avx512fp16", Leaf7, Edx, 23, Zmm},
    {"avx512bf16", Leaf7Sub1, Eax, 5, Zmm},
};

struct Machine {
  unsigned leaves[kLeafCount][4] = {};
  uint64_t savedStates = 0;

  Machine() {
    read(1, 0, Leaf1);
    read(7, 0, Leaf7);
    if (leaves[Leaf7][Eax] >= 1)
      read(7, 1, Leaf7Sub1);
    read(0x80000001, 0, LeafExt1);
    bool hasXgetbv = leaves[Leaf1][Ecx] & (1u << 27); // OSXSAVE
    if (hasXgetbv) {
      uint32_t low, high;
      __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
      savedStates = (uint64_t{high} << 32) | low;
    }
  }

  void read(unsigned leaf, unsigned subleaf, Leaf into) {
    unsigned *r = leaves[into];
    if (!__get_cpuid_count(leaf, subleaf, &r[0], &r[1], &r[2], &r[3]))
      memset(r, 0, sizeof(leaves[into]));
  }
};

Feature lookup(const char *name, size_t length) {
  Machine machine;
  for (const Row &row : kRows) {
    if (!equals(name, length, row.name))
      continue;
    bool cpu = (machine.leaves[row.leaf][row.reg] >> row.bit) & 1;
    bool system = (machine.savedStates & row.state) == row.state;
    return cpu && system ? Feature::Present : Feature::Absent;
  }
  return Feature::Unknown;
}

#elif defined(__aarch64__)

struct Row {
  const char *name;
  uint64_t bit;
  bool second; // in AT_HWCAP2
};

// Bits of the kernel's arch/arm64 hwcap words, which are stable.
constexpr Row kRows[] = {
    {"fp-armv8", 1ull << 0, false}, {"neon", 1ull << 1, false},
    {"lse", 1ull << 8, false},      {"fullfp16", 1ull << 10, false},
    {"rdm", 1ull << 12, false},     {"dotprod", 1ull << 20, false},
    {"fp16fml", 1ull << 23, false}, {"sve", 1ull << 22, false},
    {"sve2", 1ull << 1, true},      {"i8mm", 1ull << 13, true},
    {"bf16", 1ull << 14, true},
};

Feature lookup(const char *name, size_t length) {
  uint64_t words[2] = {getauxval(AT_HWCAP), getauxval(AT_HWCAP2)};
  for (const Row &row : kRows)
    if (equals(name, length, row.name))
      return words[row.second] & row.bit ? Feature::Present : Feature::Absent;
  return Feature::Unknown;
}

#else
#error "this architecture has no feature table yet"
#endif

} // namespace

Feature cpuFeature(const char *name, size_t length) {
  return lookup(name, length);
}

const char *hostArch() {
#if defined(__x86_64__)
  return "x86_64";
#else
  return "aarch64";
#endif
}

} // namespace tenon::rt
