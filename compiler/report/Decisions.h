// What the passes decided about kernels and why, taken from the IR's
// attributes. Reports and the artifact's debug section read this.

#ifndef TENON_COMPILER_REPORT_DECISIONS_H
#define TENON_COMPILER_REPORT_DECISIONS_H

#include "ir/kernel/KernelOps.h"

#include <string>

namespace tenon::report {

/// One JSON object with a list `kernels`; each has its name, the model's nodes,
/// its work, its stages and its decisions, as the IR states them.
std::string decisionsJson(llvm::ArrayRef<kernel::FusedOp> kernels);

} // namespace tenon::report

#endif // TENON_COMPILER_REPORT_DECISIONS_H
