// From PTX to a cubin, through the CUDA toolkit's assembler where there is one.

#ifndef TENON_BACKENDS_CUDA_CODEGEN_ASSEMBLER_H
#define TENON_BACKENDS_CUDA_CODEGEN_ASSEMBLER_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <string>
#include <vector>

namespace tenon::cuda {

/// The path of ptxas: on the PATH or where the toolkit is installed by
/// default; empty where there is none.
std::string findAssembler();

/// Assembles `ptx` for the processor `cpu` ("sm_80") with the program
/// `assembler`. What it says of registers and spills goes to `report`, where
/// set. An error quotes the assembler.
llvm::Expected<std::vector<char>> assemble(llvm::StringRef assembler,
                                           llvm::StringRef ptx,
                                           llvm::StringRef cpu,
                                           std::string *report = nullptr);

} // namespace tenon::cuda

#endif // TENON_BACKENDS_CUDA_CODEGEN_ASSEMBLER_H
