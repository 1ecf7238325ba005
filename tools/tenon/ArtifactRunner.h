// An artifact, loaded through the C API, with a session to run it.

#ifndef TENON_TOOLS_TENON_ARTIFACTRUNNER_H
#define TENON_TOOLS_TENON_ARTIFACTRUNNER_H

#include "compiler/driver/HostTensor.h"
#include "compiler/driver/LoadModel.h"
#include "runtime/capi/tenon_inspect.h"
#include "runtime/io/OpenArtifact.h"

#include "absl/status/statusor.h"

#include <memory>
#include <string>
#include <vector>

namespace tenon::tool {

struct RunnerOptions {
  std::string variant; ///< empty: the best one
  int threads = 0;     ///< 0: one per CPU
  tn_guard guard = TN_GUARD_OFF;
  bool profile = false;
};

/// Errors carry the runtime's numbers. For one thread at a time.
class ArtifactRunner {
public:
  static absl::StatusOr<std::unique_ptr<ArtifactRunner>>
  load(const std::string &path, const RunnerOptions &options);

  /// Sets all state to what a checkpoint of `tenon train` holds.
  absl::Status loadState(const std::string &checkpoint);

  /// The entries; of one compiled for several sizes, the first sizes.
  std::vector<driver::EntrySpec> entries() const;

  /// An entry at the sizes that `dims` name, one each; at the first where they
  /// leave a choice. An error carries T0110.
  absl::StatusOr<driver::EntrySpec>
  entryAt(const std::string &entry,
          const std::vector<driver::DimSizes> &dims) const;

  /// Binds inputs and sizes the outputs.
  absl::Status bind(const std::string &entry,
                    const std::vector<driver::HostTensor> &inputs);
  /// Runs what is bound.
  absl::Status run();
  /// What the last run wrote, in the shapes that it gave.
  absl::StatusOr<std::vector<driver::HostTensor>> outputs() const;

  tn_model *model() const { return loaded.get(); }
  tn_session *session() const { return made.get(); }
  uint32_t entry() const { return entryIndex; }
  uint32_t specialization() const { return specializationIndex; }
  /// The signature that the bound inputs picked.
  driver::EntrySpec boundEntry() const;

private:
  ArtifactRunner() = default;

  io::OwnedModel loaded;
  io::OwnedSession made;
  uint32_t entryIndex = 0;
  uint32_t specializationIndex = 0;
  std::vector<driver::HostTensor> arguments;
  std::vector<driver::HostTensor> results;
};

/// Whether the file at `path` starts as an artifact does.
bool isArtifact(const std::string &path);

/// The tn_dtype called `name`; 0 where there is none.
int32_t parseDtype(const std::string &name);

/// A tensor of a signature.
driver::TensorSpec toSpec(const tn_tensor_info &info);

} // namespace tenon::tool

#endif // TENON_TOOLS_TENON_ARTIFACTRUNNER_H
