// What a compilation came to, for the lines that `tenon compile` ends with.

#ifndef TENON_COMPILER_REPORT_SUMMARY_H
#define TENON_COMPILER_REPORT_SUMMARY_H

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tenon::report {

struct PhaseTime {
  std::string name;
  double seconds = 0;
};

/// One entry's plan. Sizes are bytes.
struct EntrySummary {
  std::string name;
  /// The sizes of the model's symbolic dimensions.
  std::vector<std::pair<std::string, int64_t>> dims;
  int64_t launches = 0;
  int64_t arenaSize = 0;
  int64_t peak = 0;
  int64_t lowerBound = 0;
};

/// Sizes are bytes, times seconds of wall clock.
struct CompileSummary {
  std::string model;
  std::string output; ///< empty where no artifact was written
  std::vector<std::string> variants;
  int64_t ops = 0;     ///< tensor ops that belong to kernels
  int64_t kernels = 0; ///< distinct ones
  int64_t weights = 0; ///< tensors
  uint64_t weightsSize = 0;
  uint64_t codeSize = 0; ///< over all variants
  uint64_t fileSize = 0;
  uint64_t scratchSize = 0; ///< of one worker, the most over kernels
  std::vector<EntrySummary> entries;
  /// Dimensions without a size: the artifact holds the model and no code.
  std::vector<std::string> openDims;
  std::vector<std::string> files; ///< of such a model
  /// Why such a model could not be checked further; empty where it could.
  std::string unchecked;
  /// Where passes were checked: how many entries, and those that were not, each
  /// with the reason.
  std::optional<int64_t> verifiedEntries;
  std::vector<std::string> unverifiedEntries;
  /// Tensors in the given files of weights that the model did not ask for.
  std::vector<std::string> unusedTensors;
  std::vector<PhaseTime> phases;
  double seconds = 0;
};

/// A few lines for people.
std::string toText(const CompileSummary &summary);
/// One JSON object, the fields named as above in snake case.
std::string toJson(const CompileSummary &summary);

/// "512 B", "1.25 MiB": three significant digits.
std::string formatBytes(uint64_t bytes);
/// "12 ms", "3.4 s".
std::string formatSeconds(double seconds);

} // namespace tenon::report

#endif // TENON_COMPILER_REPORT_SUMMARY_H
