// Keeps bf16 values in integer registers.

#ifndef TENON_BACKENDS_CPU_CODEGEN_BRAINFLOAT_H
#define TENON_BACKENDS_CPU_CODEGEN_BRAINFLOAT_H

#include "llvm/IR/Function.h"

namespace tenon::cpu {

/// Rewrites loads, stores, selects, phis and shuffles of bf16 into those of
/// i16. Conversions are integer arithmetic by then; on targets without bf16 the
/// code generator would promote any bf16 value between them to f32, and call
/// the runtime library to come back. Runs after the optimizer, which moves the
/// bitcasts about.
void useIntegersForBrainFloats(llvm::Function &function);

} // namespace tenon::cpu

#endif // TENON_BACKENDS_CPU_CODEGEN_BRAINFLOAT_H
