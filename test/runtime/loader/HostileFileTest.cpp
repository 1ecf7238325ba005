// Files that are cut, changed or something else: each refused with one line.

#include "runtime/core/Checksum.h"
#include "test/runtime/support/TestModel.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <sys/stat.h>

namespace tenon::test {
namespace {

using testing::AnyOf;
using testing::HasSubstr;

// The one line of a refusal, after its number; "" when the file loads.
std::string refusal(const std::vector<uint8_t> &bytes) {
  std::string path = temporaryPath("hostile.tenon");
  writeFile(path, bytes);
  tn_model *model = nullptr;
  tn_diagnostic diagnostic;
  tn_code code = tn_model_load_file(path.c_str(), nullptr, &model, &diagnostic);
  tn_model_release(model);
  if (code == TN_OK)
    return "";
  EXPECT_THAT(diagnostic.message, HasSubstr(path));
  EXPECT_EQ(strchr(diagnostic.message, '\n'), nullptr);
  return std::string(tn_code_name(code)) + " " + diagnostic.message;
}

// Why bytes are refused without a file, for many attempts; "" for loaded.
std::string refusalFromMemory(const std::vector<uint8_t> &bytes) {
  size_t room = (bytes.size() + 63) / 64 * 64;
  std::unique_ptr<void, decltype(&free)> copy(aligned_alloc(64, room), free);
  memcpy(copy.get(), bytes.data(), bytes.size());
  tn_model *model = nullptr;
  tn_diagnostic diagnostic;
  tn_code code = tn_model_load_memory(copy.get(), bytes.size(), nullptr, &model,
                                      &diagnostic);
  tn_model_release(model);
  EXPECT_EQ(code == TN_OK, diagnostic.message[0] == 0);
  return diagnostic.message;
}

// An intact artifact, and its frame.
class HostileFile : public testing::Test {
protected:
  void SetUp() override {
    bytes = readFile(writeModel(testContents()));
    readFrame();
  }

  void readFrame() {
    memcpy(&header, bytes.data(), sizeof(header));
    sections.resize(header.sectionCount);
    memcpy(sections.data(), bytes.data() + sizeof(header),
           sections.size() * sizeof(rt::SectionHeader));
  }

  // Puts the frame back with a checksum that fits it, as a stranger would.
  void writeFrame() {
    header.checksum = rt::headerChecksum(header, sections.data());
    memcpy(bytes.data(), &header, sizeof(header));
    memcpy(bytes.data() + sizeof(header), sections.data(),
           sections.size() * sizeof(rt::SectionHeader));
  }

  rt::SectionHeader &section(rt::SectionKind kind) {
    for (rt::SectionHeader &s : sections)
      if (s.kind == static_cast<uint32_t>(kind))
        return s;
    ADD_FAILURE() << "no such section";
    return sections.front();
  }

