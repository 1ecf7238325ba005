#include "compiler/artifact/ArtifactWriter.h"
#include "runtime/capi/tenon_inspect.h"
#include "runtime/core/Checksum.h"
#include "test/runtime/support/TestModel.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>

namespace tenon::test {
namespace {

using namespace tenon::artifact;
using testing::HasSubstr;

struct Section {
  rt::SectionHeader header;
  std::vector<uint8_t> bytes;
};

std::vector<Section> sectionsOf(const std::string &path) {
  std::vector<uint8_t> file = readFile(path);
  rt::FileHeader header;
  memcpy(&header, file.data(), sizeof(header));
  std::vector<Section> sections(header.sectionCount);
  for (size_t i = 0; i < sections.size(); ++i) {
    rt::SectionHeader &h = sections[i].header;
    memcpy(&h, file.data() + sizeof(header) + i * sizeof(h), sizeof(h));
    sections[i].bytes.assign(file.begin() + static_cast<long>(h.offset),
                             file.begin() +
                                 static_cast<long>(h.offset + h.size));
  }
  return sections;
}

TEST(ArtifactWriter, SameContentsGiveTheSameBytes) {
  std::vector<uint8_t> first = readFile(writeModel(testContents(), "a"));
  EXPECT_FALSE(first.empty());
  EXPECT_EQ(readFile(writeModel(testContents(), "b")), first);
}

TEST(ArtifactWriter, SectionsStandAtPagesAndTensorsAt64) {
  ArtifactContents contents = testContents();
  contents.weights.push_back(
      {"odd", "ui8", {3}, "", ByteSource::fromVector({1, 2, 3})});
  contents.weights.push_back(
      {"last", "f32", {1}, "", ByteSource::fromVector({4, 5, 6, 7})});
  std::string path = writeModel(contents);
  for (const Section &section : sectionsOf(path)) {
    EXPECT_EQ(section.header.offset % 4096, 0u);
    EXPECT_EQ(rt::checksum(section.bytes.data(), section.bytes.size()),
              section.header.checksum);
    if (section.header.kind != static_cast<uint32_t>(rt::SectionKind::Weights))
      continue;
    ASSERT_EQ(section.bytes.size(), 256u + 64u + 4u);
    EXPECT_EQ(section.bytes[256], 1);
    EXPECT_EQ(section.bytes[320], 4);
  }
  ModelPtr model = load(path);
  tn_weight_info info;
  ASSERT_EQ(tn_model_weight_info(model.get(), 2, &info, nullptr), TN_OK);
  uint8_t last[] = {4, 5, 6, 7};
  EXPECT_EQ(info.hash, rt::checksum(last, 4));
}

TEST(ArtifactWriter, StreamsInPiecesOfAnyLength) {
  std::vector<uint8_t> bytes(3000000);
  for (size_t i = 0; i < bytes.size(); ++i)
    bytes[i] = static_cast<uint8_t>(i * 2654435761u >> 13);
  std::vector<uint8_t> files[3];
  size_t pieces[] = {bytes.size(), 4097, 77777};
  for (int i = 0; i < 3; ++i) {
    ArtifactContents contents = testContents();
    Weight weight{"large", "ui8", {3000000}, "", {}};
    weight.data.size = bytes.size();
    weight.data.produce = [&](const ByteSink &sink) {
      for (size_t at = 0; at < bytes.size(); at += pieces[i]) {
        size_t n = std::min(pieces[i], bytes.size() - at);
        if (absl::Status status = sink({bytes.data() + at, n}); !status.ok())
          return status;
      }
      return absl::OkStatus();
    };
    contents.weights.push_back(std::move(weight));
    files[i] = readFile(writeModel(contents, "streamed"));
  }
  EXPECT_EQ(files[0], files[1]);
  EXPECT_EQ(files[0], files[2]);
}

TEST(ArtifactWriter, SumsUpWhatItWrote) {
  std::string path = temporaryPath("model.tenon");
  auto summary = writeArtifact(testContents(), path);
  ASSERT_TRUE(summary.ok()) << summary.status();
  EXPECT_EQ(summary->fileSize, std::filesystem::file_size(path));
  EXPECT_EQ(summary->weightsSize, 256u);
  EXPECT_EQ(summary->constantsSize, 3u);
  EXPECT_EQ(summary->stateSize, 256u);
  EXPECT_EQ(summary->codeSize, testImage("kernels").size());
  EXPECT_EQ(summary->debugSize, strlen("{\"decisions\":[]}"));
  EXPECT_GT(summary->metadataSize, 0u);
}

TEST(ArtifactWriter, AModelWithoutTensorsIsSmall) {
  ArtifactContents contents = testContents();
  contents.weights.clear();
  contents.constants.clear();
  contents.variables.clear();
  contents.debugJson.clear();
  std::erase_if(contents.entries,
                [](const Entry &entry) { return entry.name != "table"; });
  std::string path = writeModel(contents);
  EXPECT_EQ(sectionsOf(path).size(), 2u);
  ModelPtr model = load(path);
  std::vector<float> x = testInput(8);
  EXPECT_EQ(runOnce(model, open(model), "table", x)[3], (x[3] + 1) * 2 + 1);
}

struct Fault {
  const char *name;
  void (*make)(ArtifactContents &);
  const char *reason;
};
class FaultyContents : public testing::TestWithParam<Fault> {};

// Nothing is written, what stood there stays, and nothing is left beside it.
TEST_P(FaultyContents, AreRefused) {
  std::string path = temporaryPath("model.tenon");
  writeFile(path, {'o', 'l', 'd'});
  ArtifactContents contents = testContents();
  GetParam().make(contents);
  auto summary = writeArtifact(contents, path);
  EXPECT_EQ(summary.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(summary.status().message()),
              HasSubstr(GetParam().reason));
  EXPECT_EQ(readFile(path), (std::vector<uint8_t>{'o', 'l', 'd'}));
  std::filesystem::path folder = std::filesystem::path(path).parent_path();
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder), {}), 1);
}

