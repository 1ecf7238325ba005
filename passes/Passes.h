//===- Passes.h - The passes of the compiler ------------------------------===//
//
// Declarations generated from Passes.td, which is the contract of each pass.
//
//===----------------------------------------------------------------------===//

#ifndef TENON_PASSES_PASSES_H
#define TENON_PASSES_PASSES_H

#include "ir/graph/GraphOps.h"
#include "ir/kernel/KernelOps.h"
#include "ir/plan/PlanOps.h"

#include "mlir/Pass/Pass.h"

namespace tenon {

#define GEN_PASS_DECL
#include "passes/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "passes/Passes.h.inc"

} // namespace tenon

#endif // TENON_PASSES_PASSES_H
