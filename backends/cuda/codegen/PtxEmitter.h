// From LLVM IR to PTX for one target.

#ifndef TENON_BACKENDS_CUDA_CODEGEN_PTXEMITTER_H
#define TENON_BACKENDS_CUDA_CODEGEN_PTXEMITTER_H

#include "ir/target/TargetDescription.h"

#include "llvm/IR/Module.h"
#include "llvm/Support/Error.h"
#include "llvm/Target/TargetMachine.h"

#include <memory>
#include <string>

namespace tenon::cuda {

/// Creates LLVM's machine for `target`; LLVM's NVPTX target is initialized on
/// first use. Fails when LLVM does not know it.
llvm::Expected<std::unique_ptr<llvm::TargetMachine>>
createTargetMachine(const target::TargetDescription &target);

/// Optimizes `module` for `machine`; no function may become a library call.
void optimizeModule(llvm::Module &module, llvm::TargetMachine &machine);

/// PTX text of `module`.
llvm::Expected<std::string> emitPtx(llvm::Module &module,
                                    llvm::TargetMachine &machine);

} // namespace tenon::cuda

#endif // TENON_BACKENDS_CUDA_CODEGEN_PTXEMITTER_H
