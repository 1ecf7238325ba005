// LLVM's machine for a target description.

#ifndef TENON_BACKENDS_COMMON_CODEGEN_TARGETMACHINE_H
#define TENON_BACKENDS_COMMON_CODEGEN_TARGETMACHINE_H

#include "ir/target/TargetDescription.h"

#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/Support/Error.h"
#include "llvm/Target/TargetMachine.h"

#include <memory>
#include <optional>
#include <string>

namespace tenon {

/// What a backend wants of its machine.
struct MachineOptions {
  /// As LLVM spells them: "+avx2,+fma".
  std::string features;
  std::optional<llvm::Reloc::Model> relocation;
  llvm::CodeGenOptLevel level = llvm::CodeGenOptLevel::Default;
};

/// Creates LLVM's machine for `target`; LLVM's targets are initialized on first
/// use. Fails when LLVM does not know the triple, or with what is wrong with
/// the description: `checkTriple` says it of the triple, and `check` of the
/// rest, which LLVM would only warn of, though a description may come from a
/// user. Both give "" where all is well.
llvm::Expected<std::unique_ptr<llvm::TargetMachine>> createTargetMachine(
    const target::TargetDescription &target, const MachineOptions &options,
    llvm::function_ref<std::string(const llvm::Triple &)> checkTriple,
    llvm::function_ref<std::string(const llvm::MCSubtargetInfo &)> check);

/// Whether LLVM has a feature of that name for the processor's kind.
bool knowsFeature(const llvm::MCSubtargetInfo &subtarget,
                  llvm::StringRef feature);

} // namespace tenon

#endif // TENON_BACKENDS_COMMON_CODEGEN_TARGETMACHINE_H
