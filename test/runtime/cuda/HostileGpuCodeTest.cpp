// GPU artifacts that are cut, changed or lie: each refused with one line,
// before the driver sees anything of them where that can be told.

#include "runtime/core/Checksum.h"
#include "test/runtime/support/Forged.h"
#include "test/runtime/support/TestGpu.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <random>

namespace tenon::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

struct Lie {
  const char *name;
  void (*tell)(Forged &);
  const char *reason;
};
class HostileGpuCode : public testing::TestWithParam<Lie> {};

TEST(HostileGpuCode, UnchangedLoads) {
  testGpu();
  EXPECT_EQ(Forged(gpuContents()).refusal(), "");
  EXPECT_EQ(Forged(gpuContents({"sm_80", "sm_90"}, true)).refusal(), "");
}

TEST_P(HostileGpuCode, IsRefused) {
  testGpu();
  Forged forged(gpuContents({"sm_80", "sm_90"}, true));
  GetParam().tell(forged);
  EXPECT_THAT(forged.refusal(),
              AllOf(HasSubstr(GetParam().reason), Not(HasSubstr("\n"))));
}

artifact::KernelCode &code(Forged &f) { return f.contents.kernels[0].code[1]; }

INSTANTIATE_TEST_SUITE_P(
    Metadata, HostileGpuCode,
    testing::Values(
        Lie{"NoThreads", [](Forged &f) { code(f).threads = 0; },
            "TN_MALFORMED"},
        Lie{"TooManyThreads", [](Forged &f) { code(f).threads = 1025; },
            "kernel 0 has a block that no GPU can run"},
        Lie{"SharedMemoryHuge",
            [](Forged &f) { code(f).sharedSize = UINT32_MAX; },
            "kernel 0 has a block that no GPU can run"},
        Lie{"TooManyBlocks",
            [](Forged &f) { code(f).numTiles = int64_t{INT32_MAX} + 1; },
            "kernel 0 has a tile count"},
        Lie{"NegativeBlocks", [](Forged &f) { code(f).numTiles = -1; },
            "kernel 0 has a tile count"},
        Lie{"ScratchHuge", [](Forged &f) { code(f).scratchSize = UINT64_MAX; },
            "scratch size"},
        Lie{"Scalars",
            [](Forged &f) {
              f.contents.kernels[0].numScalars = 1;
              f.launch().scalars = {1};
            },
            "TN_NOT_SUPPORTED"},
        Lie{"CodeOfOneVariant",
            [](Forged &f) { f.contents.kernels[0].code.pop_back(); },
            "kernel 0 has code for 1 variants of 2"},
        Lie{"NoKernels", [](Forged &f) { f.contents.kernels.clear(); },
            "launches kernel 0 of 0"},
        Lie{"FewerVariants", [](Forged &f) { f.contents.variants.pop_back(); },
            "1 variants and 2 code sections"},
        Lie{"NoCapability",
            [](Forged &f) { f.contents.variants[1].features.clear(); },
            "variant 1 names no compute capability"},
        Lie{"OtherCapability",
            [](Forged &f) { f.contents.variants[1].features = {"avx2"}; },
            "variant 1 names no compute capability"},
        Lie{"TwoCapabilities",
            [](Forged &f) {
              f.contents.variants[1].features = {"sm_80", "sm_90"};
            },
            "variant 1 names no compute capability"},
        Lie{"UnknownArchitecture",
            [](Forged &f) { f.contents.targetArch = "amdgcn"; },
            "TN_CODE_REFUSED"}),
    [](const auto &info) { return std::string(info.param.name); });

INSTANTIATE_TEST_SUITE_P(
    Sections, HostileGpuCode,
    testing::Values(
        Lie{"NoImage", [](Forged &f) { f.images[1].clear(); },
            "neither a cubin nor PTX"},
        Lie{"Noise", [](Forged &f) { f.images[1].assign(5000, 'x'); },
            "neither a cubin nor PTX"},
        Lie{"CutCubin", [](Forged &f) { f.images[1].resize(40); },
            "neither a cubin nor PTX"},
        Lie{"ImageOfACpu",
            [](Forged &f) { f.images[1] = testImage("kernels"); },
            "neither a cubin nor PTX"},
        Lie{"CubinOf32Bits", [](Forged &f) { f.images[1][4] = 1; },
            "neither a cubin nor PTX"},
        Lie{"PtxWithAZeroByte",
            [](Forged &f) { f.ptx[0][f.ptx[0].size() / 2] = 0; },
            "the PTX is none"},
        Lie{"PtxThatIsNone", [](Forged &f) { f.ptx[1].assign(100, ' '); },
            "the PTX is none"},
        Lie{"PtxThatIsACubin", [](Forged &f) { f.ptx[1] = f.images[1]; },
            "the PTX is none"}),
    [](const auto &info) { return std::string(info.param.name); });

