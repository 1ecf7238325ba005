// Whether passes leave what a module computes as it is.

#ifndef TENON_COMPILER_CHECK_PASSCHECK_H
#define TENON_COMPILER_CHECK_PASSCHECK_H

#include "compiler/check/Expectation.h"

#include <optional>

namespace tenon::check {

struct PassCheckOptions {
  reference::WeightResolver weights;
  /// Decides the probe inputs.
  uint64_t seed = 0;
  /// Entries that take more work than this, in scalar operations, are not run:
  /// the interpreter makes ten runs of each, at some 10^8 a second.
  int64_t maxWork = 200'000'000;
};

/// What a pass broke.
struct PassDifference {
  std::string entry;
  std::string result; ///< "output 0" or "variable v"
  std::string values; ///< what differs first
  std::string op;     ///< where the values part: name and location
  std::string inputs; ///< the call that shows it, and its first numbers
  /// One line of all of it.
  std::string describe() const;
};

/// Holds what a module computes at some point, for any number of later forms
/// of it. Entries are called with plain inputs and with edge values, one after
/// the other, from the variables' initial values. For one thread at a time.
class PassCheck {
public:
  explicit PassCheck(PassCheckOptions options) : options(std::move(options)) {}

  /// Computes what to expect. False where the interpreter cannot run any entry
  /// yet; the reasons are in `skipped`.
  bool start(mlir::ModuleOp module);
  bool isStarted() const { return !entries.empty(); }

  /// The first difference between the module as it is now and at the start;
  /// nothing where there is none. An entry that the interpreter cannot run
  /// any more is left out, with the reason in `skipped`.
  std::optional<PassDifference> compare(mlir::ModuleOp module);

  /// The module as it was when `entry` was last found right.
  mlir::OwningOpRef<mlir::ModuleOp> lastRight(llvm::StringRef entry) const;

  /// Entries that are not checked, each with the reason.
  const std::vector<std::string> &skipped() const { return skippedEntries; }

private:
  struct Entry {
    std::string name;
    std::vector<reference::Tensors> inputs;
    std::vector<ExpectedCall> expected;
    mlir::OwningOpRef<mlir::ModuleOp> module; ///< at the last point that agreed
  };

  std::string findOp(const Entry &entry, mlir::ModuleOp after, size_t call);

  PassCheckOptions options;
  std::vector<Entry> entries;
  std::vector<std::string> skippedEntries;
};

} // namespace tenon::check

#endif // TENON_COMPILER_CHECK_PASSCHECK_H
