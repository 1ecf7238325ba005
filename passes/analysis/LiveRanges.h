//===- LiveRanges.h - Which buffers an entry needs, and when --------------===//
//
// Storage of an entry whose body is kernels in their final order. Values tied
// together share one buffer.
//
//===----------------------------------------------------------------------===//

#ifndef TENON_PASSES_ANALYSIS_LIVERANGES_H
#define TENON_PASSES_ANALYSIS_LIVERANGES_H

#include "ir/graph/GraphOps.h"
#include "ir/kernel/KernelOps.h"

namespace tenon {

/// One place in the arena.
struct LiveBuffer {
  /// The values that stand in it, one after another.
  llvm::SmallVector<mlir::Value> values;
  /// Bytes, halo and filling of blocks included.
  int64_t bytes = 0;
  /// Bytes of the largest value without them.
  int64_t logicalBytes = 0;
  /// The numbers of the first and the last kernel that use it.
  int64_t first = 0, last = 0;
};

/// The buffers of `entry` that live in its arena: results of kernels that the
/// entry does not return.
llvm::SmallVector<LiveBuffer> getLiveBuffers(graph::EntryOp entry);

/// The most bytes that are live at one kernel, where every buffer takes whole
/// multiples of `alignment`.
int64_t getPeak(llvm::ArrayRef<LiveBuffer> buffers, bool logical,
                int64_t alignment = 1);

/// Bytes of `value` in `layout`.
int64_t getPhysicalBytes(mlir::Value value, kernel::LayoutAttr layout);

} // namespace tenon

#endif // TENON_PASSES_ANALYSIS_LIVERANGES_H
