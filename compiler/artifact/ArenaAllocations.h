// Finds which places in an arena belong together.
#ifndef TENON_COMPILER_ARTIFACT_ARENAALLOCATIONS_H
#define TENON_COMPILER_ARTIFACT_ARENAALLOCATIONS_H

#include "compiler/artifact/ArtifactContents.h"

namespace tenon::artifact {

/// A place in the arena as the plan states it: bytes [offset, offset + size)
/// from launch `first` to launch `last`, both included.
struct ArenaPlace {
  uint64_t offset = 0;
  uint64_t size = 0;
  int64_t first = 0;
  int64_t last = 0;
};

/// Gives each place an allocation: two places that share bytes while both are
/// live are views of one another (a sub-buffer, or in place) and share one,
/// and so on along the chain. Returns the allocation of each place; appends
/// to `allocations`, each aligned to 64, in the order of first use.
std::vector<uint32_t> assignAllocations(const std::vector<ArenaPlace> &places,
                                        std::vector<Allocation> &allocations);

} // namespace tenon::artifact

#endif // TENON_COMPILER_ARTIFACT_ARENAALLOCATIONS_H
