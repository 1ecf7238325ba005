// A small model that the runtime's tests share, and short ways to load and
// run it.
//
// Entries (kWidth = 64 floats a row):
//   predict     x[rows,64] -> y: running sums of (x + w), w a weight; two
//               launches by way of the arena; specializations for 8 and 24 rows
//   table       x[8,64] -> y: (x + 1) * 2 + 1
//   accumulate  x[8,64] -> total: the variable `sum` += x, and a copy of it
// Variables: `sum` starts as zeros, `bias` as 0, 1, 2, ...
#ifndef TENON_TEST_RUNTIME_SUPPORT_TESTMODEL_H
#define TENON_TEST_RUNTIME_SUPPORT_TESTMODEL_H

#include "compiler/artifact/ArtifactWriter.h"
#include "runtime/capi/tenon.h"

#include <memory>
#include <string>
#include <vector>

namespace tenon::test {

inline constexpr int64_t kWidth = 64;

/// The bytes of a file; empty when it cannot be read.
std::vector<uint8_t> readFile(const std::string &path);
void writeFile(const std::string &path, const std::vector<uint8_t> &bytes);

/// The bytes of a code image of the tests, by its name in CMakeLists.txt.
std::vector<uint8_t> testImage(const std::string &name);

/// A path for a file of the running test, in a folder that is emptied first.
std::string temporaryPath(const std::string &name);

/// The contents described above, for the machine that runs the tests.
artifact::ArtifactContents testContents();

/// Writes contents; a failure is a failure of the test.
std::string writeModel(const artifact::ArtifactContents &contents,
                       const std::string &name = "model.tenon");

struct ReleaseModel {
  void operator()(tn_model *model) const { tn_model_release(model); }
};
struct DestroySession {
  void operator()(tn_session *session) const { tn_session_destroy(session); }
};
using ModelPtr = std::unique_ptr<tn_model, ReleaseModel>;
using SessionPtr = std::unique_ptr<tn_session, DestroySession>;

/// Loads and makes sessions; a failure is a failure of the test.
ModelPtr load(const std::string &path,
              const tn_load_options *options = nullptr);
SessionPtr open(const ModelPtr &model,
                const tn_session_options *options = nullptr);

/// The entry's number; it must be there.
uint32_t entryOf(const ModelPtr &model, const char *name);

/// Numbers that look random and are the same in every run.
std::vector<float> testInput(int64_t rows);

/// Binds x, runs an entry of the test model and returns its one output.
std::vector<float> runOnce(const ModelPtr &model, const SessionPtr &session,
                           const char *entry, const std::vector<float> &x);

/// What `predict` must give, bit for bit.
std::vector<float> expectedPrediction(const std::vector<float> &x);

} // namespace tenon::test

#endif // TENON_TEST_RUNTIME_SUPPORT_TESTMODEL_H
