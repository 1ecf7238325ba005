// Where the operands of a register tile are: A in place or packed, B in panels,
// rows or columns.

#include "backends/cpu/contraction/TileEmitter.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace tenon::cpu;

/// Bytes of a cache line.
static constexpr int64_t cacheLine = 64;

bool TileEmitter::isUniform(const RowPanel &panel) const {
  if (!problem.rowGroup || panel.guarded)
    return false;
  if (problem.rowGroup >= problem.rows)
    return true;
  RowPanels panels = splitRows(problem.rows, config.rowTile);
  return !problem.dynamicRows && panels.shortCount == 0 &&
         problem.rowGroup % panel.rows == 0;
}

LeftAccess TileEmitter::accessLeft(OpBuilder &b, const DepthBlock &depth,
                                   const RowPanel &panel) {
  if (config.packLeft) {
    IndexBuilder index(b, loc);
    LeftAccess access;
    // Panels hold the steps of this block only, and the loops count from the
    // block's first step.
    int64_t inner = problem.depth() / problem.reduction.front().extent;
    int64_t rows = panel.rows;
    Value base = index.mul(index.sub(panel.row, range.rowBegin),
                           depthBlockOf(problem, config));
    Value first = index.mul(depth.steps.begin, inner * rows);
    base = index.sub(base, first);
    access.memref = packedLeft;
    for (int64_t i = 0; i < rows; ++i)
      access.rowOffsets.push_back(index.add(base, i));
    int64_t stride = problem.depth() * rows;
    for (const ReductionLoop &loop : problem.reduction) {
      stride /= loop.extent;
      access.loops.push_back({loop.extent, stride});
    }
    return access;
  }

  return accessRows(b, panel);
}

LeftAccess TileEmitter::accessRows(OpBuilder &b, const RowPanel &panel) {
  IndexBuilder index(b, loc);
  LeftAccess access;
  access.memref = operands.left;
  access.loops = problem.reduction;
  if (isUniform(panel)) {
    Value base = callbacks.leftOffset(b, loc, panel.row);
    for (int64_t i = 0; i < panel.rows; ++i)
      access.rowOffsets.push_back(index.add(base, i * problem.rowStride));
    return access;
  }
  Value last = index.sub(range.rowEnd, index.constant(1));
  for (int64_t i = 0; i < panel.rows; ++i) {
    Value row = index.add(panel.row, i);
    // Rows past the end repeat the last one; their sums are not stored.
    if (panel.guarded && i > 0)
      row = index.min(row, last);
    access.rowOffsets.push_back(callbacks.leftOffset(b, loc, row));
  }
  return access;
}

int64_t TileEmitter::nextPanelLines() const {
  if (!config.prefetch || problem.rightForm != RightForm::Panels)
    return 0;
  int64_t panels = tileGrid(problem, config).panelsPerTile;
  if (panels < 2)
    return 0;
  int64_t bytes = problem.rightType.getIntOrFloatBitWidth() / 8;
  // A part of a panel, or several, are fetched by the lines of their rows.
  if (config.columnTile != problem.panelWidth &&
      (config.columnTile * bytes % cacheLine ||
       problem.panelWidth * bytes % cacheLine))
    return 0;
  int64_t perStep =
      llvm::divideCeil(config.columnTile * bytes, cacheLine) * config.unroll;
  return llvm::divideCeil(perStep, panels);
}

RightAccess TileEmitter::accessRight(OpBuilder &b, const DepthBlock &depth,
                                     const RowPanel &panel, Value column) {
  RightAccess access = accessColumns(b, column);
  access.nextLines = nextPanelLines();
  if (!access.nextLines)
    return access;
  // Each row panel fetches its share of the next columns of B, so that the
  // first of them does not wait for memory.
  IndexBuilder index(b, loc);
  int64_t inner = problem.depth() / problem.reduction.front().extent;
  access.begin = index.add(
      access.offset, index.mul(depth.steps.begin, inner * access.depthStride));
  int64_t steps = depthBlockOf(problem, config);
  Value number =
      index.div(index.sub(panel.row, range.rowBegin), config.rowTile);
  access.nextFirst =
      index.mul(number, steps / config.unroll * access.nextLines);

  int64_t width = problem.panelWidth, tile = config.columnTile;
  int64_t perLine = cacheLine * 8 / problem.rightType.getIntOrFloatBitWidth();
  access.next =
      index.add(access.begin, problem.depth() * std::max(width, tile));
  if (tile == width) {
    access.runLines = 1;
    access.runStride = perLine;
  } else if (tile > width) {
    access.runLines = steps * width / perLine;
    access.runStride = access.panelStride;
  } else {
    access.runLines = tile / perLine;
    access.runStride = width;
    // Beside these columns, or at the beginning of the next panel.
    Value inPanel = index.rem(column, width);
    Value isLast = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::eq,
                                         inPanel, index.constant(width - tile));
    access.next =
        arith::SelectOp::create(b, loc, isLast, index.sub(access.next, inPanel),
                                index.add(access.begin, tile));
  }
  return access;
}

RightAccess TileEmitter::accessColumns(OpBuilder &b, Value column) {
  IndexBuilder index(b, loc);
  RightAccess access;
  access.memref = operands.right;
  switch (problem.rightForm) {
  case RightForm::Panels: {
    int64_t width = problem.panelWidth;
    Value panel = index.mul(index.div(column, width), problem.depth() * width);
    access.offset = index.add(panel, index.rem(column, width));
    access.depthStride = width;
    access.panelWidth = width;
    access.panelStride = problem.depth() * width;
    break;
  }
  case RightForm::RowMajor:
    access.offset = column;
    access.depthStride = problem.rightStride;
    access.padded = false;
    break;
  case RightForm::ColumnMajor:
    access.memref = packedRight;
    access.offset =
        index.mul(index.sub(column, range.columnBegin), problem.depth());
    access.depthStride = config.columnTile;
    return access;
  }
  if (operands.rightOffset)
    access.offset = index.add(access.offset, operands.rightOffset);
  return access;
}
