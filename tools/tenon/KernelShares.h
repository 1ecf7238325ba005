// Where the time of an entry goes, kernel by kernel, beside what the machine
// could do at best.

#ifndef TENON_TOOLS_TENON_KERNELSHARES_H
#define TENON_TOOLS_TENON_KERNELSHARES_H

#include "tools/tenon/ArtifactRunner.h"
#include "tools/tenon/Roofline.h"

#include "nlohmann/json.hpp"

namespace tenon::tool {

/// One kernel of an entry, over all of its launches in one run.
struct KernelShare {
  std::string name;
  int launches = 0;
  double seconds = 0; ///< the sum of each launch's least time
  double flops = 0;
  double bytes = 0; ///< each operand once per launch
};

/// The kernels that the entry of `runner` launches, the longest first. The
/// runner was loaded with `profile` and has run.
absl::StatusOr<std::vector<KernelShare>>
kernelShares(const ArtifactRunner &runner);

/// A table for people.
std::string sharesText(const std::vector<KernelShare> &shares,
                       const Roofline &roofline);
nlohmann::ordered_json sharesJson(const std::vector<KernelShare> &shares,
                                  const Roofline &roofline);

} // namespace tenon::tool

#endif // TENON_TOOLS_TENON_KERNELSHARES_H
