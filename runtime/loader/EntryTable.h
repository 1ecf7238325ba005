// Entries by name. The metadata holds one table per entry and set of shapes;
// callers speak of an entry and, where they must, of one of its
// specializations.
#ifndef TENON_RUNTIME_LOADER_ENTRYTABLE_H
#define TENON_RUNTIME_LOADER_ENTRYTABLE_H

#include "runtime/core/Array.h"

#include <cstdint>

namespace tenon::fb {
struct Artifact;
} // namespace tenon::fb

namespace tenon::rt {

/// The metadata's entries grouped by name, in the order of first appearance.
class EntryTable {
public:
  /// Groups a checked artifact's entries. Returns false without memory.
  [[nodiscard]] bool create(const fb::Artifact &artifact);

  /// Distinct names.
  uint32_t size() const { return static_cast<uint32_t>(groups.size()); }

  /// Specializations of an entry, at least 1.
  uint32_t specializations(uint32_t entry) const { return groups[entry].count; }

  /// The index in the metadata of a specialization.
  uint32_t metadataIndex(uint32_t entry, uint32_t specialization) const {
    return order[groups[entry].first + specialization];
  }

private:
  struct Group {
    uint32_t first = 0; // in `order`
    uint32_t count = 0;
  };
  Array<Group> groups;
  Array<uint32_t> order;
};

} // namespace tenon::rt

#endif // TENON_RUNTIME_LOADER_ENTRYTABLE_H
