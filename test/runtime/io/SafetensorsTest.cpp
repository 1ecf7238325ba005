// Safetensors files: what is written is read, and what is wrong is refused.

#include "runtime/io/tenon_io.h"
#include "test/runtime/support/TestModel.h"

#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>

namespace tenon::test {
namespace {

/// A file of a header as text and so many bytes of data.
std::string write(const std::string &header, size_t dataSize,
                  int64_t length = -1) {
  uint64_t stated = length < 0 ? header.size() : static_cast<uint64_t>(length);
  std::vector<uint8_t> bytes(8 + header.size() + dataSize);
  memcpy(bytes.data(), &stated, 8);
  memcpy(bytes.data() + 8, header.data(), header.size());
  std::string path = temporaryPath("test.safetensors");
  writeFile(path, bytes);
  return path;
}

tn_code openAndClose(const std::string &path, std::string *text = nullptr) {
  tn_safetensors *file = nullptr;
  tn_diagnostic diagnostic;
  tn_code code = tn_safetensors_open(path.c_str(), &file, &diagnostic);
  tn_safetensors_close(file);
  if (text)
    *text = diagnostic.message;
  return code;
}

TEST(Safetensors, ReadsWhatItWrote) {
  float weights[] = {1, 2, 3, 4, 5, 6};
  int64_t step = 42, shape[] = {2, 3}, none[] = {0};
  tn_named_tensor tensors[] = {{"w", {TN_F32, 2, shape, weights}},
                               {"step", {TN_I64, 0, nullptr, &step}},
                               {"empty", {TN_BF16, 1, none, nullptr}}};
  const char *metadata[] = {"format", "pt", "seed", "7"};
  std::string path = temporaryPath("w.safetensors");
  tn_diagnostic diagnostic;
  ASSERT_EQ(
      tn_safetensors_write(path.c_str(), tensors, 3, metadata, 2, &diagnostic),
      TN_OK)
      << diagnostic.message;
  tn_safetensors *file = nullptr;
  ASSERT_EQ(tn_safetensors_open(path.c_str(), &file, &diagnostic), TN_OK)
      << diagnostic.message;
  EXPECT_EQ(tn_safetensors_count(file), 3u);
  EXPECT_STREQ(tn_safetensors_name(file, 1), "step");
  EXPECT_EQ(tn_safetensors_name(file, 3), nullptr);
  EXPECT_STREQ(tn_safetensors_metadata(file, "seed"), "7");
  EXPECT_EQ(tn_safetensors_metadata(file, "none"), nullptr);
  tn_tensor tensor;
  ASSERT_EQ(tn_safetensors_find(file, "w", &tensor, nullptr), TN_OK);
  EXPECT_EQ(tensor.dtype, TN_F32);
  ASSERT_EQ(tensor.rank, 2);
  EXPECT_EQ(tensor.shape[1], 3);
  EXPECT_EQ(memcmp(tensor.data, weights, sizeof(weights)), 0);
  ASSERT_EQ(tn_safetensors_find(file, "step", &tensor, nullptr), TN_OK);
  EXPECT_EQ(memcmp(tensor.data, &step, sizeof(step)), 0);
  EXPECT_EQ(tn_safetensors_find(file, "no", &tensor, nullptr), TN_NO_SUCH_NAME);
  std::vector<uint8_t> bytes = readFile(path);
  uint64_t offset = tn_safetensors_offset(file, "step");
  ASSERT_LE(offset + sizeof(step), bytes.size());
  EXPECT_EQ(memcmp(bytes.data() + offset, &step, sizeof(step)), 0);
  EXPECT_EQ(tn_safetensors_offset(file, "no"), UINT64_MAX);
  tn_safetensors_close(file);
  // Nothing but the file is left.
  std::string parent = std::filesystem::path(path).parent_path();
  for (const auto &entry : std::filesystem::directory_iterator(parent))
    EXPECT_NE(entry.path().extension(), ".tmp") << entry.path();
}

TEST(Safetensors, RefusesToWriteWhatTheFormatLacks) {
  int64_t shape[] = {2};
  uint8_t data[16] = {};
  tn_named_tensor nibbles[] = {{"a", {TN_I4, 1, shape, data}}};
  std::string path = temporaryPath("x.safetensors");
  EXPECT_EQ(tn_safetensors_write(path.c_str(), nibbles, 1, nullptr, 0, nullptr),
            TN_NOT_SUPPORTED);
  tn_named_tensor twice[] = {{"a", {TN_F32, 1, shape, data}},
                             {"a", {TN_F32, 1, shape, data}}};
  EXPECT_EQ(tn_safetensors_write(path.c_str(), twice, 2, nullptr, 0, nullptr),
            TN_INVALID_ARGUMENT);
  EXPECT_FALSE(std::filesystem::exists(path));
  EXPECT_EQ(
      tn_safetensors_write("/no/such/folder/x", twice, 1, nullptr, 0, nullptr),
      TN_FILE_UNWRITABLE);
}

TEST(Safetensors, RefusesMalformedFiles) {
  const std::string good =
      R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})";
  EXPECT_EQ(openAndClose(write(good, 8)), TN_OK);
  EXPECT_EQ(openAndClose(write(good, 7)), TN_SAFETENSORS_MALFORMED);
  EXPECT_EQ(openAndClose(write(good, 9)), TN_SAFETENSORS_MALFORMED);
  EXPECT_EQ(openAndClose(write(good, 8, 1 << 20)), TN_SAFETENSORS_MALFORMED);
  EXPECT_EQ(openAndClose(write(good, 8, INT64_MAX)), TN_SAFETENSORS_MALFORMED);
  for (
      const char *header :
      {"",
       "[]",
       "{",
       R"({"a":1})",
       R"({"a":{"dtype":"X","shape":[2],"data_offsets":[0,8]}})",
       R"({"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}})",
       R"({"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}})",
       R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}})",
       R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})",
       R"({"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,8]}})",
       R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})",
       R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[12,16]}})",
       R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})",
       R"({"a":1,"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})",
       R"({"a\u0000b":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})",
       R"({"a":{"dtype":"F32","shape":[2.0],"data_offsets":[0,8]}})",
       R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8,8]}})",
       R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,18446744073709551615]}})",
       R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}} {})",
       R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"__metadata__":[]})",
       R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"__metadata__":{"b":1}})"})
    EXPECT_EQ(openAndClose(write(header, 8)), TN_SAFETENSORS_MALFORMED)
        << header;
  std::string text;
  EXPECT_EQ(openAndClose("nowhere.safetensors", &text), TN_FILE_UNREADABLE);
  EXPECT_NE(text.find("nowhere.safetensors"), std::string::npos);
}

} // namespace
} // namespace tenon::test