  std::vector<uint8_t> bytes;
  rt::FileHeader header;
  std::vector<rt::SectionHeader> sections;
};

TEST_F(HostileFile, IntactLoads) { EXPECT_EQ(refusal(bytes), ""); }

TEST_F(HostileFile, TruncatedAnywhere) {
  std::vector<size_t> cuts = {0,
                              1,
                              sizeof(rt::FileHeader) - 1,
                              sizeof(rt::FileHeader),
                              sizeof(rt::FileHeader) + 5,
                              bytes.size() - 1};
  for (const rt::SectionHeader &s : sections)
    for (size_t cut : {s.offset, s.offset + s.size / 2, s.offset + s.size})
      cuts.push_back(cut);
  for (size_t cut : cuts) {
    if (cut == bytes.size())
      continue;
    std::vector<uint8_t> shorter(bytes.begin(),
                                 bytes.begin() + static_cast<long>(cut));
    EXPECT_THAT(refusal(shorter),
                AnyOf(HasSubstr("TN_DAMAGED"), HasSubstr("TN_NOT_AN_ARTIFACT")))
        << "cut at " << cut;
  }
}

TEST_F(HostileFile, LongerThanStated) {
  bytes.push_back(0);
  EXPECT_THAT(refusal(bytes), HasSubstr("the header states"));
}

// Every bit that means something is covered by a checksum.
TEST_F(HostileFile, AnyFlippedBit) {
  std::vector<size_t> places;
  size_t frame =
      sizeof(rt::FileHeader) + sections.size() * sizeof(rt::SectionHeader);
  for (size_t i = 0; i < frame; ++i)
    // The digest is compared with what a caller demands, not on every load.
    if (i < offsetof(rt::FileHeader, sha256) || i >= sizeof(rt::FileHeader))
      places.push_back(i);
  for (const rt::SectionHeader &s : sections)
    for (uint64_t i = 0; i < 9; ++i)
      places.push_back(s.offset + (s.size - 1) * i / 8);
  for (size_t place : places) {
    std::vector<uint8_t> flipped = bytes;
    flipped[place] ^= uint8_t(1u << (place % 8));
    EXPECT_NE(refusalFromMemory(flipped), "") << "byte " << place;
  }
}

TEST_F(HostileFile, DamagedSectionsAreNamed) {
  struct Case {
    rt::SectionKind kind;
    const char *name;
  };
  for (Case c : {Case{rt::SectionKind::Metadata, "(metadata)"},
                 Case{rt::SectionKind::Code, "(code)"},
                 Case{rt::SectionKind::Weights, "(weights)"},
                 Case{rt::SectionKind::Constants, "(constants)"},
                 Case{rt::SectionKind::State, "(state)"},
                 Case{rt::SectionKind::Debug, "(debug)"}}) {
    std::vector<uint8_t> flipped = bytes;
    flipped[section(c.kind).offset] ^= 0x10;
    EXPECT_THAT(refusal(flipped), HasSubstr(c.name));
  }
}

TEST_F(HostileFile, ATrustedFilesWeightsAreSkipped) {
  bytes[section(rt::SectionKind::Weights).offset] ^= 0x10;
  std::string path = temporaryPath("trusted.tenon");
  writeFile(path, bytes);
  tn_load_options options = TN_LOAD_OPTIONS_INIT;
  options.skip_weight_check = 1;
  EXPECT_NE(load(path, &options), nullptr);
}

TEST_F(HostileFile, AnotherFormat) {
  EXPECT_THAT(refusal(std::vector<uint8_t>(500, 'x')),
              HasSubstr("TN_NOT_AN_ARTIFACT"));
  EXPECT_THAT(refusal(testImage("kernels")), HasSubstr("TN_NOT_AN_ARTIFACT"));
  EXPECT_THAT(refusal({}), HasSubstr("only 0 bytes"));
}

TEST_F(HostileFile, AnotherVersion) {
  header.formatVersion = 2;
  writeFrame();
  EXPECT_THAT(refusal(bytes), HasSubstr("TN_FORMAT_VERSION"));
}

TEST_F(HostileFile, ManySections) {
  header.sectionCount = 1u << 30;
  memcpy(bytes.data(), &header, sizeof(header));
  EXPECT_THAT(refusal(bytes), HasSubstr("TN_DAMAGED"));
}

TEST_F(HostileFile, SectionsOutOfPlace) {
  std::vector<uint8_t> intact = bytes;
  auto broken = [&](auto change) {
    bytes = intact;
    readFrame();
    change();
    writeFrame();
    return refusal(bytes);
  };
  EXPECT_THAT(broken([&] { sections[1].offset += 1; }),
              HasSubstr("out of place"));
  EXPECT_THAT(broken([&] { sections[1].offset = 0; }),
              HasSubstr("out of place"));
  EXPECT_THAT(broken([&] { sections[1].offset = uint64_t{1} << 63; }),
              HasSubstr("out of place"));
  EXPECT_THAT(broken([&] { sections.back().size = UINT64_MAX; }),
              HasSubstr("out of place"));
  EXPECT_THAT(broken([&] { sections[1].offset = sections[0].offset; }),
              HasSubstr("out of place"));
  EXPECT_THAT(broken([&] {
                sections[1].kind = sections[0].kind;
                sections[1].index = sections[0].index;
              }),
              HasSubstr("there twice"));
}

TEST_F(HostileFile, MissingSections) {
  std::vector<uint8_t> intact = bytes;
  for (rt::SectionKind kind :
       {rt::SectionKind::Metadata, rt::SectionKind::Code,
        rt::SectionKind::Weights, rt::SectionKind::Constants}) {
    bytes = intact;
    readFrame();
    section(kind).kind = 99;
    writeFrame();
    EXPECT_THAT(refusal(bytes), HasSubstr("TN_MALFORMED"))
        << static_cast<uint32_t>(kind);
  }
}

// Metadata with a checksum that fits: FlatBuffers' verifier and ours stand
// alone. No change of one byte may crash; most are refused.
TEST_F(HostileFile, AnyChangedByteOfTheMetadata) {
  std::vector<uint8_t> intact = bytes;
  rt::SectionHeader metadata = section(rt::SectionKind::Metadata);
  size_t loaded = 0, misaligned = 0;
  for (uint64_t i = 0; i < metadata.size; ++i) {
    bytes = intact;
    readFrame();
    bytes[metadata.offset + i] ^= i % 2 ? 0xff : 0x04;
    section(rt::SectionKind::Metadata).checksum =
        rt::checksum(bytes.data() + metadata.offset, metadata.size);
    writeFrame();
    std::string why = refusalFromMemory(bytes);
    loaded += why.empty();
    misaligned += why.find("not aligned") != std::string::npos;
  }
  EXPECT_LT(loaded, metadata.size);
  EXPECT_GT(misaligned, 0u);
}

TEST(HostilePath, NotAFile) {
  tn_model *model = nullptr;
  tn_diagnostic diagnostic;
  EXPECT_EQ(tn_model_load_file("/nonexistent/model.tenon", nullptr, &model,
                               &diagnostic),
            TN_FILE_UNREADABLE);
  EXPECT_THAT(diagnostic.message, HasSubstr("No such file"));
  EXPECT_EQ(tn_model_load_file("/", nullptr, &model, &diagnostic),
            TN_FILE_UNREADABLE);
  EXPECT_THAT(diagnostic.message, HasSubstr("not a regular file"));
  std::string pipe = temporaryPath("pipe");
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_EQ(tn_model_load_file(pipe.c_str(), nullptr, &model, &diagnostic),
            TN_FILE_UNREADABLE);
  EXPECT_EQ(tn_model_load_file(nullptr, nullptr, &model, &diagnostic),
            TN_INVALID_ARGUMENT);
}

} // namespace
} // namespace tenon::test
