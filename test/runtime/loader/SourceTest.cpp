// Artifacts that hold a model and no code: what the runtime says of them.

#include "compiler/artifact/MetadataBuilder.h"
#include "compiler/artifact/SectionWriter.h"
#include "runtime/capi/tenon_inspect.h"
#include "test/runtime/support/TestModel.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tenon::test {
namespace {

using namespace tenon::artifact;
using testing::HasSubstr;

constexpr char kModel[] = "the model's bytes";
constexpr char kWeights[] = "the weights'";

ByteSource bytesOf(const char *text) {
  return ByteSource::fromSpan(
      {reinterpret_cast<const uint8_t *>(text), strlen(text)});
}

ArtifactContents openContents() {
  ArtifactContents contents;
  contents.producer = "test";
  contents.targetArch = "any";
  contents.source.emplace();
  contents.source->files = {{"m.onnx", bytesOf(kModel)},
                            {"data/w.bin", bytesOf(kWeights)}};
  contents.source->openDims = {"batch", "seq"};
  contents.source->description = "{}";
  return contents;
}

std::string refusal(const std::string &path, bool inspectOnly = false) {
  tn_load_options options = TN_LOAD_OPTIONS_INIT;
  options.inspect_only = inspectOnly;
  tn_model *model = nullptr;
  tn_diagnostic diagnostic;
  tn_code code =
      tn_model_load_file(path.c_str(), &options, &model, &diagnostic);
  tn_model_release(model);
  return code == TN_OK
             ? ""
             : std::string(tn_code_name(code)) + " " + diagnostic.message;
}

TEST(Source, IsRefusedWithWhatToDo) {
  std::string path = writeModel(openContents());
  std::string reason = refusal(path);
  EXPECT_THAT(reason, HasSubstr("TN_SIZES_OPEN"));
  EXPECT_THAT(reason, HasSubstr("dimension 'batch'"));
  EXPECT_THAT(reason, HasSubstr("--dim batch=SIZE --dim seq=SIZE"));
  EXPECT_THAT(reason, testing::Not(HasSubstr("\n")));
}

TEST(Source, NamesBeyondTheMessageAreCut) {
  ArtifactContents contents = openContents();
  contents.source->openDims.assign(40, std::string(30, 'n'));
  EXPECT_THAT(refusal(writeModel(contents)), HasSubstr("TN_SIZES_OPEN"));
}

TEST(Source, OpensToBeLookedAt) {
  tn_load_options options = TN_LOAD_OPTIONS_INIT;
  options.inspect_only = 1;
  ModelPtr model = load(writeModel(openContents()), &options);
  EXPECT_EQ(tn_model_entry_count(model.get()), 0u);
  EXPECT_EQ(tn_model_variant_count(model.get()), 0u);
  ASSERT_EQ(tn_model_open_dim_count(model.get()), 2u);
  EXPECT_STREQ(tn_model_open_dim(model.get(), 1), "seq");
  EXPECT_EQ(tn_model_open_dim(model.get(), 2), nullptr);
  EXPECT_STREQ(tn_model_source_description(model.get()), "{}");
  ASSERT_EQ(tn_model_source_file_count(model.get()), 2u);
  tn_source_file file;
  ASSERT_EQ(tn_model_source_file(model.get(), 1, &file, nullptr), TN_OK);
  EXPECT_STREQ(file.path, "data/w.bin");
  EXPECT_EQ(std::string(static_cast<const char *>(file.data), file.size),
            kWeights);
  EXPECT_EQ(tn_model_source_file(model.get(), 2, &file, nullptr),
            TN_INDEX_OUT_OF_RANGE);
}

TEST(Source, ACompiledArtifactHasNone) {
  ModelPtr model = load(writeModel(testContents()));
  EXPECT_EQ(tn_model_open_dim_count(model.get()), 0u);
  EXPECT_EQ(tn_model_source_file_count(model.get()), 0u);
  EXPECT_EQ(tn_model_source_description(model.get()), nullptr);
}

/// What a stranger may write: two files of 64 bytes each in the section.
struct Stranger {
  ArtifactContents contents = openContents();
  Placements placements;
  bool withCode = false;

  Stranger() { placements.sourceFiles = {{0, 17, 0}, {64, 12, 0}}; }

  std::string refusal() {
    std::string path = temporaryPath("forged.tenon");
    auto file = SectionWriter::create(path, withCode ? 3 : 2);
    EXPECT_TRUE(file.ok());
    auto section = [&](rt::SectionKind kind,
                       const std::vector<uint8_t> &bytes) {
      EXPECT_TRUE((*file)->begin(kind).ok());
      EXPECT_TRUE((*file)->append(ByteSource::fromSpan(bytes)).ok());
      EXPECT_TRUE((*file)->end().ok());
    };
    section(rt::SectionKind::Source, std::vector<uint8_t>(76));
    if (withCode)
      section(rt::SectionKind::Code, testImage("kernels"));
    auto metadata = buildMetadata(contents, placements);
    EXPECT_TRUE(metadata.ok()) << metadata.status();
    section(rt::SectionKind::Metadata, *metadata);
    EXPECT_TRUE((*file)->finish().ok());
    EXPECT_TRUE((*file)->commit().ok());
    return test::refusal(path, /*inspectOnly=*/true);
  }
};

TEST(Source, UnchangedOpens) { EXPECT_EQ(Stranger().refusal(), ""); }

TEST(Source, PathsThatLeaveTheFolderAreRefused) {
  for (const char *path : {"../m.onnx", "/etc/passwd", "a/../../b", "a//b",
                           "a/./b", "", ".", "..", "a/", "a/.."}) {
    Stranger stranger;
    stranger.contents.source->files[1].path = path;
    EXPECT_THAT(stranger.refusal(),
                HasSubstr("source file 1 has a path that leaves"))
        << path;
  }
  Stranger stranger;
  stranger.contents.source->files[1].path = std::string("a\0b", 3);
  EXPECT_THAT(stranger.refusal(), HasSubstr("has a path that leaves"));
  stranger.contents.source->files[1].path = "m.onnx";
  EXPECT_THAT(stranger.refusal(), HasSubstr("has the path of another"));
  stranger.contents.source->files[1].path = "..data/...";
  EXPECT_EQ(stranger.refusal(), "");
}

TEST(Source, PlacesOutsideOfTheSectionAreRefused) {
  for (Placed placed : {Placed{64, 13, 0}, Placed{128, 1, 0}, Placed{1, 1, 0},
                        Placed{64, UINT64_MAX, 0}}) {
    Stranger stranger;
    stranger.placements.sourceFiles[1] = placed;
    EXPECT_THAT(stranger.refusal(), HasSubstr("source file 1 lies outside"));
  }
}

TEST(Source, ContradictionsAreRefused) {
  Stranger none;
  none.contents.source->files.clear();
  EXPECT_THAT(none.refusal(), HasSubstr("without files"));
  Stranger fixed;
  fixed.contents.source->openDims.clear();
  EXPECT_THAT(fixed.refusal(), HasSubstr("open dimensions"));
  Stranger code;
  code.withCode = true;
  EXPECT_THAT(code.refusal(), HasSubstr("0 variants and 1 code sections"));
  Stranger entry;
  entry.contents.entries = {Entry{}};
  EXPECT_THAT(entry.refusal(), HasSubstr("it is compiled"));
}

} // namespace
} // namespace tenon::test
