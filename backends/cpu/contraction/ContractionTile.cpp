#include "backends/cpu/contraction/ContractionTile.h"

#include "backends/cpu/contraction/TileEmitter.h"

using namespace mlir;
using namespace tenon::cpu;

TileRange tenon::cpu::emitTileRange(OpBuilder &b, Location loc,
                                    const ContractionProblem &problem,
                                    const ContractionConfig &config,
                                    Value tile) {
  IndexBuilder index(b, loc);
  TileGrid grid = tileGrid(problem, config);
  Value rowTile = index.div(tile, grid.columnTiles);
  Value columnTile = index.rem(tile, grid.columnTiles);
  TileRange range;
  range.columnBegin = index.mul(columnTile, config.columnBlock);
  range.columnEnd = index.min(index.add(range.columnBegin, config.columnBlock),
                              index.constant(problem.columns));
  Value firstPanel = index.mul(rowTile, grid.panelsPerTile);
  Value lastPanel = index.add(firstPanel, grid.panelsPerTile);
  auto rowOfPanel = [&](Value panel) -> Value {
    if (problem.dynamicRows)
      return index.min(index.mul(panel, config.rowTile),
                       index.constant(problem.rows));
    RowPanels panels = splitRows(problem.rows, config.rowTile);
    panel = index.min(panel, index.constant(panels.count()));
    Value row = index.mul(panel, panels.tall);
    if (!panels.shortCount)
      return row;
    // Each short panel before this one holds a row less.
    Value shortBefore = index.max(
        index.sub(panel, index.constant(panels.tallCount)), index.constant(0));
    return index.sub(row, shortBefore);
  };
  range.rowBegin = rowOfPanel(firstPanel);
  range.rowEnd = rowOfPanel(lastPanel);
  return range;
}

void tenon::cpu::emitContractionTile(OpBuilder &b, Location loc,
                                     const ContractionProblem &problem,
                                     const ContractionConfig &config,
                                     const ContractionOperands &operands,
                                     const TileRange &range,
                                     const ContractionCallbacks &callbacks) {
  TileEmitter(loc, problem, config, operands, range, callbacks).emit(b);
}
