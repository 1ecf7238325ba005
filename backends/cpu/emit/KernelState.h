// What the emitters of one kernel's stages share on a CPU: the frame that all
// targets have, one worker's scratch, and loops in vectors.

#ifndef TENON_BACKENDS_CPU_EMIT_KERNELSTATE_H
#define TENON_BACKENDS_CPU_EMIT_KERNELSTATE_H

#include "backends/common/stage/KernelFrame.h"
#include "ir/graph/IndexingOps.h"
#include "ir/target/TargetDescription.h"

namespace tenon::cpu {

using emit::KernelFrame;
using emit::StageTarget;
using emit::TileBox;
using emit::TileRange1D;

/// State of one emission; see KernelEmitter.h for what is emitted.
class KernelState : public KernelFrame {
public:
  KernelState(kernel::FusedOp kernel, const target::TargetDescription &target,
              mlir::OpBuilder &builder);

  const target::TargetDescription &target;

  /// The scratch argument; its type is set when its size is known.
  mlir::Value scratch;
  int64_t scratchBytes = 0;

  /// Reserves bytes of scratch, 64-byte aligned; returns the offset.
  int64_t reserve(int64_t bytes);
  mlir::Value allocate(mlir::Type memoryType, int64_t count) override;

protected:
  void zeroBox(mlir::Type elementType, const emit::Storage &storage,
               llvm::ArrayRef<TileRange1D> ranges,
               llvm::ArrayRef<int64_t> order, int64_t margin) override;
};

/// Emits `for variable in [begin, end)` in vectors: `unroll` per iteration
/// while they last, single ones, and the rest under a mask. `body` gets the
/// mask, null for all lanes. Makes the variable one of lanes; `beginExpr` tells
/// what divides the first index.
void emitVectorLoop(emit::EmitContext &context, mlir::AffineExpr variable,
                    const TileRange1D &range, int64_t unroll,
                    llvm::function_ref<void(mlir::Value mask)> body);

/// Lanes of the target for the widest element type in `stage`, or the config's.
int64_t getLanes(const target::TargetDescription &target,
                 kernel::FusedOp kernel);

/// The emitters of the kinds of stages. Fail with a diagnostic. A loop over the
/// root's elements does for a contraction as well.
mlir::LogicalResult emitLoopStage(KernelState &state, kernel::StageOp stage,
                                  const StageForm &form);
mlir::LogicalResult emitRowStage(KernelState &state, kernel::StageOp stage,
                                 const StageForm &form);
mlir::LogicalResult emitContractionStage(KernelState &state,
                                         kernel::StageOp stage,
                                         const StageForm &form);
mlir::LogicalResult emitSpecialStage(KernelState &state, kernel::StageOp stage);
/// Of a special stage: its one scatter.
mlir::LogicalResult emitScatterStage(KernelState &state, kernel::StageOp stage,
                                     graph::ScatterOp op);

} // namespace tenon::cpu

#endif // TENON_BACKENDS_CPU_EMIT_KERNELSTATE_H
