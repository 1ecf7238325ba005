//===- Problem.h - The size of a contraction, for policy ------------------===//

#ifndef TENON_BACKENDS_CPU_STRATEGY_PROBLEM_H
#define TENON_BACKENDS_CPU_STRATEGY_PROBLEM_H

#include "backends/cpu/contraction/Contraction.h"
#include "ir/kernel/KernelOps.h"

namespace tenon::cpu {

/// Which dimensions of a contraction's result are rows and columns, and the
/// problem that one batch element poses.
struct SizedContraction {
  llvm::SmallVector<int64_t> batch, rows, columns;
  ContractionProblem problem;
};

/// The contraction of `stage`, whose kernel has its layouts.
SizedContraction getSizedContraction(kernel::FusedOp kernel,
                                     kernel::StageOp stage);

} // namespace tenon::cpu

#endif // TENON_BACKENDS_CPU_STRATEGY_PROBLEM_H
