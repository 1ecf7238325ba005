// The check of the weights: every byte of the section counts, whichever tensor
// it belongs to or lies between.

#include "test/runtime/support/TestModel.h"

#include "runtime/core/Checksum.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>

namespace tenon::test {
namespace {

using testing::HasSubstr;

constexpr size_t kLarge = 9 << 20; // enough for threads of their own

// The test model with two more weights: one that leaves a gap behind it, and
// one large enough that several threads share the work.
artifact::ArtifactContents contentsWithWeights() {
  artifact::ArtifactContents contents = testContents();
  auto add = [&](const char *name, size_t count) {
    std::vector<uint8_t> bytes(count);
    for (size_t i = 0; i < count; ++i)
      bytes[i] = static_cast<uint8_t>(i * 7 + i / 251);
    contents.weights.push_back({name,
                                "ui8",
                                {static_cast<int64_t>(count)},
                                "",
                                artifact::ByteSource::fromVector(bytes)});
  };
  add("odd", 37);
  add("large", kLarge);
  add("last", 100);
  return contents;
}

class WeightCheck : public testing::Test {
protected:
  void SetUp() override {
    bytes = readFile(writeModel(contentsWithWeights()));
    rt::FileHeader header;
    memcpy(&header, bytes.data(), sizeof(header));
    for (uint32_t i = 0; i < header.sectionCount; ++i) {
      rt::SectionHeader s;
      memcpy(&s, bytes.data() + sizeof(header) + i * sizeof(s), sizeof(s));
      if (s.kind == static_cast<uint32_t>(rt::SectionKind::Weights))
        weights = s;
    }
    ASSERT_GT(weights.size, kLarge);
  }

  // The refusal with the byte at `place` of the section changed.
  std::string refusal(uint64_t place, bool skip = false) {
    bytes[weights.offset + place] ^= 0x20;
    std::string path = temporaryPath("weights.tenon");
    writeFile(path, bytes);
    bytes[weights.offset + place] ^= 0x20;
    tn_load_options options = TN_LOAD_OPTIONS_INIT;
    options.skip_weight_check = skip;
    tn_model *model = nullptr;
    tn_diagnostic diagnostic;
    tn_code code =
        tn_model_load_file(path.c_str(), &options, &model, &diagnostic);
    tn_model_release(model);
    return code == TN_OK
               ? ""
               : std::string(tn_code_name(code)) + " " + diagnostic.message;
  }

  std::vector<uint8_t> bytes;
  rt::SectionHeader weights = {};
};

TEST_F(WeightCheck, NamesTheTensor) {
  // "w" has 64 floats; tensors start at multiples of 64.
  for (uint64_t place : {0, 100, 255})
    EXPECT_THAT(refusal(place), HasSubstr("TN_DAMAGED")) << place;
  EXPECT_THAT(refusal(255), HasSubstr("'w'"));
  EXPECT_THAT(refusal(256 + 36), HasSubstr("'odd'"));
  for (size_t place : {size_t{0}, kLarge / 3, kLarge - 1})
    EXPECT_THAT(refusal(320 + place), HasSubstr("'large'")) << place;
  EXPECT_THAT(refusal(weights.size - 1), HasSubstr("'last'"));
}

TEST_F(WeightCheck, GapsAreZero) {
  for (uint64_t place = 256 + 37; place < 320; ++place)
    EXPECT_THAT(refusal(place), HasSubstr("not zero between")) << place;
}

TEST_F(WeightCheck, IsSkippedOnDemand) {
  EXPECT_EQ(refusal(320, /*skip=*/true), "");
  EXPECT_EQ(refusal(300, /*skip=*/true), "");
}

} // namespace
} // namespace tenon::test
