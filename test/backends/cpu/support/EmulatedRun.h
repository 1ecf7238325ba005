// Runs kernels of other machines through an emulator.

#ifndef TENON_TEST_BACKENDS_CPU_SUPPORT_EMULATEDRUN_H
#define TENON_TEST_BACKENDS_CPU_SUPPORT_EMULATEDRUN_H

#include "backends/cpu/codegen/ImageLinker.h"

#include <string>
#include <vector>

namespace tenon::cpu {

/// The command prefix that runs kernel_runner for `machine` ("aarch64" or
/// "x86_64-haswell"), or an empty string where there is none: see
/// whyNotEmulated.
std::string emulatorFor(llvm::StringRef machine);

/// Why emulatorFor has no command for `machine`, for a test that is skipped;
/// empty where it has one.
std::string whyNotEmulated(llvm::StringRef machine);

/// Runs kernel `symbol` over tiles [0, tiles) in the emulator; `buffers` are
/// replaced by what the kernel left in them. False, with a message on stderr,
/// when the emulator fails.
bool runEmulated(const std::string &emulator, const CodeImage &image,
                 llvm::StringRef symbol, int64_t scratchBytes, int64_t tiles,
                 llvm::ArrayRef<std::vector<char> *> buffers);

} // namespace tenon::cpu

#endif // TENON_TEST_BACKENDS_CPU_SUPPORT_EMULATEDRUN_H
