//===- OffsetAssignment.cpp - Places in the arena -------------------------===//

#include "passes/memory/OffsetAssignment.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"

#include <algorithm>
#include <functional>
#include <vector>

using namespace tenon;
using llvm::ArrayRef;
using llvm::SmallVector;
using llvm::SmallVectorImpl;

static bool overlapInTime(const LiveBuffer &a, const LiveBuffer &b) {
  return a.first <= b.last && b.first <= a.last;
}

namespace {

/// Buffers that have a place, by when they are live: a tree over the steps of
/// the schedule whose nodes hold what is live throughout.
class PlacedBuffers {
public:
  explicit PlacedBuffers(int64_t steps) : starting(steps) {
    while (leaves < steps)
      leaves *= 2;
    covering.resize(2 * leaves);
  }

  void add(unsigned index, const LiveBuffer &buffer) {
    starting[buffer.first].push_back(index);
    int64_t low = buffer.first + leaves, high = buffer.last + 1 + leaves;
    for (; low < high; low /= 2, high /= 2) {
      if (low % 2)
        covering[low++].push_back(index);
      if (high % 2)
        covering[--high].push_back(index);
    }
  }

  /// Finds what is live while `buffer` is, unless that takes more than `limit`
  /// steps.
  bool collect(const LiveBuffer &buffer, size_t limit,
               SmallVectorImpl<unsigned> &found) const {
    if (size_t(buffer.last - buffer.first) > limit)
      return false;
    // Live at its first step, or starting later.
    for (int64_t node = buffer.first + leaves; node > 0; node /= 2)
      if (!append(covering[node], limit, found))
        return false;
    for (int64_t step = buffer.first + 1; step <= buffer.last; ++step)
      if (!append(starting[step], limit, found))
        return false;
    return true;
  }

private:
  static bool append(ArrayRef<unsigned> more, size_t limit,
                     SmallVectorImpl<unsigned> &found) {
    llvm::append_range(found, more);
    return found.size() <= limit;
  }

  int64_t leaves = 1;
  std::vector<SmallVector<unsigned, 2>> covering;
  /// Of each step.
  std::vector<SmallVector<unsigned, 2>> starting;
};

} // namespace

/// Places buffers in the given order, each in the lowest gap that fits among
/// those placed before it that are live at the same time.
static OffsetAssignment place(ArrayRef<LiveBuffer> buffers,
                              ArrayRef<unsigned> order, int64_t alignment) {
  OffsetAssignment result;
  result.offsets.assign(buffers.size(), 0);
  auto isLower = [&](unsigned a, unsigned b) {
    return result.offsets[a] < result.offsets[b];
  };
  int64_t steps = 0;
  for (const LiveBuffer &buffer : buffers)
    steps = std::max(steps, buffer.last + 1);
  PlacedBuffers byTime(steps);
  // Indices of placed buffers, by offset.
  SmallVector<unsigned> placed, together;
  for (unsigned index : order) {
    // Where few are live together, those alone are looked at; sorting many is
    // no better than looking at all.
    together.clear();
    bool few = byTime.collect(buffers[index], placed.size() / 16 + 8, together);
    if (few)
      llvm::sort(together, isLower);
    int64_t offset = 0;
    for (unsigned other : few ? together : placed) {
      if (!overlapInTime(buffers[index], buffers[other]))
        continue;
      if (offset + buffers[index].bytes <= result.offsets[other])
        break;
      int64_t end = result.offsets[other] + buffers[other].bytes;
      offset = std::max<int64_t>(offset, llvm::alignTo(end, alignment));
    }
    result.offsets[index] = offset;
    result.size = std::max(result.size, offset + buffers[index].bytes);
    placed.insert(llvm::upper_bound(placed, index, isLower), index);
    byTime.add(index, buffers[index]);
  }
  return result;
}

/// Looks for an order of placement with a smaller arena, beginning at `order`,
/// that of `best`: what stands at the top found no gap below, and is placed
/// first of all in the next turn.
static void improve(ArrayRef<LiveBuffer> buffers, SmallVector<unsigned> order,
                    int64_t alignment, OffsetAssignment &best) {
  constexpr int64_t kMostTurns = 200, kMostPlaced = 200'000;
  int64_t turns = std::min<int64_t>(kMostTurns, kMostPlaced / order.size());
  int64_t peak = getPeak(buffers, /*logical=*/false, alignment);
  OffsetAssignment current = best;
  for (int64_t turn = 0; turn < turns && best.size > peak; ++turn) {
    auto end = [&](unsigned i) {
      return current.offsets[i] + buffers[i].bytes;
    };
    auto top = llvm::max_element(
        order, [&](unsigned a, unsigned b) { return end(a) < end(b); });
    if (top == order.begin())
      break;
    std::rotate(order.begin(), top, top + 1);
    current = place(buffers, order, alignment);
    if (current.size < best.size)
      best = current;
  }
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
  SmallVector<unsigned> bestOrder;
  for (auto &before : {largest, longest, area, first}) {
    SmallVector<unsigned> sorted = order;
    // Ties go to the model's order, so that plans are the same everywhere.
    llvm::sort(sorted, [&](unsigned a, unsigned b) {
      return before(a, b) || (!before(b, a) && a < b);
    });
    OffsetAssignment candidate = place(buffers, sorted, alignment);
    if (bestOrder.empty() || candidate.size < best.size) {
      best = candidate;
      bestOrder = sorted;
    }
  }
  if (!bestOrder.empty())
    improve(buffers, bestOrder, alignment, best);
  return best;
}
