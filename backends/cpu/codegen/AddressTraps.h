// AddressSanitizer's checks in code that may not import anything.
//
// The checks of loads and stores look at the shadow memory inline; what they
// call when they fail is defined in the image itself, and traps. So a kernel
// that goes wrong stops at the very access, where a debugger shows it, and the
// image is as self-contained as any other.

#ifndef TENON_BACKENDS_CPU_CODEGEN_ADDRESSTRAPS_H
#define TENON_BACKENDS_CPU_CODEGEN_ADDRESSTRAPS_H

#include "llvm/IR/PassManager.h"

namespace tenon::cpu {

/// Marks what is to be checked: functions, not constants. Before any pass.
void prepareForAddressChecks(llvm::Module &module);

/// Adds the pass that inserts the checks, without registering anything with a
/// runtime library.
void addAddressChecks(llvm::ModulePassManager &manager);

/// Defines what the checks call. After all passes.
void defineAddressReports(llvm::Module &module);

} // namespace tenon::cpu

#endif // TENON_BACKENDS_CPU_CODEGEN_ADDRESSTRAPS_H