/// Loads, opens and runs whatever can be; the line that ended it, or "".
std::string use(const std::vector<uint8_t> &bytes) {
  size_t room = (bytes.size() + 63) / 64 * 64;
  std::unique_ptr<void, decltype(&free)> copy(aligned_alloc(64, room), free);
  std::copy(bytes.begin(), bytes.end(), static_cast<uint8_t *>(copy.get()));
  tn_diagnostic diagnostic = {};
  tn_model *model = nullptr;
  tn_session *session = nullptr;
  tn_code code = tn_model_load_memory(copy.get(), bytes.size(), nullptr, &model,
                                      &diagnostic);
  if (code == TN_OK)
    code = tn_session_create(model, nullptr, &session, &diagnostic);
  std::vector<float> x = testInput(8), y(x.size());
  int64_t shape[] = {8, kWidth};
  tn_tensor tensor{TN_F32, 2, shape, x.data()};
  if (code == TN_OK)
    code = tn_session_bind_input(session, 0, 0, &tensor, &diagnostic);
  if (code == TN_OK)
    code = tn_session_bind_output(session, 0, 0, y.data(), 4 * y.size(),
                                  &diagnostic);
  if (code == TN_OK)
    code = tn_session_run(session, 0, &diagnostic);
  tn_session_destroy(session);
  tn_model_release(model);
  EXPECT_EQ(code == TN_OK, diagnostic.message[0] == 0);
  EXPECT_EQ(std::strchr(diagnostic.message, '\n'), nullptr);
  return code == TN_OK ? "" : diagnostic.message;
}

TEST(HostileGpuFile, CutAnywhereItIsRefused) {
  testGpu();
  std::vector<uint8_t> bytes = readFile(writeModel(gpuContents()));
  ASSERT_EQ(use(bytes), "");
  for (size_t length = 0; length < bytes.size(); length += 97)
    EXPECT_NE(use({bytes.begin(), bytes.begin() + static_cast<long>(length)}),
              "")
        << length;
}

TEST(HostileGpuFile, AFlippedBitIsFound) {
  testGpu();
  std::vector<uint8_t> bytes =
      readFile(writeModel(gpuContents({"sm_80", "sm_90"}, true)));
  rt::FileHeader header;
  std::memcpy(&header, bytes.data(), sizeof(header));
  std::vector<rt::SectionHeader> sections(header.sectionCount);
  std::memcpy(sections.data(), bytes.data() + sizeof(header),
              sections.size() * sizeof(rt::SectionHeader));
  std::mt19937 random(5);
  for (const rt::SectionHeader &section : sections)
    for (int round = 0; round < 20 && section.size; ++round) {
      std::vector<uint8_t> damaged = bytes;
      damaged[section.offset + random() % section.size] ^= 1 << random() % 8;
      EXPECT_NE(use(damaged), "") << "section of kind " << section.kind;
    }
}

// The checksums are a stranger's own: whatever the metadata say, it ends with
// a line, or runs within the memory that the driver gave.
TEST(HostileGpuFile, BitsFlippedUnderACorrectChecksumDoNoHarm) {
  TestDriver &driver = testGpu();
  std::vector<uint8_t> bytes = readFile(writeModel(gpuContents()));
  driver.launch = nullptr;
  driver.memory = size_t{1} << 24;
  rt::FileHeader header;
  std::memcpy(&header, bytes.data(), sizeof(header));
  std::vector<rt::SectionHeader> sections(header.sectionCount);
  std::memcpy(sections.data(), bytes.data() + sizeof(header),
              sections.size() * sizeof(rt::SectionHeader));
  size_t refused = 0;
  for (rt::SectionHeader &section : sections) {
    if (section.kind != static_cast<uint32_t>(rt::SectionKind::Metadata) &&
        section.kind != static_cast<uint32_t>(rt::SectionKind::Code))
      continue;
    const rt::SectionHeader intact = section;
    for (uint64_t bit = 0; bit < 8 * intact.size; bit += 37) {
      std::vector<uint8_t> forged = bytes;
      forged[intact.offset + bit / 8] ^= 1 << bit % 8;
      section.checksum =
          rt::checksum(forged.data() + intact.offset, intact.size);
      header.checksum = rt::headerChecksum(header, sections.data());
      std::memcpy(forged.data(), &header, sizeof(header));
      std::memcpy(forged.data() + sizeof(header), sections.data(),
                  sections.size() * sizeof(rt::SectionHeader));
      refused += !use(forged).empty();
    }
    section = intact;
  }
  EXPECT_GT(refused, 0u);
  EXPECT_EQ(driver.liveAllocations + driver.liveModules + driver.liveStreams +
                driver.liveContexts,
            0u);
}

} // namespace
} // namespace tenon::test
