// Everything an artifact says about itself, as one JSON object; and that
// object as text for people.

#ifndef TENON_TOOLS_TENON_INSPECTJSON_H
#define TENON_TOOLS_TENON_INSPECTJSON_H

#include "runtime/capi/tenon_inspect.h"

#include "absl/status/statusor.h"
#include "nlohmann/json.hpp"

#include <string>

namespace tenon::tool {

/// `file`, `variants`, `entries` (signature, memory, plan), `kernels` with
/// their decisions, `weights`, and `sections` with their sizes; of an artifact
/// that is not compiled yet also `source`. Errors carry the runtime's numbers.
absl::StatusOr<nlohmann::ordered_json> inspectArtifact(const tn_model *model);

/// What inspectArtifact found, without the plan's steps unless `withPlan`.
std::string inspectText(const nlohmann::ordered_json &facts, bool withPlan);

} // namespace tenon::tool

#endif // TENON_TOOLS_TENON_INSPECTJSON_H
