// A random graph by its seed, through compiler and interpreter.

#ifndef TENON_COMPILER_DRIVER_RANDOMCHECK_H
#define TENON_COMPILER_DRIVER_RANDOMCHECK_H

#include "compiler/driver/Agreement.h"

#include "absl/status/statusor.h"

namespace tenon::driver {

/// The text of the module that `seed` stands for. Its weights, if any, go to a
/// file in `folder`. An error carries T0301.
absl::StatusOr<std::string> printRandomGraph(uint64_t seed,
                                             const std::string &folder);

/// Checks the module of `seed` in the folder FOLDER/seed-SEED, which is left
/// behind only where the two do not agree, with graph.mlir and its weights in
/// it. Three of four seeds run on `host`, the fourth on what it has in common
/// with most machines of its kind where `portable` is given.
Agreement checkSeed(uint64_t seed, const std::string &folder,
                    const target::TargetDescription &host,
                    const target::TargetDescription *portable);

/// Reads a graph-level module with an entry @main and checks it in the options'
/// folder, where its weights are; it is made if need be. An error carries
/// T0101, T0102 or T0301.
absl::StatusOr<Agreement> checkModule(const std::string &path,
                                      const AgreementOptions &options);

} // namespace tenon::driver

#endif // TENON_COMPILER_DRIVER_RANDOMCHECK_H
