// Entries executed op by op in the interpreter, with somebody watching: who
// may look at each op's results, or put others in their place.

#ifndef TENON_COMPILER_CHECK_CALLS_H
#define TENON_COMPILER_CHECK_CALLS_H

#include "backends/reference/Interpreter.h"

namespace tenon::check {

/// Called after each op of an entry's body, and of the branches and loops in
/// it, with its operands' values. Gets the results and may replace them.
using Watcher = llvm::function_ref<mlir::LogicalResult(
    mlir::Operation *, llvm::ArrayRef<reference::Tensor>,
    reference::Tensors &)>;

/// What an entry gives for one call.
struct CallResults {
  reference::Tensors outputs; ///< as its user sees them
  /// The variables that the entry updates, by name, ascending.
  std::vector<std::pair<std::string, reference::Tensor>> state;
};

/// The most that one call may take: scalars computed, and for each op, in loops
/// each time that it runs, ten thousand more. Inputs decide how long loops run,
/// and some would never end.
inline constexpr int64_t kMostWork = 1'000'000'000;

/// Calls an entry as reference::evaluateEntry does, from `state`, which takes
/// the new values. Fails with a diagnostic.
llvm::FailureOr<CallResults> callEntry(graph::EntryOp entry,
                                       llvm::ArrayRef<reference::Tensor> inputs,
                                       reference::State &state,
                                       const reference::WeightResolver &weights,
                                       Watcher watcher);

/// On entries that run while a model is compiled; others read what they give.
inline constexpr llvm::StringLiteral kPrepareAttr = "tenon.prepare";

/// A copy of an entry's module without the other entries; those that prepare
/// tensors stay.
mlir::OwningOpRef<mlir::ModuleOp> isolateEntry(graph::EntryOp entry);

/// Computes one op that stands in a graph. `lookUp` gives the values that its
/// regions use from above.
llvm::FailureOr<reference::Tensors>
evaluateInPlace(mlir::Operation *op, llvm::ArrayRef<reference::Tensor> operands,
                llvm::function_ref<reference::Tensor(mlir::Value)> lookUp,
                reference::Evaluator &evaluator);

} // namespace tenon::check

#endif // TENON_COMPILER_CHECK_CALLS_H
