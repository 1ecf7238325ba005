// Loops and branches inside of a kernel: their regions are emitted op by op,
// with the values between ops in scratch.

#ifndef TENON_BACKENDS_CPU_EMIT_CONTROLSTAGE_H
#define TENON_BACKENDS_CPU_EMIT_CONTROLSTAGE_H

#include "backends/cpu/emit/SpecialStage.h"

namespace tenon::cpu {

/// Emits the ops of regions. The values of a block are lazy, computed where
/// they are asked for, or stored in scratch where that would be dear or wrong.
class RegionEmitter {
public:
  explicit RegionEmitter(KernelState &state) : state(state), c(state.context) {}

  /// Emits a loop or branch whose results stand in `results`.
  mlir::LogicalResult emitControl(mlir::Operation *op,
                                  const SpecialResults &results);

private:
  mlir::LogicalResult emitWhile(graph::WhileOp op,
                                const SpecialResults &results);
  mlir::LogicalResult emitBranches(mlir::Value index, mlir::Operation *op,
                                   const SpecialResults &results);
  mlir::LogicalResult emitBody(graph::WhileOp op,
                               const SpecialResults &results);
  mlir::LogicalResult emitBlock(mlir::Block &block);
  mlir::LogicalResult emitOp(mlir::Operation &op);
  void materialize(mlir::Value value);
  emit::Storage makeStorage(mlir::Value value);
  void copy(mlir::Value value, const emit::Storage &to);

  KernelState &state;
  emit::EmitContext &c;
};

/// Whether the special stages include `op`.
inline bool isControl(mlir::Operation *op) {
  return mlir::isa<graph::WhileOp, graph::IfOp, graph::CaseOp>(op);
}

} // namespace tenon::cpu

#endif // TENON_BACKENDS_CPU_EMIT_CONTROLSTAGE_H
