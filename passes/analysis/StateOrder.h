//===- StateOrder.h - What must run before a variable is overwritten ------===//
//
// At graph level state is functional: an entry takes a variable's old value and
// returns the new one. In memory both have one buffer, so every kernel that
// reads the old value runs before the one that writes the new value. Data flow
// does not say so; these edges do.
//
//===----------------------------------------------------------------------===//

#ifndef TENON_PASSES_ANALYSIS_STATEORDER_H
#define TENON_PASSES_ANALYSIS_STATEORDER_H

#include "ir/graph/GraphOps.h"
#include "ir/kernel/KernelOps.h"

#include <optional>

namespace tenon {

/// A kernel that writes over an argument of its entry.
struct StateWrite {
  /// The kernel's result, which the entry returns tied to `argument`.
  mlir::OpResult value;
  mlir::BlockArgument argument;

  kernel::FusedOp getWriter() const {
    return mlir::cast<kernel::FusedOp>(value.getOwner());
  }
};

/// The writes of an entry whose body is kernels, in the order of its results.
/// Tied results that no kernel computes are left out.
llvm::SmallVector<StateWrite> getStateWrites(graph::EntryOp entry);

/// The argument whose storage `value`, a kernel's result, takes over, or null.
mlir::BlockArgument getOverwrittenArgument(mlir::OpResult value);

/// One edge of the order: `reader` reads an argument that `writer` writes.
struct StateEdge {
  kernel::FusedOp reader, writer;
};

/// All edges that `writes` ask for. A kernel that reads what it writes has no
/// edge to itself.
llvm::SmallVector<StateEdge> getStateEdges(llvm::ArrayRef<StateWrite> writes);

/// Puts the kernels of `entry` in an order that its data flow and `edges`
/// allow, the present one as far as it does. The edges close no cycle.
void sortKernels(graph::EntryOp entry, llvm::ArrayRef<StateEdge> edges);

} // namespace tenon

#endif // TENON_PASSES_ANALYSIS_STATEORDER_H
