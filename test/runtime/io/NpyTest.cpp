#include "runtime/io/tenon_io.h"
#include "test/runtime/support/TestModel.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <numeric>

namespace tenon::test {
namespace {

using testing::HasSubstr;

// A file of that dictionary and data, in the given format version.
std::string makeNpy(const std::string &dictionary, const std::string &data,
                    int version = 1) {
  std::string text = dictionary + "\n";
  std::string file("\x93NUMPY", 6);
  file += static_cast<char>(version);
  file += '\0';
  for (int i = 0; i < (version == 1 ? 2 : 4); ++i)
    file += static_cast<char>(text.size() >> (8 * i));
  file += text + data;
  std::string path = temporaryPath("file.npy");
  writeFile(path, {file.begin(), file.end()});
  return path;
}

struct Read {
  tn_code code;
  tn_array array = {};
  tn_diagnostic diagnostic;
  explicit Read(const std::string &path, int32_t wanted = 0) {
    code = tn_npy_read(path.c_str(), wanted, &array, &diagnostic);
  }
  ~Read() { tn_array_free(&array); }
  template <typename T> std::vector<T> values() const {
    auto *data = static_cast<const T *>(array.data);
    return {data, data + array.byte_size / sizeof(T)};
  }
};

TEST(Npy, EveryTypeRoundTrips) {
  std::vector<uint8_t> bytes(96);
  std::iota(bytes.begin(), bytes.end(), uint8_t(0));
  for (int32_t dtype = TN_F32; dtype <= TN_COMPLEX_F64; ++dtype) {
    if (dtype == TN_I4 || dtype == TN_UI4)
      continue;
    std::vector<uint8_t> data = bytes;
    if (dtype == TN_I1)
      for (uint8_t &byte : data)
        byte &= 1;
    int64_t shape[] = {2, 3};
    tn_tensor tensor{dtype, 2, shape, data.data()};
    std::string path = temporaryPath("round.npy");
    tn_diagnostic diagnostic;
    ASSERT_EQ(tn_npy_write(path.c_str(), &tensor, &diagnostic), TN_OK)
        << diagnostic.message;
    Read read(path, dtype);
    ASSERT_EQ(read.code, TN_OK) << read.diagnostic.message;
    EXPECT_EQ(read.array.dtype, dtype);
    ASSERT_EQ(read.array.rank, 2);
    EXPECT_EQ(read.array.shape[1], 3);
    EXPECT_EQ(read.array.byte_size, 6u * tn_dtype_bits(dtype) / 8);
    EXPECT_EQ(memcmp(read.array.data, data.data(), read.array.byte_size), 0);
    EXPECT_EQ(reinterpret_cast<uintptr_t>(read.array.data) % 64, 0u);
    // The data starts at a multiple of 64.
    EXPECT_EQ((readFile(path).size() - read.array.byte_size) % 64, 0u);
  }
}

TEST(Npy, ScalarsVectorsAndEmptyTensors) {
  float value = 1.5f;
  for (std::vector<int64_t> shape :
       {std::vector<int64_t>{}, {1}, {0}, {3, 0, 2}, {1, 1, 1}}) {
    tn_tensor tensor{TN_F32, static_cast<int32_t>(shape.size()), shape.data(),
                     &value};
    std::string path = temporaryPath("small.npy");
    ASSERT_EQ(tn_npy_write(path.c_str(), &tensor, nullptr), TN_OK);
    Read read(path);
    ASSERT_EQ(read.code, TN_OK) << read.diagnostic.message;
    EXPECT_EQ(std::vector<int64_t>(read.array.shape,
                                   read.array.shape + read.array.rank),
              shape);
  }
}

TEST(Npy, ReadsFortranOrder) {
  // Column-major 2x3x2 of 0..11 in C order: element [i,j,k] is 6i+2j+k.
  std::string data;
  for (int k = 0; k < 2; ++k)
    for (int j = 0; j < 3; ++j)
      for (int i = 0; i < 2; ++i) {
        int16_t value = static_cast<int16_t>(6 * i + 2 * j + k);
        data.append(reinterpret_cast<char *>(&value), 2);
      }
  Read read(makeNpy(
      "{'descr': '<i2', 'fortran_order': True, 'shape': (2, 3, 2), }", data));
  ASSERT_EQ(read.code, TN_OK) << read.diagnostic.message;
  std::vector<int16_t> expected(12);
  std::iota(expected.begin(), expected.end(), int16_t(0));
  EXPECT_EQ(read.values<int16_t>(), expected);
}

TEST(Npy, ReadsOtherSpellings) {
  // Other orders of keys, other quotes, no last comma, versions 2 and 3.
  std::string data(8, '\0');
  for (int version : {1, 2, 3})
    EXPECT_EQ(Read(makeNpy("{\"shape\":(2,),\"descr\":\"<f4\","
                           "\"fortran_order\":False}",
                           data, version))
                  .code,
              TN_OK);
  Read raw(makeNpy("{'descr': '<V2', 'fortran_order': False, 'shape': (4,), }",
                   data));
  EXPECT_EQ(raw.array.dtype, TN_BF16);
  Read byte(makeNpy("{'descr': '<i1', 'fortran_order': False, 'shape': (8,), }",
                    data));
  EXPECT_EQ(byte.array.dtype, TN_I8);
}

struct Refusal {
  const char *name;
  const char *dictionary;
  tn_code code;
  const char *reason;
};
class RefusedNpy : public testing::TestWithParam<Refusal> {};

TEST_P(RefusedNpy, NamesItsReason) {
  Read read(makeNpy(GetParam().dictionary, std::string(8, '\x02')));
  EXPECT_EQ(read.code, GetParam().code);
  EXPECT_THAT(read.diagnostic.message, HasSubstr(GetParam().reason));
  EXPECT_THAT(read.diagnostic.message, HasSubstr("file.npy: "));
  EXPECT_EQ(read.array.data, nullptr);
}

INSTANTIATE_TEST_SUITE_P(
    Npy, RefusedNpy,
    testing::Values(
        Refusal{"BigEndian",
                "{'descr': '>f4', 'fortran_order': False, 'shape': (2,), }",
                TN_NPY_NOT_SUPPORTED, "'>f4'"},
        Refusal{"Object",
                "{'descr': '|O', 'fortran_order': False, 'shape': (2,), }",
                TN_NPY_NOT_SUPPORTED, "'|O'"},
        Refusal{"Unicode",
                "{'descr': '<U2', 'fortran_order': False, 'shape': (1,), }",
                TN_NPY_NOT_SUPPORTED, "'<U2'"},
        Refusal{"Structure",
                "{'descr': [('a', '<f4')], 'fortran_order': False, "
                "'shape': (2,), }",
                TN_NPY_NOT_SUPPORTED, "structured"},
        Refusal{"RawByte",
                "{'descr': '|V1', 'fortran_order': False, 'shape': (8,), }",
                TN_NPY_NOT_SUPPORTED, "'|V1'"},
        Refusal{"TooShort",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }",
                TN_NPY_MALFORMED, "holds 8 bytes of data, the shape needs 12"},
        Refusal{"TooLong",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }",
                TN_NPY_MALFORMED, "holds 8 bytes"},
        Refusal{"Overflow",
                "{'descr': '<f8', 'fortran_order': False, 'shape': "
                "(4611686018427387904, 4), }",
                TN_NPY_MALFORMED, "too large"},
        Refusal{"Negative",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (-2,), }",
                TN_NPY_MALFORMED, "no size"},
        Refusal{"HugeNumber",
                "{'descr': '<f4', 'fortran_order': False, 'shape': "
                "(99999999999999999999,), }",
                TN_NPY_MALFORMED, "no size"},
        Refusal{"NotATuple",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (2), }",
                TN_NPY_MALFORMED, "not a tuple"},
        Refusal{"NoDictionary", "hello", TN_NPY_MALFORMED, "'{'"},
        Refusal{"MissingKey", "{'descr': '<f4', 'shape': (2,), }",
                TN_NPY_MALFORMED, "missing"},
        Refusal{"ExtraKey",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), "
                "'more': 1}",
                TN_NPY_MALFORMED, "'more' is unknown"},
        Refusal{"TwiceAKey",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), "
                "'shape': (2,)}",
                TN_NPY_MALFORMED, "twice"},
        Refusal{"Trailing",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), } x",
                TN_NPY_MALFORMED, "follows"},
        Refusal{"Order",
                "{'descr': '<f4', 'fortran_order': Maybe, 'shape': (2,), }",
                TN_NPY_MALFORMED, "neither True nor False"},
        Refusal{"Boolean",
                "{'descr': '|b1', 'fortran_order': False, 'shape': (8,), }",
                TN_NPY_MALFORMED, "neither 0 nor 1"}),
    [](const auto &info) { return std::string(info.param.name); });

