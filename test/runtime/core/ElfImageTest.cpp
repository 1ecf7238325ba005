#include "runtime/core/ElfImage.h"
#include "runtime/core/CpuFeatures.h"
#include "test/runtime/support/TestModel.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <elf.h>

#include <cstring>

namespace tenon::rt {
namespace {

using test::testImage;
using testing::HasSubstr;

std::string check(const std::vector<uint8_t> &image,
                  const char *arch = hostArch()) {
  ElfLayout layout;
  Diagnostic diagnostic;
  Code code =
      checkElfImage(image.data(), image.size(), arch, layout, diagnostic);
  EXPECT_TRUE(code == Code::Ok || code == Code::CodeRefused);
  return diagnostic.message();
}

TEST(ElfImage, AcceptsWhatTheCompilerMakes) {
  EXPECT_EQ(check(testImage("kernels")), "");
  EXPECT_EQ(check(testImage("kernels_debug")), "");
  EXPECT_EQ(check(testImage("kernels_aarch64"), "aarch64"), "");
}

TEST(ElfImage, FindsFunctionsInExecutableSegments) {
  std::vector<uint8_t> image = testImage("kernels");
  ElfLayout layout;
  Diagnostic diagnostic;
  ASSERT_EQ(
      checkElfImage(image.data(), image.size(), hostArch(), layout, diagnostic),
      Code::Ok);
  uint64_t address = 0;
  ASSERT_TRUE(
      findElfSymbol(image.data(), image.size(), "test_add_row", address));
  EXPECT_TRUE(layout.isExecutable(address));
  EXPECT_FALSE(layout.isExecutable(0));
  EXPECT_FALSE(layout.isExecutable(layout.span));
  EXPECT_GE(layout.relocationCount, 3u);
  EXPECT_FALSE(
      findElfSymbol(image.data(), image.size(), "test_nothing", address));
}

struct Refusal {
  const char *image;
  const char *reason;
};
class RefusedImage : public testing::TestWithParam<Refusal> {};

TEST_P(RefusedImage, NamesItsReason) {
  EXPECT_THAT(check(testImage(GetParam().image)), HasSubstr(GetParam().reason));
}

INSTANTIATE_TEST_SUITE_P(
    ElfImage, RefusedImage,
    testing::Values(Refusal{"refused_import", "imports functions"},
                    Refusal{"refused_imported_data", "imports 'elsewhere'"},
                    Refusal{"refused_constructor", "constructors"},
                    Refusal{"refused_writable", "stays writable"},
                    Refusal{"refused_tls", "thread-local"},
                    Refusal{"refused_symbolic", "RELATIVE"},
                    Refusal{"refused_executable_stack", "executable stack"},
                    Refusal{"refused_writable_code", "writable and executable"},
                    Refusal{"refused_interpreter", "interpreter"},
                    Refusal{"refused_base", "linked to address 0"},
                    Refusal{"refused_needed", "needs another library"},
                    Refusal{"refused_object", "not position-independent"},
                    Refusal{"refused_static", "not position-independent"}),
    [](const auto &info) { return std::string(info.param.image); });

TEST(ElfImage, RefusesForeignMachines) {
  const char *other = strcmp(hostArch(), "x86_64") == 0 ? "aarch64" : "x86_64";
  EXPECT_THAT(check(testImage("kernels"), other), HasSubstr("machine"));
  EXPECT_THAT(check(testImage("kernels"), "riscv64"), HasSubstr("machine"));
  EXPECT_THAT(check({}), HasSubstr("not an ELF file"));
}

TEST(ElfImage, EveryTruncationIsRefusedOrHarmless) {
  std::vector<uint8_t> image = testImage("kernels");
  for (size_t size = 0; size < image.size(); size += 7) {
    std::vector<uint8_t> cut(image.begin(),
                             image.begin() + static_cast<long>(size));
    ElfLayout layout;
    Diagnostic diagnostic;
    Code code =
        checkElfImage(cut.data(), cut.size(), hostArch(), layout, diagnostic);
    if (failed(code))
      continue;
    // What is accepted lies inside: only section headers were cut.
    for (size_t i = 0; i < layout.segmentCount; ++i)
      EXPECT_LE(layout.segments[i].fileOffset + layout.segments[i].fileSize,
                size);
  }
}

// Bytes of the headers changed one at a time: never a crash, and what is
// accepted stays within the image.
TEST(ElfImage, EveryChangedHeaderByteIsRefusedOrHarmless) {
  const std::vector<uint8_t> image = testImage("kernels");
  Elf64_Ehdr header;
  memcpy(&header, image.data(), sizeof(header));
  size_t end = header.e_phoff + header.e_phnum * sizeof(Elf64_Phdr);
  for (size_t at = 0; at < end; ++at) {
    for (uint8_t flip : {0x01, 0x80, 0xff}) {
      std::vector<uint8_t> changed = image;
      changed[at] ^= flip;
      ElfLayout layout;
      Diagnostic diagnostic;
      if (failed(checkElfImage(changed.data(), changed.size(), hostArch(),
                               layout, diagnostic))) {
        EXPECT_STRNE(diagnostic.message(), "");
        continue;
      }
      for (size_t i = 0; i < layout.segmentCount; ++i) {
        const ElfSegment &s = layout.segments[i];
        EXPECT_LE(s.fileOffset + s.fileSize, image.size());
        EXPECT_LE(s.address + s.memorySize, layout.span);
        EXPECT_FALSE(s.executable && s.relocated);
      }
      for (uint64_t i = 0; i < layout.relocationCount; ++i)
        EXPECT_LE(elfRelocation(changed.data(), layout, i).address + 8,
                  layout.span);
    }
  }
}

} // namespace
} // namespace tenon::rt
