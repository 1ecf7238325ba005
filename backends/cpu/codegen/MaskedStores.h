// Single elements are stored as such.

#ifndef TENON_BACKENDS_CPU_CODEGEN_MASKEDSTORES_H
#define TENON_BACKENDS_CPU_CODEGEN_MASKEDSTORES_H

#include "llvm/IR/Function.h"

namespace tenon::cpu {

/// Makes an element's store of each masked store with a constant mask of one
/// lane, and nothing of one without lanes. LLVM 22 would do the former itself,
/// but where it has folded a truncation into the store it writes the element
/// as wide as it was before, past the end of the buffer. Runs after the
/// optimizer, which folds the masks.
void splitSingleLaneStores(llvm::Function &function);

} // namespace tenon::cpu

#endif // TENON_BACKENDS_CPU_CODEGEN_MASKEDSTORES_H
