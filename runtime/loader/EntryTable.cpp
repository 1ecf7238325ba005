#include "runtime/loader/EntryTable.h"

#include "runtime/loader/Metadata.h"

#include <cstring>

namespace tenon::rt {

bool EntryTable::create(const fb::Artifact &artifact) {
  uint32_t count = artifact.entries()->size();
  auto same = [&](uint32_t a, uint32_t b) {
    return strcmp(artifact.entries()->Get(a)->name()->c_str(),
                  artifact.entries()->Get(b)->name()->c_str()) == 0;
  };
  // Which entry of equal name comes first.
  Array<uint32_t> leader;
  if (!leader.create(count) || !order.create(count))
    return false;
  uint32_t names = 0;
  for (uint32_t i = 0; i < count; ++i) {
    uint32_t k = 0;
    while (!same(k, i))
      ++k;
    leader[i] = k;
    names += k == i;
  }
  if (!groups.create(names))
    return false;
  uint32_t at = 0, group = 0;
  for (uint32_t i = 0; i < count; ++i) {
    if (leader[i] != i)
      continue;
    groups[group].first = at;
    for (uint32_t k = i; k < count; ++k)
      if (leader[k] == i)
        order[at++] = k;
    groups[group].count = at - groups[group].first;
    ++group;
  }
  return true;
}

} // namespace tenon::rt
