// The loops of a tile, from the outside in.

#include "backends/cpu/contraction/TileEmitter.h"

#include "backends/cpu/contraction/Packing.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace tenon::cpu;

void TileEmitter::forRows(OpBuilder &b, Value begin, Value end, int64_t step,
                          function_ref<void(OpBuilder &, Value)> body) {
  Value stepValue = IndexBuilder(b, loc).constant(step);
  scf::ForOp::create(b, loc, begin, end, stepValue, ValueRange(),
                     [&](OpBuilder &b, Location loc, Value i, ValueRange) {
                       body(b, i);
                       scf::YieldOp::create(b, loc);
                     });
}

void TileEmitter::emit(OpBuilder &b) {
  int64_t rows = rowsPerTile(problem, config);
  int64_t columns = paddedColumns(problem, config);
  bool blocked = isDepthBlocked(problem, config);
  if (blocked)
    partials = view(b, layout.partials, rows * columns);
  if (callbacks.epilogueMode == EpilogueMode::Loop)
    registerTile =
        view(b, layout.registerTile, config.rowTile * config.columnTile);
  if (config.packLeft)
    packedLeft = view(b, layout.packedLeft,
                      rows * depthBlockOf(problem, config) + config.lanes);
  if (problem.rightForm == RightForm::ColumnMajor) {
    packedRight = view(b, layout.packedRight, columns * problem.depth());
    packRightColumns(b);
  }

  IndexBuilder index(b, loc);
  int64_t extent = problem.reduction.front().extent;
  Value zero = index.constant(0);
  Value end = index.constant(extent);
  if (!blocked) {
    if (callbacks.beginDepthBlock)
      callbacks.beginDepthBlock(b, loc, zero);
    emitDepthBlock(b, {{zero, end, extent % config.unroll != 0}, {}, {}});
    return;
  }
  int64_t step = depthBlockOf(problem, config) / (problem.depth() / extent);
  bool ragged = extent % config.unroll != 0 || step % config.unroll != 0;
  forRows(b, zero, end, step, [&](OpBuilder &b, Value begin) {
    IndexBuilder index(b, loc);
    Value blockEnd = index.min(index.add(begin, step), end);
    auto equal = arith::CmpIPredicate::eq;
    Value isFirst = arith::CmpIOp::create(b, loc, equal, begin, zero);
    Value isLast = arith::CmpIOp::create(b, loc, equal, blockEnd, end);
    if (callbacks.beginDepthBlock)
      callbacks.beginDepthBlock(b, loc, begin);
    emitDepthBlock(b, {{begin, blockEnd, ragged}, isFirst, isLast});
  });
}

void TileEmitter::packRightColumns(OpBuilder &b) {
  emitColumns(b, [&](OpBuilder &b, Value column, int64_t columns) {
    IndexBuilder index(b, loc);
    Value base = index.mul(column, problem.rightStride);
    if (operands.rightOffset)
      base = index.add(operands.rightOffset, base);
    SmallVector<Value> offsets;
    for (int64_t j = 0; j < columns; ++j)
      offsets.push_back(index.add(base, j * problem.rightStride));
    Value target =
        index.mul(index.sub(column, range.columnBegin), problem.depth());
    SmallVector<ReductionLoop> loops = {{problem.depth(), 1}};
    Value zero = index.constant(0);
    emitPackPanel(b, loc, {operands.right, offsets, loops},
                  {zero, index.constant(problem.depth()), true},
                  {packedRight, target, config.columnTile}, type);
  });
}

void TileEmitter::emitDepthBlock(OpBuilder &b, const DepthBlock &depth) {
  if (config.packLeft)
    emitRows(b, [&](OpBuilder &b, const RowPanel &panel) {
      IndexBuilder index(b, loc);
      LeftAccess source = accessRows(b, panel);
      Value target = index.mul(index.sub(panel.row, range.rowBegin),
                               depthBlockOf(problem, config));
      emitPackPanel(b, loc, source, depth.steps,
                    {packedLeft, target, panel.rows}, type);
    });

  if (config.order == TileOrder::ColumnsOuter) {
    emitColumns(b, [&](OpBuilder &b, Value column, int64_t columns) {
      emitRows(b, [&](OpBuilder &b, const RowPanel &panel) {
        emitRegisterTile(b, depth, panel, column, columns);
      });
    });
    return;
  }
  emitRows(b, [&](OpBuilder &b, const RowPanel &panel) {
    emitColumns(b, [&](OpBuilder &b, Value column, int64_t columns) {
      emitRegisterTile(b, depth, panel, column, columns);
    });
  });
}

void TileEmitter::emitColumns(
    OpBuilder &b, function_ref<void(OpBuilder &, Value, int64_t)> body) {
  IndexBuilder index(b, loc);
  int64_t ragged = problem.columns % config.columnTile;
  int64_t whole = problem.columns - ragged;
  if (whole)
    forRows(b, range.columnBegin,
            index.min(range.columnEnd, index.constant(whole)),
            config.columnTile, [&](OpBuilder &b, Value column) {
              body(b, column, config.columnTile);
            });
  // At most one iteration: the loop asks whether this tile holds the last
  // columns.
  if (ragged)
    forRows(b, index.max(range.columnBegin, index.constant(whole)),
            range.columnEnd, config.columnTile,
            [&](OpBuilder &b, Value column) {
              body(b, index.constant(whole), ragged);
            });
}

void TileEmitter::emitRows(
    OpBuilder &b, function_ref<void(OpBuilder &, const RowPanel &)> body) {
  IndexBuilder index(b, loc);
  auto loop = [&](Value begin, Value end, int64_t rows, bool guarded) {
    forRows(b, begin, end, rows,
            [&](OpBuilder &b, Value row) { body(b, {row, rows, guarded}); });
  };
  if (problem.dynamicRows) {
    Value count = index.sub(range.rowEnd, range.rowBegin);
    Value wholeEnd = index.sub(range.rowEnd, index.rem(count, config.rowTile));
    if (problem.rows >= config.rowTile)
      loop(range.rowBegin, wholeEnd, config.rowTile, /*guarded=*/false);
    // At most one iteration.
    loop(wholeEnd, range.rowEnd, config.rowTile, /*guarded=*/true);
    return;
  }
  RowPanels panels = splitRows(problem.rows, config.rowTile);
  if (!panels.shortCount) {
    loop(range.rowBegin, range.rowEnd, panels.tall, /*guarded=*/false);
    return;
  }
  Value split = index.constant(panels.split());
  loop(range.rowBegin, index.min(range.rowEnd, split), panels.tall,
       /*guarded=*/false);
  loop(index.max(range.rowBegin, split), range.rowEnd, panels.tall - 1,
       /*guarded=*/false);
}
