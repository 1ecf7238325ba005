//===- Interpreter.h - The oracle -----------------------------------------===//
//
// Executes graph-level and kernel-level modules, slowly and plainly. Every
// pass, derivative and backend is held against it.
//
// Numerics: float sums (dot products, convolutions, sums over dimensions,
// composites) are kept in double and rounded to the element type once; every
// other op rounds its result once, to nearest, ties to even. Nothing is
// reassociated, and NaN, infinities, signed zeros and subnormals are kept.
//
//===----------------------------------------------------------------------===//

#ifndef TENON_BACKENDS_REFERENCE_INTERPRETER_H
#define TENON_BACKENDS_REFERENCE_INTERPRETER_H

#include "backends/reference/Evaluator.h"

#include "mlir/IR/BuiltinOps.h"

namespace tenon::reference {

/// Values of state variables by symbol name.
using State = llvm::StringMap<Tensor>;

struct InterpreterOptions {
  /// Reads weights; see WeightFiles.h for one that maps files.
  WeightResolver weights;
  /// The state that the entry reads and updates. A variable that it lacks
  /// starts at its initial value. Null: all of them do, and updates are lost.
  State *state = nullptr;
};

/// Runs an entry as its user sees it. `inputs` are the values of the arguments
/// that are no state variables, in order; the results are those that are not a
/// variable's new value, in order. The new values go to the state, all at once
/// and only when the entry has succeeded. Fails with a diagnostic.
llvm::FailureOr<Tensors> evaluateEntry(mlir::ModuleOp module,
                                       llvm::StringRef entry,
                                       llvm::ArrayRef<Tensor> inputs,
                                       const InterpreterOptions &options);

/// Runs an entry as a function: one input per argument, all results.
llvm::FailureOr<Tensors> evaluateFunction(graph::EntryOp entry,
                                          llvm::ArrayRef<Tensor> arguments,
                                          const InterpreterOptions &options);

/// The bytes of a tensor as one of `type`, which has as many; the tensor itself
/// where it is of that type already. Entries see complex numbers as pairs where
/// their callers do not (ir/graph/CallerType.h).
Tensor viewAs(const Tensor &tensor, mlir::Type type);

/// The initial value of a state variable.
llvm::FailureOr<Tensor> getInitialValue(graph::VariableOp variable,
                                        const InterpreterOptions &options);

/// Computes one op, for folding. Weights are not read, and a region may only
/// use its own values.
llvm::FailureOr<Tensors> evaluateOp(mlir::Operation *op,
                                    llvm::ArrayRef<Tensor> operands);

/// Whether the interpreter knows an op.
bool hasEvaluation(mlir::OperationName name);

} // namespace tenon::reference

#endif // TENON_BACKENDS_REFERENCE_INTERPRETER_H
