// Emits the code of one tile of a contraction.

#ifndef TENON_BACKENDS_CPU_CONTRACTION_CONTRACTIONTILE_H
#define TENON_BACKENDS_CPU_CONTRACTION_CONTRACTIONTILE_H

#include "backends/cpu/contraction/Contraction.h"

#include "mlir/IR/Builders.h"

#include <functional>

namespace tenon::cpu {

/// Rows [rowBegin, rowEnd) and columns [columnBegin, columnEnd) of C, values of
/// type index. Row bounds lie on panels of splitRows(rows, MR) unless the
/// problem has dynamicRows; column bounds on multiples of NR, or at N.
struct TileRange {
  mlir::Value rowBegin;
  mlir::Value rowEnd;
  mlir::Value columnBegin;
  mlir::Value columnEnd;
};

/// The memory a tile reads and uses.
struct ContractionOperands {
  /// Flat memrefs of the problem's element types.
  mlir::Value left;
  mlir::Value right;
  /// Element (index) where B begins in `right`; null for 0.
  mlir::Value rightOffset;
  /// memref<...xi8> of this worker's scratch, and the byte where
  /// contractionScratchBytes() bytes for this tile begin, a multiple of 64.
  /// Null where that is 0 bytes.
  mlir::Value scratch;
  int64_t scratchOffset = 0;
};

/// One vector of finished sums: columns [column, column + lanes) of one row, in
/// the first `lanes` lanes of `value` (vector<VL x accumulator type>).
struct Fragment {
  mlir::Value row;
  mlir::Value column;
  int64_t lanes = 0;
  mlir::Value value;
};

/// Where a tile's sums are handed to the epilogue.
enum class EpilogueMode {
  /// Unrolled, out of registers: for a few operations per element.
  Registers,
  /// In a loop over rows, after the register tile went to scratch: code for one
  /// row only. For anything heavier.
  Loop,
};

struct ContractionCallbacks {
  /// The element of A where row `row` begins, of type index.
  std::function<mlir::Value(mlir::OpBuilder &, mlir::Location, mlir::Value row)>
      leftOffset;
  /// Uses up a fragment: scale, bias, activation, store.
  std::function<void(mlir::OpBuilder &, mlir::Location, const Fragment &)>
      epilogue;
  EpilogueMode epilogueMode = EpilogueMode::Registers;
  /// Called before each block of k, with the index of its first step of the
  /// outermost reduction loop; may be null. Makes A what the block reads.
  std::function<void(mlir::OpBuilder &, mlir::Location, mlir::Value step)>
      beginDepthBlock;
};

/// Bytes of scratch one tile needs.
int64_t contractionScratchBytes(const ContractionProblem &problem,
                                const ContractionConfig &config,
                                EpilogueMode mode);

/// The range of parallel tile `tile` (an index below tileGrid().count()).
TileRange emitTileRange(mlir::OpBuilder &b, mlir::Location loc,
                        const ContractionProblem &problem,
                        const ContractionConfig &config, mlir::Value tile);

/// Emits the sums of the range and their epilogue at the insertion point.
void emitContractionTile(mlir::OpBuilder &b, mlir::Location loc,
                         const ContractionProblem &problem,
                         const ContractionConfig &config,
                         const ContractionOperands &operands,
                         const TileRange &range,
                         const ContractionCallbacks &callbacks);

} // namespace tenon::cpu

#endif // TENON_BACKENDS_CPU_CONTRACTION_CONTRACTIONTILE_H
