// Watches whether each pass leaves what the model computes as it is.

#ifndef TENON_COMPILER_DRIVER_PASSVERIFIER_H
#define TENON_COMPILER_DRIVER_PASSVERIFIER_H

#include "compiler/check/PassCheck.h"

#include "mlir/Pass/PassInstrumentation.h"

#include <optional>
#include <string>
#include <vector>

namespace tenon::driver {

/// The first pass that changed a result.
struct WrongPass {
  std::string flag;     ///< of the pass
  std::string pipeline; ///< the pass alone, as MLIR writes a pipeline
  check::PassDifference difference;
  /// The module before it.
  mlir::OwningOpRef<mlir::ModuleOp> before;
};

/// What --verify-passes knows over all phases. The module's context has to be
/// without threads.
class PassVerification {
public:
  explicit PassVerification(check::PassCheckOptions options)
      : check(std::move(options)) {}

  /// Set once a pass was wrong; later ones are not looked at.
  const std::optional<WrongPass> &wrongPass() const { return wrong; }
  /// How many entries are checked.
  size_t numEntries() const { return check.numEntries(); }
  /// Entries that are not checked, each with the reason.
  std::vector<std::string> skipped() const { return check.skipped(); }

private:
  friend class PassVerifier;
  check::PassCheck check;
  std::optional<WrongPass> wrong;
};

/// Compares after each pass that changed something. What an entry computes is
/// taken before the first pass before which the interpreter can run it.
class PassVerifier : public mlir::PassInstrumentation {
public:
  /// `verification` outlives the pass manager.
  explicit PassVerifier(PassVerification &verification)
      : verification(verification) {}

  void runBeforePass(mlir::Pass *pass, mlir::Operation *op) override;
  void runAfterPass(mlir::Pass *pass, mlir::Operation *op) override;
  void runAfterPassFailed(mlir::Pass *pass, mlir::Operation *op) override;

private:
  PassVerification &verification;
  /// Of the passes at work; one may run others.
  std::vector<mlir::OperationFingerPrint> before;
};

} // namespace tenon::driver

#endif // TENON_COMPILER_DRIVER_PASSVERIFIER_H
