//===- Work.h - How much ops and kernels compute and move -----------------===//
//
// Counts from shapes alone, for reports.
//
//===----------------------------------------------------------------------===//

#ifndef TENON_PASSES_ANALYSIS_WORK_H
#define TENON_PASSES_ANALYSIS_WORK_H

#include "ir/kernel/KernelOps.h"

namespace tenon {

/// Arithmetic operations of a graph op: a multiply-add is two, every other
/// element-wise op one per element whatever it costs, renamings none.
int64_t getFlops(mlir::Operation *op);

/// The same of all stages of a kernel, each op once.
int64_t getFlops(kernel::FusedOp kernel);

/// Bytes that a kernel reads and writes at least: each operand once, in its
/// physical layout; of a table that is only gathered from, what is taken.
int64_t getTraffic(kernel::FusedOp kernel);

} // namespace tenon

#endif // TENON_PASSES_ANALYSIS_WORK_H
