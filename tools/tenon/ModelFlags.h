// Flags that several subcommands share: what to compile and for which machine.

#ifndef TENON_TOOLS_TENON_MODELFLAGS_H
#define TENON_TOOLS_TENON_MODELFLAGS_H

#include "compiler/driver/Compile.h"

#include "absl/status/statusor.h"
#include <CLI/CLI.hpp>

#include <string>
#include <vector>

namespace tenon::tool {

/// As given, before they are understood.
struct ModelFlags {
  std::string model;
  std::vector<std::string> dims;
  std::vector<std::string> weights;
  std::vector<std::string> weightMaps;
  std::string target = "cpu";
  std::string targetCpu = "native";
  std::string targetSpec;
  std::string cacheFolder;
  bool noCache = false;

  /// Adds the model's path, described by `help`, `--dim`, `--weights` and
  /// `--weight-map`.
  CLI::Option *addModel(CLI::App &command, const std::string &help);
  /// Adds these flags without the path.
  void addDims(CLI::App &command);
  /// Adds `--target`, `--target-cpu` and `--target-spec`.
  void addTarget(CLI::App &command);

  /// Adds `--cache-dir` and `--no-cache`.
  void addCache(CLI::App &command);

  /// The flags, understood. An error carries T0110 or T0111.
  absl::StatusOr<std::vector<driver::DimSizes>> parseDims() const;
  absl::StatusOr<driver::WeightSources> parseWeights() const;
  /// The model, its dimensions and its weights.
  absl::StatusOr<driver::ModelRequest> request() const;
  absl::StatusOr<driver::TargetRequest> targetRequest() const;
  /// T0110 where weights are given to what is an artifact already.
  absl::Status refuseWeights() const;
  /// Sets the model, its dimensions, the targets and how to say them again.
  absl::Status apply(driver::CompileOptions &options) const;

  /// The same flags for a command line that starts from a dump.
  std::string replayFlags() const;
};

} // namespace tenon::tool

#endif // TENON_TOOLS_TENON_MODELFLAGS_H
