#include "compiler/artifact/ArenaAllocations.h"

#include <algorithm>
#include <numeric>
#include <tuple>

namespace tenon::artifact {

namespace {

constexpr uint64_t kAlignment = 64;

bool shareBytes(const ArenaPlace &a, const ArenaPlace &b) {
  return a.offset < b.offset + b.size && b.offset < a.offset + a.size;
}

bool liveTogether(const ArenaPlace &a, const ArenaPlace &b) {
  return a.first <= b.last && b.first <= a.last;
}

/// Whether `inner` has no byte that `outer` has not, and ends no later.
bool covers(const ArenaPlace &outer, const ArenaPlace &inner) {
  return outer.offset <= inner.offset &&
         inner.offset + inner.size <= outer.offset + outer.size &&
         inner.last <= outer.last;
}

} // namespace

std::vector<uint32_t> assignAllocations(const std::vector<ArenaPlace> &places,
                                        std::vector<Allocation> &allocations) {
  // Union-find over the places.
  std::vector<uint32_t> leader(places.size());
  std::iota(leader.begin(), leader.end(), 0u);
  auto find = [&](uint32_t i) {
    while (leader[i] != i)
      i = leader[i] = leader[leader[i]];
    return i;
  };
  // Sorted by time, so that only places still live are compared.
  std::vector<uint32_t> order(places.size());
  std::iota(order.begin(), order.end(), 0u);
  std::sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) {
    return std::tie(places[a].first, a) < std::tie(places[b].first, b);
  });
  std::vector<uint32_t> live;
  for (uint32_t i : order) {
    std::erase_if(
        live, [&](uint32_t k) { return !liveTogether(places[k], places[i]); });
    // What lies in a live place for no longer than that meets nothing that the
    // place does not meet: a chain of values in place is compared with one.
    bool isCovered = false;
    for (uint32_t k : live)
      if (shareBytes(places[k], places[i])) {
        leader[std::max(find(k), find(i))] = std::min(find(k), find(i));
        isCovered |= covers(places[k], places[i]);
      }
    if (!isCovered)
      live.push_back(i);
  }

  constexpr uint32_t kNone = UINT32_MAX;
  std::vector<uint32_t> allocationOf(places.size(), kNone),
      result(places.size());
  for (uint32_t i : order) {
    const ArenaPlace &place = places[i];
    uint64_t begin = place.offset / kAlignment * kAlignment;
    uint64_t end = place.offset + place.size;
    uint32_t &number = allocationOf[find(i)];
    if (number == kNone) {
      number = static_cast<uint32_t>(allocations.size());
      allocations.push_back({begin, end - begin});
    } else {
      Allocation &a = allocations[number];
      uint64_t last = std::max(a.offset + a.size, end);
      a.offset = std::min(a.offset, begin);
      a.size = last - a.offset;
    }
    result[i] = number;
  }
  return result;
}

} // namespace tenon::artifact
