// Whether passes leave what a module computes as it is.

#ifndef TENON_COMPILER_CHECK_PASSCHECK_H
#define TENON_COMPILER_CHECK_PASSCHECK_H

#include "compiler/check/Expectation.h"

#include <map>
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

/// Holds what the entries of a module compute, for any number of later forms
/// of it. Entries are called with plain inputs and with edge values, one after
/// the other, from the variables' initial values. For one thread at a time.
class PassCheck {
public:
  explicit PassCheck(PassCheckOptions options) : options(std::move(options)) {}

  /// Computes what to expect of each entry that is not held yet. One that the
  /// interpreter cannot run in this form, or that is too much work, is in
  /// `skipped` until a later form can be run.
  void begin(mlir::ModuleOp module);
  /// The same of one entry.
  void begin(graph::EntryOp entry);
  /// How many entries are held.
  size_t numEntries() const { return entries.size(); }

  /// The first difference between what the module computes now and what it is
  /// expected to; nothing where there is none. Only the entry `changed` is
  /// called, or all of them where none is given or others read what it
  /// prepares. That an entry cannot be run any more is a difference too.
  std::optional<PassDifference> compare(mlir::ModuleOp module,
                                        graph::EntryOp changed = {});

  /// The entry `entry` with what it needs, as it was when last found right.
  mlir::OwningOpRef<mlir::ModuleOp> lastRight(llvm::StringRef entry) const;

  /// Entries that are not checked, each with the reason.
  std::vector<std::string> skipped() const;

private:
  struct Entry {
    std::string name;
    std::vector<reference::Tensors> inputs;
    std::vector<ExpectedCall> expected;
    /// The entry and what it needs, when it was last found right.
    mlir::OwningOpRef<mlir::ModuleOp> module;
  };

  /// Empty where the entry is held now, else why not.
  std::string hold(graph::EntryOp entry);
  std::optional<PassDifference> compareEntry(const Entry &entry,
                                             mlir::ModuleOp module) const;
  std::string findOp(const Entry &entry, mlir::ModuleOp after,
                     size_t call) const;

  PassCheckOptions options;
  std::map<std::string, Entry> entries;
  std::map<std::string, std::string> reasons; ///< of what is skipped, by name
};

} // namespace tenon::check

#endif // TENON_COMPILER_CHECK_PASSCHECK_H