INSTANTIATE_TEST_SUITE_P(
    ArtifactWriter, FaultyContents,
    testing::Values(
        Fault{"Symbol",
              [](ArtifactContents &c) { c.kernels[0].code[0].symbol = "no"; },
              "variant plain has no function 'no'"},
        Fault{"Image",
              [](ArtifactContents &c) {
                c.variants[0].image = testImage("refused_import");
              },
              "variant plain: code image refused"},
        Fault{"VariantCount",
              [](ArtifactContents &c) { c.kernels[1].code.clear(); },
              "has code for 0 variants of 1"},
        Fault{"ElementType",
              [](ArtifactContents &c) { c.weights[0].dtype = "float"; },
              "'float' is not an element type"},
        Fault{"TooFewBytes",
              [](ArtifactContents &c) { c.weights[0].data.size = 300; },
              "a source gave 256 of the 300 bytes"},
        Fault{"TooManyBytes",
              [](ArtifactContents &c) { c.weights[0].data.size = 200; },
              "a source gave more than the 200 bytes"},
        Fault{"SourceFails",
              [](ArtifactContents &c) {
                c.weights[0].data.produce = [](const ByteSink &) {
                  return absl::InvalidArgumentError("the file is gone");
                };
              },
              "the file is gone"},
        Fault{"InitialValue",
              [](ArtifactContents &c) { c.variables[1].size = 128; },
              "variable bias has 128 bytes and an initial value of 256"},
        Fault{"BufferRange",
              [](ArtifactContents &c) { c.entries[0].buffers[0].size += 1; },
              "entry 0: malformed: buffer 0 lies outside"}),
    [](const auto &info) { return std::string(info.param.name); });

TEST(ArtifactWriter, SaysWhereItCannotWrite) {
  auto summary = writeArtifact(testContents(), "/nonexistent/model.tenon");
  EXPECT_EQ(summary.status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(summary.status().message()),
              HasSubstr("/nonexistent/model.tenon"));
}

} // namespace
} // namespace tenon::test
