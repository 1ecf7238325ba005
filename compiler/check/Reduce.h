// Makes a module smaller while something stays true of it.

#ifndef TENON_COMPILER_CHECK_REDUCE_H
#define TENON_COMPILER_CHECK_REDUCE_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

#include <functional>

namespace tenon::check {

struct ReduceOptions {
  /// Whether a module still shows what is looked for. Modules that do not
  /// verify are never asked about.
  std::function<bool(mlir::ModuleOp)> isInteresting;
  /// How often at most it is asked.
  int64_t maxTries = 2000;
};

struct ReduceStatistics {
  int64_t tries = 0;
  int64_t opsBefore = 0;
  int64_t opsAfter = 0;
};

/// Reduces a graph-level module, which is interesting, until no step keeps it
/// so: results are dropped; runs of ops, then single ones, give way to new
/// inputs or to an operand of the same type; inputs, variables and weights that
/// nothing reads go; the sizes of dimensions shrink wherever they occur. (Of
/// mlir/Reducer, which erases ops, none fits values that others read.)
mlir::OwningOpRef<mlir::ModuleOp> reduceModule(mlir::ModuleOp module,
                                               const ReduceOptions &options,
                                               ReduceStatistics &statistics);

} // namespace tenon::check

#endif // TENON_COMPILER_CHECK_REDUCE_H
