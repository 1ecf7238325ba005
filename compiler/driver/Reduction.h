// A module reduced to what shows an error of the compiler.

#ifndef TENON_COMPILER_DRIVER_REDUCTION_H
#define TENON_COMPILER_DRIVER_REDUCTION_H

#include "compiler/driver/Agreement.h"
#include "compiler/driver/Compile.h"
#include "compiler/driver/PassVerifier.h"

#include "absl/status/statusor.h"

namespace tenon::driver {

/// What a module has to keep while it is reduced: the first of these that is
/// given, or else that interpreter and compiled code do not agree, with the
/// same verdict throughout.
struct Interest {
  /// A program that gets the path of a module as its only argument and exits
  /// with 0 where the module is interesting.
  std::string script;
  /// A pass pipeline that changes the results, as MLIR writes it.
  std::string passes;
};

struct ReductionOptions {
  Interest interest;
  /// Where weights are, what the code is for, and which inputs.
  AgreementOptions agreement;
  int64_t maxTries = 2000;
  /// Only say whether the module is interesting.
  bool onlyTest = false;
};

/// Reduces the module at `path` and gives the text of what is left. An error
/// carries T0101, T0102, T0301, or T0110 for a wrong pipeline and where the
/// module is not interesting.
absl::StatusOr<std::string> reduce(const std::string &path,
                                   const ReductionOptions &options);

/// Reduces the module that a pass went wrong on, leaves it beside the output as
/// NAME.PASS.repro.mlir, and attaches the command that replays it to `failure`.
/// `folder` is where the module's weights are. Where the file cannot be
/// written, `failure` is returned as it was.
absl::Status leaveReducedReproducer(absl::Status failure,
                                    const WrongPass &wrong,
                                    const std::string &folder,
                                    const CompileOptions &options);

} // namespace tenon::driver

#endif // TENON_COMPILER_DRIVER_REDUCTION_H
