// What is loaded, how it is chosen, and what a model says about itself.

#include "runtime/capi/tenon_inspect.h"
#include "test/runtime/support/TestModel.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>
#include <fstream>

namespace tenon::test {
namespace {

using testing::HasSubstr;

// The variants of `contents`, with features that this machine has or lacks.
artifact::ArtifactContents withVariants(
    const std::vector<std::pair<std::string, std::vector<std::string>>> &list) {
  artifact::ArtifactContents contents = testContents();
  contents.variants.clear();
  for (const auto &[name, features] : list)
    contents.variants.push_back({name, features, testImage("kernels"), {}});
  for (artifact::Kernel &kernel : contents.kernels)
    kernel.code.resize(list.size(), kernel.code.front());
  return contents;
}

std::string selected(const ModelPtr &model) {
  for (uint32_t i = 0; i < tn_model_variant_count(model.get()); ++i) {
    tn_variant_info info;
    EXPECT_EQ(tn_model_variant_info(model.get(), i, &info, nullptr), TN_OK);
    if (info.selected)
      return info.name;
  }
  return "";
}

tn_code loadCode(const std::string &path, const tn_load_options &options,
                 tn_diagnostic &diagnostic) {
  tn_model *model = nullptr;
  tn_code code =
      tn_model_load_file(path.c_str(), &options, &model, &diagnostic);
  tn_model_release(model);
  return code;
}

TEST(Load, StatesItsSignature) {
  ModelPtr model = load(writeModel(testContents()));
  ASSERT_EQ(tn_model_entry_count(model.get()), 3u);
  EXPECT_STREQ(tn_model_entry_name(model.get(), 0), "predict");
  EXPECT_STREQ(tn_model_entry_name(model.get(), 2), "accumulate");
  EXPECT_EQ(tn_model_entry_name(model.get(), 3), nullptr);
  EXPECT_EQ(tn_model_specialization_count(model.get(), 0), 2u);
  EXPECT_EQ(tn_model_input_count(model.get(), 0), 1u);
  EXPECT_EQ(tn_model_output_count(model.get(), 0), 1u);

  tn_tensor_info info;
  ASSERT_EQ(tn_model_input_info(model.get(), 0, 1, 0, &info, nullptr), TN_OK);
  EXPECT_STREQ(info.name, "x");
  EXPECT_EQ(info.dtype, TN_F32);
  ASSERT_EQ(info.rank, 2);
  EXPECT_EQ(info.shape[0], 24);
  EXPECT_EQ(info.byte_size, 24u * 64u * 4u);
  EXPECT_EQ(info.alignment, 4u);

  ASSERT_EQ(tn_model_variable_count(model.get()), 2u);
  uint32_t index = 9;
  EXPECT_EQ(tn_model_find_variable(model.get(), "bias", &index, nullptr),
            TN_OK);
  EXPECT_EQ(index, 1u);
}

TEST(Load, NamesWhatItDoesNotFind) {
  ModelPtr model = load(writeModel(testContents()));
  tn_diagnostic diagnostic;
  uint32_t index;
  EXPECT_EQ(tn_model_find_entry(model.get(), "train_step", &index, &diagnostic),
            TN_NO_SUCH_ENTRY);
  EXPECT_STREQ(diagnostic.message, "there is no entry 'train_step', only: "
                                   "predict, table, accumulate");
  EXPECT_EQ(tn_model_find_input(model.get(), 0, "z", &index, &diagnostic),
            TN_NO_SUCH_NAME);
  EXPECT_EQ(tn_model_find_output(model.get(), 7, "y", &index, &diagnostic),
            TN_NO_SUCH_ENTRY);
  tn_tensor_info info;
  EXPECT_EQ(tn_model_input_info(model.get(), 0, 2, 0, &info, &diagnostic),
            TN_INDEX_OUT_OF_RANGE);
  EXPECT_EQ(tn_model_input_info(model.get(), 0, 0, 1, &info, &diagnostic),
            TN_INDEX_OUT_OF_RANGE);
  EXPECT_EQ(tn_model_find_entry(nullptr, "x", &index, &diagnostic),
            TN_INVALID_ARGUMENT);
}

TEST(Load, TakesTheFirstVariantThatTheCpuExecutes) {
  ModelPtr model = load(writeModel(withVariants(
      {{"tomorrow", {"warp-drive"}}, {"today", {}}, {"yesterday", {}}})));
  EXPECT_EQ(selected(model), "today");
}

TEST(Load, ForcesAVariant) {
  std::string path =
      writeModel(withVariants({{"best", {}}, {"plain", {}}, {"x", {"warp"}}}));
  tn_load_options options = TN_LOAD_OPTIONS_INIT;
  options.variant = "plain";
  EXPECT_EQ(selected(load(path, &options)), "plain");

  tn_diagnostic diagnostic;
  options.variant = "none";
  EXPECT_EQ(loadCode(path, options, diagnostic), TN_NO_SUCH_VARIANT);
  EXPECT_THAT(diagnostic.message, HasSubstr("no variant 'none'"));
  options.variant = "x";
  EXPECT_EQ(loadCode(path, options, diagnostic), TN_CPU_FEATURES);
  EXPECT_THAT(diagnostic.message, HasSubstr("x needs warp"));
}

TEST(Load, RefusesACpuThatLacksEveryVariant) {
  std::string path =
      writeModel(withVariants({{"a", {"warp", "drive"}}, {"b", {"flux"}}}));
  tn_diagnostic diagnostic;
  EXPECT_EQ(loadCode(path, TN_LOAD_OPTIONS_INIT, diagnostic), TN_CPU_FEATURES);
  EXPECT_THAT(diagnostic.message,
              HasSubstr("a needs warp, drive; b needs flux"));
}

artifact::ArtifactContents foreignContents() {
  artifact::ArtifactContents contents = testContents();
  bool x86 = contents.targetArch == "x86_64";
  contents.targetArch = x86 ? "aarch64" : "x86_64";
  contents.variants[0].image = testImage(x86 ? "kernels_aarch64" : "kernels");
  return contents;
}

TEST(Load, RefusesAForeignTarget) {
  std::string path = writeModel(foreignContents());
  tn_diagnostic diagnostic;
  EXPECT_EQ(loadCode(path, TN_LOAD_OPTIONS_INIT, diagnostic),
            TN_FOREIGN_TARGET);
  EXPECT_THAT(diagnostic.message, HasSubstr("this machine is"));
}

TEST(Load, InspectsAForeignTarget) {
  tn_load_options options = TN_LOAD_OPTIONS_INIT;
  options.inspect_only = 1;
  ModelPtr model = load(writeModel(foreignContents()), &options);
  EXPECT_EQ(tn_model_entry_count(model.get()), 3u);
  tn_session *session = nullptr;
  tn_diagnostic diagnostic;
  EXPECT_EQ(tn_session_create(model.get(), nullptr, &session, &diagnostic),
            TN_INSPECT_ONLY);
}

TEST(Load, DescribesThePlan) {
  ModelPtr model = load(writeModel(testContents()));
  tn_plan_info plan;
  ASSERT_EQ(tn_model_plan_info(model.get(), 0, 1, &plan, nullptr), TN_OK);
  EXPECT_EQ(plan.arena_size, 24u * 256u);
  EXPECT_EQ(plan.step_count, 2u);
  EXPECT_EQ(plan.scratch_size, 256u);
  ASSERT_EQ(plan.dim_count, 1u);
  const char *name;
  int64_t size;
  ASSERT_EQ(tn_model_plan_dim(model.get(), 0, 1, 0, &name, &size, nullptr),
            TN_OK);
  EXPECT_STREQ(name, "rows");
  EXPECT_EQ(size, 24);
  tn_buffer_info buffer;
  ASSERT_EQ(tn_model_plan_buffer(model.get(), 0, 1, 2, &buffer, nullptr),
            TN_OK);
  EXPECT_STREQ(buffer.kind, "arena");
  EXPECT_STREQ(buffer.name, "sum");
  tn_step_info step;
  ASSERT_EQ(tn_model_plan_step(model.get(), 0, 0, 0, &step, nullptr), TN_OK);
  EXPECT_STREQ(step.kind, "launch");
  EXPECT_STREQ(step.provenance, "x + w");
  ASSERT_EQ(step.buffer_count, 3u);
  EXPECT_EQ(step.buffers[2], 2u);
  ASSERT_EQ(tn_model_plan_step(model.get(), 2, 0, 1, &step, nullptr), TN_OK);
  EXPECT_STREQ(step.kind, "copy");
  tn_kernel_info kernel;
  ASSERT_EQ(tn_model_kernel_info(model.get(), 0, 0, &kernel, nullptr), TN_OK);
  EXPECT_STREQ(kernel.name, "add_row");
  EXPECT_STREQ(kernel.provenance, "model node of add_row");
  tn_weight_info weight;
  ASSERT_EQ(tn_model_weight_info(model.get(), 0, &weight, nullptr), TN_OK);
  EXPECT_EQ(weight.stored_size, 256u);
  size_t length;
  const char *json = tn_model_debug_json(model.get(), &length);
  EXPECT_EQ(std::string(json, length), "{\"decisions\":[]}");
}

TEST(Load, ReadsFromMemory) {
  std::vector<uint8_t> bytes = readFile(writeModel(testContents()));
  size_t room = (bytes.size() + 63) / 64 * 64;
  auto *aligned = static_cast<uint8_t *>(aligned_alloc(64, room + 64));
  memcpy(aligned, bytes.data(), bytes.size());
  tn_model *raw = nullptr;
  tn_diagnostic diagnostic;
  ASSERT_EQ(
      tn_model_load_memory(aligned, bytes.size(), nullptr, &raw, &diagnostic),
      TN_OK)
      << diagnostic.message;
  {
    ModelPtr model(raw);
    SessionPtr session = open(model);
    std::vector<float> x = testInput(8);
    EXPECT_EQ(runOnce(model, session, "predict", x), expectedPrediction(x));
    EXPECT_EQ(runOnce(model, session, "table", x)[0], (x[0] + 1) * 2 + 1);
  }
  EXPECT_EQ(tn_model_load_memory(aligned + 1, bytes.size(), nullptr, &raw,
                                 &diagnostic),
            TN_MISALIGNED);
  free(aligned);
}

TEST(Load, ComparesADemandedDigest) {
  std::string path = writeModel(testContents());
  tn_artifact_info info;
  ASSERT_EQ(tn_model_artifact_info(load(path).get(), &info, nullptr), TN_OK);
  tn_load_options options = TN_LOAD_OPTIONS_INIT;
  options.expected_sha256 = info.sha256;
  load(path, &options);
  info.sha256[31] ^= 1;
  tn_diagnostic diagnostic;
  EXPECT_EQ(loadCode(path, options, diagnostic), TN_DIGEST_MISMATCH);
}

TEST(Load, SessionsKeepTheirModel) {
  ModelPtr model = load(writeModel(testContents()));
  SessionPtr session = open(model);
  uint32_t entry = entryOf(model, "table");
  model.reset();
  std::vector<float> x = testInput(8), y(x.size());
  int64_t shape[] = {8, kWidth};
  tn_tensor tensor{TN_F32, 2, shape, x.data()};
  ASSERT_EQ(tn_session_bind_input(session.get(), entry, 0, &tensor, nullptr),
            TN_OK);
  ASSERT_EQ(tn_session_bind_output(session.get(), entry, 0, y.data(),
                                   y.size() * 4, nullptr),
            TN_OK);
  ASSERT_EQ(tn_session_run(session.get(), entry, nullptr), TN_OK);
  EXPECT_EQ(y[9], (x[9] + 1) * 2 + 1);
}

// What the system maps as both is what must never be.
TEST(Load, NoPageIsWritableAndExecutable) {
  ModelPtr model = load(writeModel(testContents()));
  std::ifstream maps("/proc/self/maps");
  std::string line;
  int executable = 0;
  while (std::getline(maps, line)) {
    std::string mode = line.substr(line.find(' ') + 1, 4);
    EXPECT_FALSE(mode[1] == 'w' && mode[2] == 'x') << line;
    if (line.find("model.tenon") != std::string::npos && mode[2] == 'x')
      ++executable;
  }
  EXPECT_EQ(executable, 1);
}

TEST(Load, PublishesCodeForPerf) {
  tn_load_options options = TN_LOAD_OPTIONS_INIT;
  options.publish_code = 1;
  ModelPtr model = load(writeModel(testContents()), &options);
  std::string path = "/tmp/perf-" + std::to_string(getpid()) + ".map";
  std::vector<uint8_t> map = readFile(path);
  EXPECT_THAT(std::string(map.begin(), map.end()), HasSubstr(" running_sum\n"));
  std::filesystem::remove(path);
}

TEST(Load, LogsWhatItChose) {
  std::string lines;
  tn_load_options options = TN_LOAD_OPTIONS_INIT;
  options.log = [](void *user, int32_t, const char *message) {
    *static_cast<std::string *>(user) += message;
  };
  options.log_user = &lines;
  load(writeModel(testContents()), &options);
  EXPECT_THAT(lines, HasSubstr("variant plain"));
}

TEST(Load, RefusesOptionsOfAnUnknownSize) {
  tn_load_options options = TN_LOAD_OPTIONS_INIT;
  options.struct_size = sizeof(options) + 8;
  tn_diagnostic diagnostic;
  EXPECT_EQ(loadCode("unused", options, diagnostic), TN_INVALID_ARGUMENT);
}

} // namespace
} // namespace tenon::test
