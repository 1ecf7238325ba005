// Shows loaded code to debuggers and profilers, on request only.
#ifndef TENON_RUNTIME_LOADER_DEBUGINFO_H
#define TENON_RUNTIME_LOADER_DEBUGINFO_H

#include "runtime/loader/CodeImage.h"

namespace tenon::fb {
struct Artifact;
} // namespace tenon::fb

namespace tenon::rt {

/// Appends the kernels of a loaded variant to /tmp/perf-PID.map, which perf
/// reads, and registers its symbols through gdb's JIT interface. Best effort:
/// what cannot be written is left out. Returns a handle for withdrawCode, or
/// null.
void *publishCode(const ImageSource &source, const CodeImage &code,
                  const fb::Artifact &artifact, uint32_t variant);

/// Takes code out of gdb's list before it is unmapped. Null is fine.
void withdrawCode(void *handle);

} // namespace tenon::rt

#endif // TENON_RUNTIME_LOADER_DEBUGINFO_H
