// What a contraction is to the direct emitter, and how it is to be emitted.
//
//   C[i, j] = sum over k of A[leftOffset(i) + shift(k)] * B[k, j]
//
// Rows i are any set whose elements a function of i finds in A: rows of a
// matrix, output pixels of a convolution, queries of one head. The reduction is
// a nest of loops, each with its stride in A; B lists its rows in the same
// order. So one emitter serves products, direct convolutions and attention.
//
// Each output is one chain of fused multiply-adds over k in order, whatever the
// configuration: results do not depend on tiles, blocks or vector width.

#ifndef TENON_BACKENDS_CPU_CONTRACTION_CONTRACTION_H
#define TENON_BACKENDS_CPU_CONTRACTION_CONTRACTION_H

#include "ir/target/TargetDescription.h"

#include "mlir/IR/Types.h"

#include <cstdint>
#include <string>

namespace tenon::cpu {

/// One loop of the reduction: `extent` steps of `leftStride` elements in A.
struct ReductionLoop {
  int64_t extent = 1;
  int64_t leftStride = 1;
};

/// How the elements of B lie in memory.
enum class RightForm {
  /// [ceil(N / panelWidth)][K][panelWidth], the last panel padded with zeros.
  Panels,
  /// [K][rightStride], read in place.
  RowMajor,
  /// [N][rightStride], each column of B contiguous: packed per tile.
  ColumnMajor,
};

/// One contraction. Sizes and strides count elements.
struct ContractionProblem {
  /// Rows and columns of C; exact, or the bound where `dynamicRows`.
  int64_t rows = 0;
  int64_t columns = 0;
  /// Outermost first; see collapseReduction.
  llvm::SmallVector<ReductionLoop> reduction;
  /// f32 or f64; or bf16 or f16, which are widened to f32.
  mlir::Type leftType;
  mlir::Type rightType;
  RightForm rightForm = RightForm::Panels;
  int64_t panelWidth = 0;
  int64_t rightStride = 0;
  /// Rows [g * rowGroup, (g + 1) * rowGroup) lie `rowStride` apart in A (all
  /// rows of a matrix; one output row of a convolution). 0: no such groups.
  int64_t rowGroup = 0;
  int64_t rowStride = 0;
  /// Whether a tile may end at any row. Otherwise tiles end at the row panels
  /// of splitRows.
  bool dynamicRows = false;

  /// K: the product of the loops' extents.
  int64_t depth() const;
  /// The type sums are kept in: f32, or f64 for f64 inputs.
  mlir::Type accumulatorType() const;
};

/// Drops loops of one step and joins loops whose elements are contiguous in A,
/// which gives longer inner loops.
llvm::SmallVector<ReductionLoop>
collapseReduction(llvm::ArrayRef<ReductionLoop> loops);

enum class TileOrder {
  /// Keep a panel of B close and walk the rows.
  ColumnsOuter,
  /// Keep rows of A close and walk the panels of B.
  RowsOuter,
};

/// How to emit a contraction. Policy fills it, emission obeys.
struct ContractionConfig {
  /// VL: lanes of one vector of sums.
  int64_t lanes = 8;
  /// MR x NR: sums kept in registers; NR is a multiple of VL.
  int64_t rowTile = 6;
  int64_t columnTile = 16;
  /// Steps of k per iteration of the innermost loop.
  int64_t unroll = 4;
  /// KC: steps of k before the sums go through memory; depth() for never.
  int64_t depthBlock = 0;
  /// MC, NC: rows and columns of one parallel tile, multiples of MR and NR.
  int64_t rowBlock = 0;
  int64_t columnBlock = 0;
  /// Steps of k by which B is fetched ahead; 0 for none. Then the row panels of
  /// a tile fetch the next panel of B as well, a part each.
  int64_t prefetch = 0;
  /// Copy the rows of A of a tile into panels [k][MR] first.
  bool packLeft = false;
  TileOrder order = TileOrder::ColumnsOuter;
  /// Why, in words, one clause per decision.
  std::string reasons;
};

/// M as `tallCount` panels of `tall` rows followed by `shortCount` panels of
/// `tall - 1` rows: as even as a bound of `rowTile` rows per panel allows.
struct RowPanels {
  int64_t tall = 0;
  int64_t tallCount = 0;
  int64_t shortCount = 0;

  int64_t count() const { return tallCount + shortCount; }
  /// The first row of the short panels.
  int64_t split() const { return tall * tallCount; }
};
RowPanels splitRows(int64_t rows, int64_t rowTile);

/// The grid of parallel tiles over C. Tile t covers row tile t / columnTiles
/// and column tile t % columnTiles.
struct TileGrid {
  int64_t rowTiles = 0;
  int64_t columnTiles = 0;
  /// Row panels per row tile.
  int64_t panelsPerTile = 0;

  int64_t count() const { return rowTiles * columnTiles; }
};
TileGrid tileGrid(const ContractionProblem &problem,
                  const ContractionConfig &config);

} // namespace tenon::cpu

#endif // TENON_BACKENDS_CPU_CONTRACTION_CONTRACTION_H
