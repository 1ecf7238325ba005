// Threads for the length of one call, where there is no pool: while loading.
#ifndef TENON_RUNTIME_CORE_PARALLEL_H
#define TENON_RUNTIME_CORE_PARALLEL_H

#include <cstdint>

namespace tenon::rt {

/// CPUs that this process may use, at least 1.
int availableCpus();

/// Calls body(argument, i) once for each i in [0, count), on the calling
/// thread and up to `threads` - 1 more, and returns when all calls are done.
/// Low numbers begin first. Threads that the system does not grant are done
/// without. Allocates nothing but what starting a thread takes.
void parallelFor(int threads, uint32_t count,
                 void (*body)(void *argument, uint32_t i), void *argument);

} // namespace tenon::rt

#endif // TENON_RUNTIME_CORE_PARALLEL_H
