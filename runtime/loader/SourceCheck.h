// Artifacts that hold a model instead of code, because dimensions of it have no
// size yet. The runtime does not compile: it checks them, for tools that do,
// and refuses to run them.
#ifndef TENON_RUNTIME_LOADER_SOURCECHECK_H
#define TENON_RUNTIME_LOADER_SOURCECHECK_H

#include "runtime/core/Diagnostic.h"

#include <cstdint>

namespace tenon::fb {
struct Source;
} // namespace tenon::fb

namespace tenon::rt {

/// Checks that the files lie inside the section of `sectionSize` bytes, that
/// each has a path of its own that stays inside a folder, and that there are
/// open dimensions. Errors: Malformed.
Code checkSource(const fb::Source &source, uint64_t sectionSize,
                 Diagnostic &diagnostic);

/// SizesOpen, with the names of the dimensions and what to do.
Code refuseOpenSizes(const fb::Source &source, Diagnostic &diagnostic);

} // namespace tenon::rt

#endif // TENON_RUNTIME_LOADER_SOURCECHECK_H
