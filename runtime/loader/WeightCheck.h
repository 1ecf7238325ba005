// The check that weights are intact, the one part of loading that takes time.
#ifndef TENON_RUNTIME_LOADER_WEIGHTCHECK_H
#define TENON_RUNTIME_LOADER_WEIGHTCHECK_H

#include "runtime/loader/ArtifactFile.h"

namespace tenon::fb {
struct Artifact;
} // namespace tenon::fb

namespace tenon::rt {

/// Checks every byte of the weights section: each tensor against the checksum
/// that the checked metadata states for it, several at a time on threads of
/// its own, and what lies between them to be zeros. A section whose tensors do
/// not all state one is checked as a whole. Errors: Damaged, OutOfMemory.
Code checkWeights(const ArtifactFile &file, const fb::Artifact &artifact,
                  Diagnostic &diagnostic);

} // namespace tenon::rt

#endif // TENON_RUNTIME_LOADER_WEIGHTCHECK_H