TEST(Npy, TruncatedAnywhere) {
  float values[] = {1, 2, 3, 4};
  int64_t shape[] = {2, 2};
  tn_tensor tensor{TN_F32, 2, shape, values};
  std::string path = temporaryPath("cut.npy");
  ASSERT_EQ(tn_npy_write(path.c_str(), &tensor, nullptr), TN_OK);
  std::vector<uint8_t> bytes = readFile(path);
  for (size_t cut = 0; cut < bytes.size(); ++cut) {
    writeFile(path, {bytes.begin(), bytes.begin() + static_cast<long>(cut)});
    Read read(path);
    EXPECT_EQ(read.code, TN_NPY_MALFORMED) << cut;
  }
}

TEST(Npy, WrongTypeVersionAndPath) {
  std::string data(8, '\0');
  std::string path = makeNpy(
      "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", data);
  Read wrong(path, TN_I64);
  EXPECT_EQ(wrong.code, TN_DTYPE_MISMATCH);
  EXPECT_THAT(wrong.diagnostic.message, HasSubstr("holds f32, not i64"));
  EXPECT_EQ(Read(makeNpy("{}", data, 4)).code, TN_NPY_NOT_SUPPORTED);
  EXPECT_EQ(Read("/nonexistent.npy").code, TN_FILE_UNREADABLE);
  EXPECT_EQ(Read("/").code, TN_FILE_UNREADABLE);
  float value = 0;
  int64_t shape[] = {1};
  tn_tensor tensor{TN_F32, 1, shape, &value};
  EXPECT_EQ(tn_npy_write("/nonexistent/x.npy", &tensor, nullptr),
            TN_FILE_UNWRITABLE);
  tensor.dtype = TN_I4;
  EXPECT_EQ(tn_npy_write(temporaryPath("x.npy").c_str(), &tensor, nullptr),
            TN_NPY_NOT_SUPPORTED);
  EXPECT_EQ(tn_npy_write(nullptr, &tensor, nullptr), TN_INVALID_ARGUMENT);
}

TEST(Digest, IsThatOfTheWholeFile) {
  std::string path = writeModel(testContents());
  tn_diagnostic diagnostic;
  EXPECT_EQ(tn_verify_sha256(path.c_str(), &diagnostic), TN_OK)
      << diagnostic.message;
  // A byte between sections, which no section's checksum covers.
  std::vector<uint8_t> bytes = readFile(path);
  bytes[4000] ^= 1;
  writeFile(path, bytes);
  load(path);
  EXPECT_EQ(tn_verify_sha256(path.c_str(), &diagnostic), TN_DIGEST_MISMATCH);
  EXPECT_THAT(diagnostic.message, HasSubstr(path));
  EXPECT_EQ(tn_verify_sha256("/nonexistent", &diagnostic), TN_FILE_UNREADABLE);
}

} // namespace
} // namespace tenon::test
