// Whether compiled code and the interpreter agree about a module.

#ifndef TENON_COMPILER_DRIVER_AGREEMENT_H
#define TENON_COMPILER_DRIVER_AGREEMENT_H

#include "compiler/check/Expectation.h"
#include "ir/target/TargetDescription.h"

#include <string>

namespace tenon::driver {

struct AgreementOptions {
  /// Where the module's weights are.
  std::string folder;
  /// Where agreement.mlir and agreement.tenon go; by default the same.
  std::string workFolder;
  /// The machine that code is generated for; this one can run it.
  target::TargetDescription target;
  /// Decides the inputs.
  uint64_t seed = 0;
  /// Run as well with each buffer at a forbidden page.
  bool guards = true;
};

struct Agreement {
  enum Verdict {
    Agrees,
    Refused,     ///< the compiler lists it as unsupported
    NotCompiled, ///< the compiler fails, or its artifact does not run
    Differs,     ///< other values
    NoOracle     ///< the interpreter fails
  };
  Verdict verdict = Agrees;
  std::string reason; ///< one line; empty for Agrees
  check::Coverage coverage;
};

/// Compiles a graph-level module with an entry @main, calls it with plain
/// inputs, then with edge values among them, and compares outputs and state
/// with the interpreter's, within what rounding explains (check/Expectation.h).
/// The same calls with one thread and with guards have to give the same bits.
Agreement checkAgreement(mlir::ModuleOp module,
                         const AgreementOptions &options);

/// Whether kernels hold an op, as a filter for random graphs: composites by
/// their element types, any other op by its own word.
bool canCompile(mlir::Operation *op);

} // namespace tenon::driver

#endif // TENON_COMPILER_DRIVER_AGREEMENT_H
