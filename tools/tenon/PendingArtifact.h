// An artifact that holds a model instead of code, because dimensions of it have
// no size. What runs it compiles it for the sizes at hand.

#ifndef TENON_TOOLS_TENON_PENDINGARTIFACT_H
#define TENON_TOOLS_TENON_PENDINGARTIFACT_H

#include "compiler/driver/PendingModel.h"
#include "runtime/capi/tenon_inspect.h"

#include <memory>
#include <string>

namespace tenon::tool {

class PendingArtifact {
public:
  /// Opens the artifact at `path`; null where it holds code. An error carries
  /// a number of the runtime.
  static absl::StatusOr<std::unique_ptr<PendingArtifact>>
  open(const std::string &path);

  const driver::PendingModel &model() const { return pending; }

  /// Writes the model's files into `folder`, which is there, and returns what
  /// to load from them. An error carries T0301.
  absl::StatusOr<driver::ModelRequest> extract(const std::string &folder) const;

private:
  struct Release {
    void operator()(tn_model *model) const { tn_model_release(model); }
  };

  PendingArtifact() = default;

  std::unique_ptr<tn_model, Release> loaded;
  driver::PendingModel pending;
};

} // namespace tenon::tool

#endif // TENON_TOOLS_TENON_PENDINGARTIFACT_H
