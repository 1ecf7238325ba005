#include "tools/tenon/Profile.h"

#include "compiler/report/Error.h"

#include "nlohmann/json.hpp"

#include <fstream>

namespace tenon::tool {

absl::Status writeProfile(const ArtifactRunner &runner,
                          const std::string &path) {
  using Json = nlohmann::ordered_json;
  tn_diagnostic diagnostic;
  auto failure = [&] {
    return report::makeRuntimeError(diagnostic.code, diagnostic.message);
  };
  uint32_t entry = runner.entry(), variant = runner.specialization();
  tn_plan_info plan;
  if (tn_model_plan_info(runner.model(), entry, variant, &plan, &diagnostic) !=
      TN_OK)
    return failure();
  Json steps = Json::array();
  for (uint32_t i = 0; i < plan.step_count; ++i) {
    tn_step_info step;
    tn_step_times times;
    tn_kernel_info kernel{};
    if (tn_model_plan_step(runner.model(), entry, variant, i, &step,
                           &diagnostic) != TN_OK ||
        tn_session_step_times(runner.session(), entry, variant, i, &times,
                              &diagnostic) != TN_OK)
      return failure();
    bool isLaunch = std::string(step.kind) == "launch";
    if (isLaunch && tn_model_kernel_info(runner.model(), step.kernel, 0,
                                         &kernel, &diagnostic) != TN_OK)
      return failure();
    steps.push_back({{"kind", step.kind},
                     {"kernel", isLaunch ? kernel.name : ""},
                     {"nodes", step.provenance},
                     {"runs", times.runs},
                     {"begin_ns", times.last_begin},
                     {"duration_ns", times.last_duration},
                     {"least_ns", times.least_duration}});
  }
  Json json = {{"entry", tn_model_entry_name(runner.model(), entry)},
               {"steps", steps}};
  std::ofstream file(path);
  file << json.dump(1) << "\n";
  if (!file.flush())
    return report::makeError(report::ErrorCode::OutputUnwritable,
                             path + ": cannot write the profile");
  return absl::OkStatus();
}

} // namespace tenon::tool
