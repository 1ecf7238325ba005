#include "compiler/report/Summary.h"

#include "nlohmann/json.hpp"

#include <cstdio>

namespace tenon::report {
namespace {

std::string format(const char *pattern, double value, const char *unit) {
  char text[48];
  std::snprintf(text, sizeof text, pattern, value);
  return std::string(text) + unit;
}

std::string plural(int64_t count, const std::string &noun) {
  return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

/// " batch=1 seq=64", as `tenon inspect` has it.
std::string dimsText(const EntrySummary &entry) {
  std::string text;
  for (const auto &[name, size] : entry.dims)
    text += " " + name + "=" + std::to_string(size);
  return text;
}

/// The arena beside what no plan of the order could do without.
std::string arenaText(const EntrySummary &entry) {
  std::string text =
      "arena " + formatBytes(static_cast<uint64_t>(entry.arenaSize));
  if (entry.lowerBound > 0)
    text += " = " +
            format("%.3f",
                   static_cast<double>(entry.arenaSize) /
                       static_cast<double>(entry.lowerBound),
                   "") +
            " x the lower bound " +
            formatBytes(static_cast<uint64_t>(entry.lowerBound));
  return text;
}

} // namespace

std::string formatBytes(uint64_t bytes) {
  static const char *const units[] = {" B", " KiB", " MiB", " GiB", " TiB"};
  double value = static_cast<double>(bytes);
  unsigned unit = 0;
  while (value >= 1024 && unit < 4) {
    value /= 1024;
    ++unit;
  }
  const char *pattern = unit == 0 || value >= 100 ? "%.0f"
                        : value >= 10             ? "%.1f"
                                                  : "%.2f";
  return format(pattern, value, units[unit]);
}

std::string formatSeconds(double seconds) {
  if (seconds >= 1)
    return format("%.1f", seconds, " s");
  return format(seconds >= 0.01 ? "%.0f" : "%.1f", seconds * 1e3, " ms");
}

/// What a person should know of an artifact without code.
static std::string openText(const CompileSummary &summary) {
  std::string names, flags;
  for (const std::string &dim : summary.openDims) {
    names += (names.empty() ? "'" : ", '") + dim + "'";
    flags += " --dim " + dim + "=SIZE";
  }
  bool several = summary.openDims.size() > 1;
  std::string text = summary.output + ":\n  dimension" +
                     (several ? "s " : " ") + names +
                     (several ? " are" : " is") +
                     " open: tenon run and tenon bench compile the model for "
                     "the sizes of the inputs they are given\n" +
                     " " + flags +
                     " (or a list of sizes) makes an artifact that the runtime "
                     "loads alone\n";
  if (!summary.unchecked.empty())
    text +=
        "  not all could be checked without sizes: " + summary.unchecked + "\n";
  text += "  holds " +
          plural(static_cast<int64_t>(summary.files.size()), "file") +
          " of the model, " + formatBytes(summary.fileSize) + "\n";
  return text;
}

/// Tensors that a user gave and that went nowhere: a few of them.
static std::string unusedText(const std::vector<std::string> &tensors) {
  constexpr size_t limit = 8;
  if (tensors.empty())
    return "";
  std::string text = "  " +
                     plural(static_cast<int64_t>(tensors.size()), "tensor") +
                     " of the given weights not used:";
  for (size_t i = 0; i < std::min(limit, tensors.size()); ++i)
    text += (i ? ", " : " ") + tensors[i];
  return text + (tensors.size() > limit ? ", ...\n" : "\n");
}

std::string toText(const CompileSummary &summary) {
  if (!summary.openDims.empty())
    return openText(summary);
  std::string text = summary.output.empty() ? summary.model : summary.output;
  text += ":\n  " + plural(summary.ops, "op") + " in " +
          plural(summary.kernels, "distinct kernel") + "\n";
  for (const EntrySummary &entry : summary.entries)
    text += "  entry " + entry.name + dimsText(entry) + ": " +
            std::to_string(entry.launches) +
            (entry.launches == 1 ? " launch, " : " launches, ") +
            arenaText(entry) + "\n";
  text += "  scratch " + formatBytes(summary.scratchSize) + " per worker\n";
  text += "  weights " + formatBytes(summary.weightsSize) + " in " +
          plural(summary.weights, "tensor") + ", code " +
          formatBytes(summary.codeSize) + " (";
  for (size_t i = 0; i < summary.variants.size(); ++i)
    text += (i ? ", " : "") + summary.variants[i];
  text += "), file " + formatBytes(summary.fileSize) + "\n";
  if (summary.verifiedEntries)
    text += "  passes checked on " + std::to_string(*summary.verifiedEntries) +
            (*summary.verifiedEntries == 1 ? " entry\n" : " entries\n");
  for (const std::string &entry : summary.unverifiedEntries)
    text += "  passes not checked on entry " + entry + "\n";
  text += unusedText(summary.unusedTensors);
  text += "  compiled in " + formatSeconds(summary.seconds) + ":";
  for (const PhaseTime &phase : summary.phases)
    text += " " + phase.name + " " + formatSeconds(phase.seconds);
  return text + "\n";
}

std::string toJson(const CompileSummary &summary) {
  using Json = nlohmann::ordered_json;
  Json entries = Json::array(), phases = Json::object();
  for (const EntrySummary &entry : summary.entries) {
    Json dims = Json::object();
    for (const auto &[name, size] : entry.dims)
      dims[name] = size;
    entries.push_back({{"name", entry.name},
                       {"dims", dims},
                       {"launches", entry.launches},
                       {"arena_size", entry.arenaSize},
                       {"peak", entry.peak},
                       {"lower_bound", entry.lowerBound}});
  }
  for (const PhaseTime &phase : summary.phases)
    phases[phase.name] = phase.seconds;
  Json verified; // null where nothing was checked
  if (summary.verifiedEntries)
    verified = *summary.verifiedEntries;
  Json json = {{"model", summary.model},
               {"output", summary.output},
               {"variants", summary.variants},
               {"ops", summary.ops},
               {"kernels", summary.kernels},
               {"weights", summary.weights},
               {"weights_size", summary.weightsSize},
               {"code_size", summary.codeSize},
               {"file_size", summary.fileSize},
               {"scratch_size", summary.scratchSize},
               {"entries", entries},
               {"open_dims", summary.openDims},
               {"verified_entries", verified},
               {"unverified_entries", summary.unverifiedEntries},
               {"unused_tensors", summary.unusedTensors},
               {"phase_seconds", phases},
               {"seconds", summary.seconds}};
  return json.dump(2) + "\n";
}

} // namespace tenon::report
