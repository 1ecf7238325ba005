// What this CPU and its operating system can execute, asked by name.
#ifndef TENON_RUNTIME_CORE_CPUFEATURES_H
#define TENON_RUNTIME_CORE_CPUFEATURES_H

#include <cstddef>

namespace tenon::rt {

enum class Feature {
  Present, ///< the CPU has it and the system saves its registers
  Absent,
  Unknown, ///< not a name that this runtime knows on this architecture
};

/// Asks for a feature by LLVM's name, such as "avx512vl" or "dotprod".
Feature cpuFeature(const char *name, size_t length);

/// The architecture of this build as in target triples.
const char *hostArch();

} // namespace tenon::rt

#endif // TENON_RUNTIME_CORE_CPUFEATURES_H
