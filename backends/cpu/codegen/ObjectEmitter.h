// From LLVM IR to one relocatable object for one target.

#ifndef TENON_BACKENDS_CPU_CODEGEN_OBJECTEMITTER_H
#define TENON_BACKENDS_CPU_CODEGEN_OBJECTEMITTER_H

#include "ir/target/TargetDescription.h"

#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/Error.h"
#include "llvm/Target/TargetMachine.h"

#include <memory>

namespace tenon::cpu {

/// What the optimizer and the code generator may do.
struct ObjectOptions {
  /// 0 to 3, as in -O0 to -O3.
  int optLevel = 3;
  /// Instrument with AddressSanitizer's checks, see AddressTraps.h.
  bool sanitizeAddress = false;
};

/// Creates LLVM's machine for `target`; LLVM targets are initialized on first
/// use. Fails when LLVM does not know the triple, the CPU or a feature, and for
/// triples that no code is generated for.
llvm::Expected<std::unique_ptr<llvm::TargetMachine>>
createTargetMachine(const target::TargetDescription &target, int optLevel);

/// Gives each function of `module` the target's features and forbids library
/// calls, then optimizes the module.
void optimizeModule(llvm::Module &module, llvm::TargetMachine &machine,
                    const target::TargetDescription &target,
                    const ObjectOptions &options);

/// Compiles `module` to an object, or to assembly text.
llvm::Expected<llvm::SmallVector<char, 0>>
emitObject(llvm::Module &module, llvm::TargetMachine &machine,
           bool assembly = false);

} // namespace tenon::cpu

#endif // TENON_BACKENDS_CPU_CODEGEN_OBJECTEMITTER_H
