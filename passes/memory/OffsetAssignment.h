//===- OffsetAssignment.h - Places in the arena ---------------------------===//

#ifndef TENON_PASSES_MEMORY_OFFSETASSIGNMENT_H
#define TENON_PASSES_MEMORY_OFFSETASSIGNMENT_H

#include "passes/analysis/LiveRanges.h"

namespace tenon {

/// Offsets for buffers, such that no two that are live at once overlap.
struct OffsetAssignment {
  llvm::SmallVector<int64_t> offsets;
  /// Bytes of arena that they need.
  int64_t size = 0;
};

/// Assigns offsets that are multiples of `alignment` (bytes). Tries several
/// orders of placement (largest first, longest lived first, first used first),
/// each taking the lowest gap that fits, and keeps the smallest arena. Where
/// that is larger than what is live at once, buffers that end up at its top are
/// placed earlier, again and again.
OffsetAssignment assignOffsets(llvm::ArrayRef<LiveBuffer> buffers,
                               int64_t alignment);

} // namespace tenon

#endif // TENON_PASSES_MEMORY_OFFSETASSIGNMENT_H
