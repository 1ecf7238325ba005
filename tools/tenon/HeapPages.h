// Large pages for the heap of a process that builds large data structures.

#ifndef TENON_TOOLS_TENON_HEAPPAGES_H
#define TENON_TOOLS_TENON_HEAPPAGES_H

namespace tenon::tool {

/// Has the heap of the calling process grow by 1 GiB of address space at once,
/// and asks for large pages there. A compiler walks all ops of a graph again
/// and again; of a large one they lie on more small pages than a processor
/// knows addresses of. Memory is used as before: only what is touched. Does
/// nothing where the C library or the limits of the process do not allow it.
void useLargeHeapPages();

} // namespace tenon::tool

#endif // TENON_TOOLS_TENON_HEAPPAGES_H
