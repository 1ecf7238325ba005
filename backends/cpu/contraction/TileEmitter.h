// The emitter of one tile of a contraction: the loops over blocks of k, rows
// and columns (TileEmitter.cpp), where a register tile's operands are
// (TileOperands.cpp), and what becomes of its sums (TileSums.cpp). Internal to
// this folder.

#ifndef TENON_BACKENDS_CPU_CONTRACTION_TILEEMITTER_H
#define TENON_BACKENDS_CPU_CONTRACTION_TILEEMITTER_H

#include "backends/cpu/codegen/VectorAccess.h"
#include "backends/cpu/contraction/ContractionScratch.h"
#include "backends/cpu/contraction/MicroKernel.h"

namespace tenon::cpu {

/// Emits one tile; its fields are what all register tiles share.
class TileEmitter {
public:
  TileEmitter(mlir::Location loc, const ContractionProblem &problem,
              const ContractionConfig &config,
              const ContractionOperands &operands, const TileRange &range,
              const ContractionCallbacks &callbacks)
      : loc(loc), problem(problem), config(config), operands(operands),
        range(range), callbacks(callbacks),
        layout(layoutScratch(problem, config, callbacks.epilogueMode)),
        type(mlir::VectorType::get({config.lanes}, problem.accumulatorType())) {
  }

  void emit(mlir::OpBuilder &b);

private:
  /// Rows [row, row + rows), or as many of them as lie below the tile's end
  /// where `guarded`.
  struct RowPanel {
    mlir::Value row;
    int64_t rows = 0;
    bool guarded = false;
  };

  /// One block of k: its steps of the outermost loop, and whether it is the
  /// first and the last (null when there is only one block).
  struct DepthBlock {
    DepthRange steps;
    mlir::Value isFirst;
    mlir::Value isLast;
  };

  void emitDepthBlock(mlir::OpBuilder &b, const DepthBlock &depth);
  void emitColumns(
      mlir::OpBuilder &b,
      llvm::function_ref<void(mlir::OpBuilder &, mlir::Value, int64_t)> body);
  void
  emitRows(mlir::OpBuilder &b,
           llvm::function_ref<void(mlir::OpBuilder &, const RowPanel &)> body);
  void emitRegisterTile(mlir::OpBuilder &b, const DepthBlock &depth,
                        const RowPanel &panel, mlir::Value column,
                        int64_t columns);
  void emitEpilogue(mlir::OpBuilder &b, const RegisterTile &tile,
                    const RowPanel &panel, mlir::Value column,
                    llvm::ArrayRef<mlir::Value> sums);
  void forRows(mlir::OpBuilder &b, mlir::Value begin, mlir::Value end,
               int64_t step,
               llvm::function_ref<void(mlir::OpBuilder &, mlir::Value)> body);
  LeftAccess accessLeft(mlir::OpBuilder &b, const DepthBlock &depth,
                        const RowPanel &panel);
  /// The panel's rows in place.
  LeftAccess accessRows(mlir::OpBuilder &b, const RowPanel &panel);
  RightAccess accessRight(mlir::OpBuilder &b, const DepthBlock &depth,
                          const RowPanel &panel, mlir::Value column);
  /// The columns from `column` on, without what is fetched ahead.
  RightAccess accessColumns(mlir::OpBuilder &b, mlir::Value column);
  /// Cache lines of the next panel of B that each unrolled step fetches, so
  /// that the row panels of a tile together fetch all of it; 0 for none.
  int64_t nextPanelLines() const;
  llvm::SmallVector<mlir::Value> firstSums(mlir::OpBuilder &b,
                                           const DepthBlock &depth,
                                           const RegisterTile &tile,
                                           mlir::Value partial);
  void packRightColumns(mlir::OpBuilder &b);
  /// Whether the rows of such a panel lie rowStride apart wherever it is.
  bool isUniform(const RowPanel &panel) const;
  /// The part of this tile's scratch at `offset`.
  mlir::Value view(mlir::OpBuilder &b, int64_t offset, int64_t elements) {
    return viewScratch(b, loc, operands.scratch,
                       operands.scratchOffset + offset, elements,
                       problem.accumulatorType());
  }

  mlir::Location loc;
  const ContractionProblem &problem;
  const ContractionConfig &config;
  const ContractionOperands &operands;
  const TileRange &range;
  const ContractionCallbacks &callbacks;
  ScratchLayout layout;
  mlir::VectorType type;
  /// Views of scratch; null where not used.
  mlir::Value partials, registerTile, packedLeft, packedRight;
};

} // namespace tenon::cpu

#endif // TENON_BACKENDS_CPU_CONTRACTION_TILEEMITTER_H
