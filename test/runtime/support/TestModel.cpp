#include "test/runtime/support/TestModel.h"

#include "runtime/core/CpuFeatures.h"

#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace tenon::test {

using namespace tenon::artifact;

std::vector<uint8_t> readFile(const std::string &path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void writeFile(const std::string &path, const std::vector<uint8_t> &bytes) {
  std::ofstream out(path, std::ios::binary);
  out.write(reinterpret_cast<const char *>(bytes.data()),
            static_cast<std::streamsize>(bytes.size()));
}

std::vector<uint8_t> testImage(const std::string &name) {
  std::vector<uint8_t> image =
      readFile(std::string(TENON_TEST_IMAGES) + "/" + name + ".so");
  EXPECT_FALSE(image.empty()) << name;
  return image;
}

std::string temporaryPath(const std::string &name) {
  const testing::TestInfo *info =
      testing::UnitTest::GetInstance()->current_test_info();
  std::string folder = testing::TempDir() + "tenon-" +
                       std::to_string(getpid()) + "/" +
                       info->test_suite_name() + "." + info->name();
  for (char &c : folder)
    if (c == ' ')
      c = '_';
  std::filesystem::create_directories(folder);
  return folder + "/" + name;
}

namespace {

std::vector<float> weightValues() {
  std::vector<float> values(kWidth);
  for (int64_t i = 0; i < kWidth; ++i)
    values[i] = static_cast<float>(i) * 0.25f - 3.0f;
  return values;
}

std::vector<uint8_t> bytesOf(const std::vector<float> &values) {
  std::vector<uint8_t> bytes(values.size() * sizeof(float));
  memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

Kernel kernel(const std::string &name, int64_t tiles, uint64_t scratch,
              std::vector<KernelOperand> operands) {
  Kernel kernel;
  kernel.name = name;
  kernel.provenance = "model node of " + name;
  kernel.operands = std::move(operands);
  kernel.code = {{"test_" + name, tiles, scratch}};
  return kernel;
}

uint64_t rowBytes(int64_t rows) {
  return static_cast<uint64_t>(rows * kWidth) * sizeof(float);
}

Tensor tensor(const std::string &name, int64_t rows) {
  return {name, "f32", {rows, kWidth}, {}, 0};
}

// Kernels 0 and 1 for 8 rows, 2 and 3 for 24.
void addPredict(ArtifactContents &contents, int64_t rows) {
  uint64_t bytes = rowBytes(rows);
  auto first = static_cast<uint32_t>(contents.kernels.size());
  contents.kernels.push_back(kernel("add_row", rows, 0,
                                    {{bytes, Access::Read},
                                     {kWidth * sizeof(float), Access::Read},
                                     {bytes, Access::Write}}));
  contents.kernels.push_back(
      kernel("running_sum", rows, kWidth * sizeof(float),
             {{bytes, Access::Read}, {bytes, Access::Write}}));
  Entry entry;
  entry.name = "predict";
  entry.dims = {{"rows", rows}};
  entry.inputs = {tensor("x", rows)};
  entry.outputs = {tensor("y", rows)};
  entry.arenaSize = entry.peak = entry.lowerBound = bytes;
  entry.allocations = {{0, bytes}};
  entry.buffers = {{BufferKind::Input, 0, 0, bytes, "x"},
                   {BufferKind::Weight, 0, 0, kWidth * sizeof(float), "w"},
                   {BufferKind::Arena, 0, 0, bytes, "sum"},
                   {BufferKind::Output, 0, 0, bytes, "y"}};
  entry.instructions = {Launch{first, {0, 1, 2}, {}, "x + w"},
                        Launch{first + 1, {2, 3}, {}, ""}};
  contents.entries.push_back(std::move(entry));
}

void addTable(ArtifactContents &contents) {
  uint64_t bytes = rowBytes(8);
  auto index = static_cast<uint32_t>(contents.kernels.size());
  contents.kernels.push_back(
      kernel("table", 8, 0, {{bytes, Access::Read}, {bytes, Access::Write}}));
  Entry entry;
  entry.name = "table";
  entry.inputs = {tensor("x", 8)};
  entry.outputs = {tensor("y", 8)};
  entry.buffers = {{BufferKind::Input, 0, 0, bytes, ""},
                   {BufferKind::Output, 0, 0, bytes, ""}};
  entry.instructions = {Launch{index, {0, 1}, {}, ""}};
  contents.entries.push_back(std::move(entry));
}

void addAccumulate(ArtifactContents &contents) {
  uint64_t bytes = rowBytes(8);
  auto index = static_cast<uint32_t>(contents.kernels.size());
  contents.kernels.push_back(kernel(
      "accumulate", 8, 0, {{bytes, Access::ReadWrite}, {bytes, Access::Read}}));
  Entry entry;
  entry.name = "accumulate";
  entry.inputs = {tensor("x", 8)};
  entry.outputs = {tensor("total", 8)};
  entry.ties = {{0, Access::ReadWrite}};
  entry.buffers = {{BufferKind::Variable, 0, 0, bytes, "sum"},
                   {BufferKind::Input, 0, 0, bytes, "x"},
                   {BufferKind::Output, 0, 0, bytes, "total"}};
  entry.instructions = {Launch{index, {0, 1}, {}, ""}, Copy{0, 2}};
  contents.entries.push_back(std::move(entry));
}

} // namespace

ArtifactContents testContents() {
  ArtifactContents contents;
  contents.producer = "the runtime's tests";
  contents.targetArch = rt::hostArch();
  contents.variants = {{"plain", {}, testImage("kernels"), {}}};
  contents.weights = {{"w",
                       "f32",
                       {kWidth},
                       "",
                       ByteSource::fromVector(bytesOf(weightValues()))}};
  contents.constants = {{{1, 2, 3}}};
  addPredict(contents, 8);
  addPredict(contents, 24);
  addTable(contents);
  addAccumulate(contents);
  std::vector<float> bias(kWidth);
  for (int64_t i = 0; i < kWidth; ++i)
    bias[i] = static_cast<float>(i);
  contents.variables = {
      {"sum", "f32", {8, kWidth}, "", rowBytes(8), std::nullopt},
      {"bias",
       "f32",
       {kWidth},
       "",
       kWidth * sizeof(float),
       ByteSource::fromVector(bytesOf(bias))}};
  contents.debugJson = "{\"decisions\":[]}";
  return contents;
}

std::string writeModel(const ArtifactContents &contents,
                       const std::string &name) {
  std::string path = temporaryPath(name);
  auto summary = writeArtifact(contents, path);
  EXPECT_TRUE(summary.ok()) << summary.status();
  return path;
}

ModelPtr load(const std::string &path, const tn_load_options *options) {
  tn_model *model = nullptr;
  tn_diagnostic diagnostic;
  EXPECT_EQ(tn_model_load_file(path.c_str(), options, &model, &diagnostic),
            TN_OK)
      << diagnostic.message;
  return ModelPtr(model);
}

SessionPtr open(const ModelPtr &model, const tn_session_options *options) {
  tn_session *session = nullptr;
  tn_diagnostic diagnostic;
  EXPECT_EQ(tn_session_create(model.get(), options, &session, &diagnostic),
            TN_OK)
      << diagnostic.message;
  return SessionPtr(session);
}

uint32_t entryOf(const ModelPtr &model, const char *name) {
  uint32_t entry = UINT32_MAX;
  EXPECT_EQ(tn_model_find_entry(model.get(), name, &entry, nullptr), TN_OK);
  return entry;
}

std::vector<float> testInput(int64_t rows) {
  std::vector<float> values(static_cast<size_t>(rows * kWidth));
  uint32_t state = 12345;
  for (float &value : values) {
    state = state * 1664525u + 1013904223u;
    value = static_cast<float>(state >> 8) / 16777216.0f - 0.5f;
  }
  return values;
}

std::vector<float> runOnce(const ModelPtr &model, const SessionPtr &session,
                           const char *name, const std::vector<float> &x) {
  uint32_t entry = entryOf(model, name);
  std::vector<float> y(x.size(), -1.0f);
  int64_t shape[] = {static_cast<int64_t>(x.size()) / kWidth, kWidth};
  tn_tensor tensor{TN_F32, 2, shape, x.data()};
  tn_diagnostic diagnostic;
  EXPECT_EQ(
      tn_session_bind_input(session.get(), entry, 0, &tensor, &diagnostic),
      TN_OK)
      << diagnostic.message;
  EXPECT_EQ(tn_session_bind_output(session.get(), entry, 0, y.data(),
                                   y.size() * sizeof(float), &diagnostic),
            TN_OK)
      << diagnostic.message;
  EXPECT_EQ(tn_session_run(session.get(), entry, &diagnostic), TN_OK)
      << diagnostic.message;
  return y;
}

std::vector<float> expectedPrediction(const std::vector<float> &x) {
  std::vector<float> w = weightValues(), y(x.size());
  for (size_t row = 0; row < x.size(); row += kWidth) {
    float sum = 0;
    for (int64_t i = 0; i < kWidth; ++i)
      y[row + i] = sum += x[row + i] + w[i];
  }
  return y;
}

} // namespace tenon::test
