#include "tools/tenon/KernelShares.h"

#include "compiler/report/Error.h"

#include <algorithm>
#include <cstdio>
#include <tuple>

namespace tenon::tool {
namespace {

using Json = nlohmann::ordered_json;

/// The compiler's notes on each kernel; empty where the artifact has none.
Json kernelNotes(const tn_model *model) {
  size_t size = 0;
  const char *text = tn_model_debug_json(model, &size);
  Json notes = text ? Json::parse(text, text + size, nullptr,
                                  /*allow_exceptions=*/false)
                    : Json();
  return notes.is_object() ? notes.value("kernels", Json::array())
                           : Json::array();
}

std::string row(const char *format, auto... values) {
  char text[200];
  std::snprintf(text, sizeof text, format, values...);
  return text;
}

double percent(double part, double whole) {
  return whole > 0 ? 100 * part / whole : 0;
}

/// The part of the best possible speed that a kernel reached, in percent.
double ofRoofline(const KernelShare &share, const Roofline &roofline) {
  return percent(leastSeconds(roofline, share.flops, share.bytes),
                 share.seconds);
}

} // namespace

absl::StatusOr<std::vector<KernelShare>>
kernelShares(const ArtifactRunner &runner) {
  tn_diagnostic diagnostic;
  auto failure = [&] {
    return report::makeRuntimeError(diagnostic.code, diagnostic.message);
  };
  uint32_t entry = runner.entry(), specialization = runner.specialization();
  tn_plan_info plan;
  if (tn_model_plan_info(runner.model(), entry, specialization, &plan,
                         &diagnostic) != TN_OK)
    return failure();
  Json notes = kernelNotes(runner.model());
  std::vector<KernelShare> byKernel(tn_model_kernel_count(runner.model()));
  for (uint32_t i = 0; i < plan.step_count; ++i) {
    tn_step_info step;
    tn_step_times times;
    tn_kernel_info kernel;
    if (tn_model_plan_step(runner.model(), entry, specialization, i, &step,
                           &diagnostic) != TN_OK ||
        tn_session_step_times(runner.session(), entry, specialization, i,
                              &times, &diagnostic) != TN_OK)
      return failure();
    if (std::string(step.kind) != "launch")
      continue;
    if (tn_model_kernel_info(runner.model(), step.kernel, 0, &kernel,
                             &diagnostic) != TN_OK)
      return failure();
    KernelShare &share = byKernel[step.kernel];
    share.name = kernel.name;
    ++share.launches;
    share.seconds += static_cast<double>(times.least_duration) * 1e-9;
    if (step.kernel < notes.size()) {
      share.flops += notes[step.kernel].value("flops", 0.0);
      share.bytes += notes[step.kernel].value("bytes", 0.0);
    }
  }
  std::erase_if(byKernel,
                [](const KernelShare &share) { return share.launches == 0; });
  std::sort(byKernel.begin(), byKernel.end(),
            [](const KernelShare &a, const KernelShare &b) {
              return std::tie(b.seconds, a.name) < std::tie(a.seconds, b.name);
            });
  return byKernel;
}

std::string sharesText(const std::vector<KernelShare> &shares,
                       const Roofline &roofline) {
  double total = 0;
  for (const KernelShare &share : shares)
    total += share.seconds;
  std::string text =
      row("  %-36s %8s %10s %6s %9s %6s %8s %6s %9s\n", "kernel", "launches",
          "us", "time", "GFLOP/s", "peak", "GB/s", "band", "roofline");
  for (const KernelShare &share : shares)
    text +=
        row("  %-36s %8d %10.1f %5.1f%% %9.1f %5.1f%% %8.2f %5.1f%% "
            "%8.1f%%\n",
            share.name.c_str(), share.launches, share.seconds * 1e6,
            percent(share.seconds, total), share.flops / share.seconds * 1e-9,
            percent(share.flops / share.seconds, roofline.flops),
            share.bytes / share.seconds * 1e-9,
            percent(share.bytes / share.seconds, roofline.bandwidth),
            ofRoofline(share, roofline));
  return text;
}

Json sharesJson(const std::vector<KernelShare> &shares,
                const Roofline &roofline) {
  Json list = Json::array();
  for (const KernelShare &share : shares)
    list.push_back({{"name", share.name},
                    {"launches", share.launches},
                    {"seconds", share.seconds},
                    {"flops", share.flops},
                    {"bytes", share.bytes},
                    {"of_roofline", ofRoofline(share, roofline) / 100}});
  return list;
}

} // namespace tenon::tool
