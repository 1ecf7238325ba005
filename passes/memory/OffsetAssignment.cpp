//===- OffsetAssignment.cpp - Places in the arena -------------------------===//

#include "passes/memory/OffsetAssignment.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"

using namespace tenon;
using llvm::ArrayRef;
using llvm::SmallVector;

static bool overlapInTime(const LiveBuffer &a, const LiveBuffer &b) {
  return a.first <= b.last && b.first <= a.last;
}

/// Places buffers in the given order, each in the lowest gap that fits among
/// those placed before it that are live at the same time.
static OffsetAssignment place(ArrayRef<LiveBuffer> buffers,
                              ArrayRef<unsigned> order, int64_t alignment) {
  OffsetAssignment result;
  result.offsets.assign(buffers.size(), 0);
  // Indices of placed buffers, by offset.
  SmallVector<unsigned> placed;
  for (unsigned index : order) {
    int64_t offset = 0;
    for (unsigned other : placed) {
      if (!overlapInTime(buffers[index], buffers[other]))
        continue;
      if (offset + buffers[index].bytes <= result.offsets[other])
        break;
      int64_t end = result.offsets[other] + buffers[other].bytes;
      offset = std::max<int64_t>(offset, llvm::alignTo(end, alignment));
    }
    result.offsets[index] = offset;
    result.size = std::max(result.size, offset + buffers[index].bytes);
    auto *at = llvm::upper_bound(placed, index, [&](unsigned a, unsigned b) {
      return result.offsets[a] < result.offsets[b];
    });
    placed.insert(at, index);
  }
  return result;
}

OffsetAssignment tenon::assignOffsets(ArrayRef<LiveBuffer> buffers,
                                      int64_t alignment) {
  auto lifetime = [&](unsigned i) {
    return buffers[i].last - buffers[i].first;
  };
  SmallVector<unsigned> order =
      llvm::to_vector(llvm::seq<unsigned>(0, buffers.size()));
  std::function<bool(unsigned, unsigned)> largest = [&](unsigned a,
                                                        unsigned b) {
    return std::pair(buffers[a].bytes, lifetime(a)) >
           std::pair(buffers[b].bytes, lifetime(b));
  };
  std::function<bool(unsigned, unsigned)> longest = [&](unsigned a,
                                                        unsigned b) {
    return std::pair(lifetime(a), buffers[a].bytes) >
           std::pair(lifetime(b), buffers[b].bytes);
  };
  std::function<bool(unsigned, unsigned)> area = [&](unsigned a, unsigned b) {
    return (lifetime(a) + 1) * buffers[a].bytes >
           (lifetime(b) + 1) * buffers[b].bytes;
  };
  std::function<bool(unsigned, unsigned)> first = [&](unsigned a, unsigned b) {
    return buffers[a].first < buffers[b].first;
  };
  OffsetAssignment best;
  bool found = false;
  for (auto &before : {largest, longest, area, first}) {
    SmallVector<unsigned> sorted = order;
    // Ties go to the model's order, so that plans are the same everywhere.
    llvm::sort(sorted, [&](unsigned a, unsigned b) {
      return before(a, b) || (!before(b, a) && a < b);
    });
    OffsetAssignment candidate = place(buffers, sorted, alignment);
    if (!found || candidate.size < best.size)
      best = candidate;
    found = true;
  }
  return best;
}
