#include "runtime/loader/EntryTable.h"

#include "runtime/loader/Metadata.h"

#include <algorithm>
#include <cstring>

namespace tenon::rt {

bool EntryTable::create(const fb::Artifact &artifact) {
  uint32_t count = artifact.entries()->size();
  auto compare = [&](uint32_t a, uint32_t b) {
    return strcmp(artifact.entries()->Get(a)->name()->c_str(),
                  artifact.entries()->Get(b)->name()->c_str());
  };
  // Sorted by name, so that an artifact of many entries loads in no time.
  Array<uint32_t> sorted, leader, groupOf;
  if (!sorted.create(count) || !leader.create(count) ||
      !groupOf.create(count) || !order.create(count))
    return false;
  for (uint32_t i = 0; i < count; ++i)
    sorted[i] = i;
  std::sort(sorted.begin(), sorted.end(), [&](uint32_t a, uint32_t b) {
    int difference = compare(a, b);
    return difference < 0 || (difference == 0 && a < b);
  });
  // Which entry of equal name comes first.
  uint32_t names = 0;
  for (uint32_t i = 0; i < count; ++i) {
    bool isFirst = i == 0 || compare(sorted[i - 1], sorted[i]) != 0;
    leader[sorted[i]] = isFirst ? sorted[i] : leader[sorted[i - 1]];
    names += isFirst;
  }
  if (!groups.create(names))
    return false;
  uint32_t group = 0;
  for (uint32_t i = 0; i < count; ++i) {
    groupOf[i] = leader[i] == i ? group++ : groupOf[leader[i]];
    ++groups[groupOf[i]].count;
  }
  uint32_t at = 0;
  for (Group &one : groups) {
    one.first = at;
    at += one.count;
    one.count = 0;
  }
  for (uint32_t i = 0; i < count; ++i) {
    Group &own = groups[groupOf[i]];
    order[own.first + own.count++] = i;
  }
  return true;
}

} // namespace tenon::rt
