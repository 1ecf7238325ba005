// What the passes decided, as a stream of MLIR remarks that other tools read.
// Decisions are attributes; remarks are derived from them and sorted.

#ifndef TENON_COMPILER_REPORT_REMARKS_H
#define TENON_COMPILER_REPORT_REMARKS_H

#include "mlir/IR/BuiltinOps.h"

#include <string>

namespace tenon::report {

/// How a file of remarks is written: as LLVM's tools read them.
enum class RemarkFormat { Yaml, Bitstream };

/// Has the context's remarks written to `path` until the context goes. Fails
/// where the file cannot be created.
mlir::LogicalResult streamRemarks(mlir::MLIRContext &context,
                                  const std::string &path, RemarkFormat format);

/// Category `fusion`: per kernel what was fused (passed) and what was not
/// (missed), with producer, consumer, reason and bytes of traffic. Of a module
/// at the end of phase fused.
void emitFusionRemarks(mlir::ModuleOp module);

/// Category `layout`: per output of a kernel its physical layout and the bytes
/// that halo and filling add; `in-place` where it reuses an input's buffer. Of
/// a module at the end of phase layout.
void emitLayoutRemarks(mlir::ModuleOp module);

/// Category `schedule`: per kernel its place in the order. Of a module at the
/// end of phase scheduled.
void emitScheduleRemarks(mlir::ModuleOp module);

/// Category `memory`: per entry arena, peak and lower bound, and each place in
/// the arena with its live range. Of a module at the end of phase plan.
void emitMemoryRemarks(mlir::ModuleOp module);

/// Category `strategy`: per kernel its grid of tiles, per stage its registers
/// and loops, with the strategy's reasons. Of a module at the end of phase
/// configured.
void emitStrategyRemarks(mlir::ModuleOp module);

} // namespace tenon::report

#endif // TENON_COMPILER_REPORT_REMARKS_H
