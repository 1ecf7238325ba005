#include "backends/cpu/contraction/ContractionTile.h"

#include "backends/cpu/codegen/VectorAccess.h"
#include "backends/cpu/contraction/MicroKernel.h"
#include "backends/cpu/contraction/Packing.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace tenon::cpu;

namespace {

/// Where the parts of a tile's scratch begin, in bytes from its start.
struct ScratchLayout {
  /// Sums of the tile between blocks of k, [rowBlock][columnBlock].
  int64_t partials = 0;
  /// One register tile, for EpilogueMode::Loop.
  int64_t registerTile = 0;
  /// Panels of A, [rows][depthBlock] in all.
  int64_t packedLeft = 0;
  /// Panels of B, [columnBlock / NR][K][NR].
  int64_t packedRight = 0;
  int64_t bytes = 0;
};

/// Steps of k before sums go through memory: whole steps of the outermost loop,
/// at least one.
int64_t depthBlockOf(const ContractionProblem &problem,
                     const ContractionConfig &config) {
  int64_t depth = problem.depth();
  if (!config.depthBlock || config.depthBlock >= depth)
    return depth;
  int64_t inner = depth / problem.reduction.front().extent;
  return std::max<int64_t>(1, config.depthBlock / inner) * inner;
}

bool isDepthBlocked(const ContractionProblem &problem,
                    const ContractionConfig &config) {
  return depthBlockOf(problem, config) < problem.depth();
}

/// Columns of a parallel tile, whole register tiles.
int64_t paddedColumns(const ContractionProblem &problem,
                      const ContractionConfig &config) {
  return llvm::alignTo(std::min(config.columnBlock, problem.columns),
                       config.columnTile);
}

int64_t rowsPerTile(const ContractionProblem &problem,
                    const ContractionConfig &config) {
  return tileGrid(problem, config).panelsPerTile * config.rowTile;
}

ScratchLayout layoutScratch(const ContractionProblem &problem,
                            const ContractionConfig &config,
                            EpilogueMode mode) {
  int64_t size = problem.accumulatorType().getIntOrFloatBitWidth() / 8;
  ScratchLayout layout;
  auto reserve = [&](int64_t &offset, int64_t elements) {
    offset = layout.bytes;
    layout.bytes += llvm::alignTo(elements * size, 64);
  };
  int64_t rows = rowsPerTile(problem, config);
  int64_t columns = paddedColumns(problem, config);
  if (isDepthBlocked(problem, config))
    reserve(layout.partials, rows * columns);
  if (mode == EpilogueMode::Loop)
    reserve(layout.registerTile, config.rowTile * config.columnTile);
  if (config.packLeft)
    // The last panel's vectors are stored whole, past its last row.
    reserve(layout.packedLeft,
            rows * depthBlockOf(problem, config) + config.lanes);
  if (problem.rightForm == RightForm::ColumnMajor)
    reserve(layout.packedRight, columns * problem.depth());
  return layout;
}

/// Emits one tile; its fields are what all register tiles share.
class TileEmitter {
public:
  TileEmitter(Location loc, const ContractionProblem &problem,
              const ContractionConfig &config,
              const ContractionOperands &operands, const TileRange &range,
              const ContractionCallbacks &callbacks)
      : loc(loc), problem(problem), config(config), operands(operands),
        range(range), callbacks(callbacks),
        layout(layoutScratch(problem, config, callbacks.epilogueMode)),
        type(VectorType::get({config.lanes}, problem.accumulatorType())) {}

  void emit(OpBuilder &b);

private:
  /// Rows [row, row + rows), or as many of them as lie below the tile's end
  /// where `guarded`.
  struct RowPanel {
    Value row;
    int64_t rows = 0;
    bool guarded = false;
  };

  /// One block of k: its steps of the outermost loop, and whether it is the
  /// first and the last (null when there is only one block).
  struct DepthBlock {
    DepthRange steps;
    Value isFirst;
    Value isLast;
  };

  void emitDepthBlock(OpBuilder &b, const DepthBlock &depth);
  void emitColumns(OpBuilder &b,
                   function_ref<void(OpBuilder &, Value, int64_t)> body);
  void emitRows(OpBuilder &b,
                function_ref<void(OpBuilder &, const RowPanel &)> body);
  void emitRegisterTile(OpBuilder &b, const DepthBlock &depth,
                        const RowPanel &panel, Value column, int64_t columns);
  void emitEpilogue(OpBuilder &b, const RegisterTile &tile,
                    const RowPanel &panel, Value column, ArrayRef<Value> sums);
  void forRows(OpBuilder &b, Value begin, Value end, int64_t step,
               function_ref<void(OpBuilder &, Value)> body);
  LeftAccess accessLeft(OpBuilder &b, const DepthBlock &depth,
                        const RowPanel &panel);
  /// The panel's rows in place.
  LeftAccess accessRows(OpBuilder &b, const RowPanel &panel);
  RightAccess accessRight(OpBuilder &b, Value column);
  SmallVector<Value> firstSums(OpBuilder &b, const DepthBlock &depth,
                               const RegisterTile &tile, Value partial);
  void packRightColumns(OpBuilder &b);
  /// Whether the rows of such a panel lie rowStride apart wherever it is.
  bool isUniform(const RowPanel &panel) const;
  /// The part of this tile's scratch at `offset`.
  Value view(OpBuilder &b, int64_t offset, int64_t elements) {
    return viewScratch(b, loc, operands.scratch,
                       operands.scratchOffset + offset, elements,
                       problem.accumulatorType());
  }

  Location loc;
  const ContractionProblem &problem;
  const ContractionConfig &config;
  const ContractionOperands &operands;
  const TileRange &range;
  const ContractionCallbacks &callbacks;
  ScratchLayout layout;
  VectorType type;
  /// Views of scratch; null where not used.
  Value partials, registerTile, packedLeft, packedRight;
};

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

RightAccess TileEmitter::accessRight(OpBuilder &b, Value column) {
  IndexBuilder index(b, loc);
  RightAccess access;
  access.memref = operands.right;
  switch (problem.rightForm) {
  case RightForm::Panels: {
    int64_t width = problem.panelWidth;
    Value panel = index.mul(index.div(column, width), problem.depth() * width);
    access.offset = index.add(panel, index.rem(column, width));
    access.depthStride = width;
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

SmallVector<Value> TileEmitter::firstSums(OpBuilder &b, const DepthBlock &depth,
                                          const RegisterTile &tile,
                                          Value partial) {
  Value zero = arith::ConstantOp::create(b, loc, type, b.getZeroAttr(type));
  int64_t count = tile.rows * tile.vectors;
  if (!depth.isFirst)
    return SmallVector<Value>(count, zero);
  int64_t stride = paddedColumns(problem, config);
  auto choose = scf::IfOp::create(
      b, loc, depth.isFirst,
      [&](OpBuilder &b, Location loc) {
        scf::YieldOp::create(b, loc, SmallVector<Value>(count, zero));
      },
      [&](OpBuilder &b, Location loc) {
        IndexBuilder index(b, loc);
        SmallVector<Value> sums;
        for (int64_t i = 0; i < tile.rows; ++i)
          for (int64_t v = 0; v < tile.vectors; ++v)
            sums.push_back(vector::LoadOp::create(
                b, loc, type, partials,
                index.add(partial, i * stride + v * config.lanes)));
        scf::YieldOp::create(b, loc, sums);
      });
  return SmallVector<Value>(choose.getResults());
}

void TileEmitter::emitRegisterTile(OpBuilder &b, const DepthBlock &depth,
                                   const RowPanel &panel, Value column,
                                   int64_t columns) {
  IndexBuilder index(b, loc);
  RegisterTile tile;
  tile.rows = panel.rows;
  tile.vectors = llvm::divideCeil(columns, config.lanes);
  tile.lastLanes = columns - (tile.vectors - 1) * config.lanes;

  int64_t stride = paddedColumns(problem, config);
  Value partial;
  if (depth.isFirst)
    partial = index.add(index.mul(index.sub(panel.row, range.rowBegin), stride),
                        index.sub(column, range.columnBegin));
  SmallVector<Value> sums = emitSums(
      b, loc, config, tile, type, accessLeft(b, depth, panel),
      accessRight(b, column), depth.steps, firstSums(b, depth, tile, partial));
  if (!depth.isLast) {
    emitEpilogue(b, tile, panel, column, sums);
    return;
  }
  scf::IfOp::create(
      b, loc, depth.isLast,
      [&](OpBuilder &b, Location loc) {
        emitEpilogue(b, tile, panel, column, sums);
        scf::YieldOp::create(b, loc);
      },
      [&](OpBuilder &b, Location loc) {
        IndexBuilder index(b, loc);
        for (int64_t i = 0; i < tile.rows; ++i)
          for (int64_t v = 0; v < tile.vectors; ++v)
            vector::StoreOp::create(
                b, loc, sums[i * tile.vectors + v], partials,
                index.add(partial, i * stride + v * config.lanes));
        scf::YieldOp::create(b, loc);
      });
}

void TileEmitter::emitEpilogue(OpBuilder &b, const RegisterTile &tile,
                               const RowPanel &panel, Value column,
                               ArrayRef<Value> sums) {
  IndexBuilder index(b, loc);
  auto fragment = [&](OpBuilder &b, Value row, int64_t v, Value value) {
    IndexBuilder index(b, loc);
    callbacks.epilogue(b, loc,
                       {row, index.add(column, v * config.lanes),
                        tile.lanesOf(v, config.lanes), value});
  };
  if (callbacks.epilogueMode == EpilogueMode::Loop) {
    for (auto [i, sum] : llvm::enumerate(sums))
      vector::StoreOp::create(b, loc, sum, registerTile,
                              index.constant(i * config.lanes));
    Value end = index.constant(tile.rows);
    if (panel.guarded)
      end = index.min(end, index.sub(range.rowEnd, panel.row));
    forRows(b, index.constant(0), end, 1, [&](OpBuilder &b, Value i) {
      IndexBuilder index(b, loc);
      Value base = index.mul(i, tile.vectors * config.lanes);
      for (int64_t v = 0; v < tile.vectors; ++v)
        fragment(b, index.add(panel.row, i), v,
                 vector::LoadOp::create(b, loc, type, registerTile,
                                        index.add(base, v * config.lanes)));
    });
    return;
  }
  auto emitRow = [&](OpBuilder &b, Value row, int64_t i) {
    for (int64_t v = 0; v < tile.vectors; ++v)
      fragment(b, row, v, sums[i * tile.vectors + v]);
  };
  for (int64_t i = 0; i < tile.rows; ++i) {
    Value current = index.add(panel.row, i);
    if (!panel.guarded || i == 0) {
      emitRow(b, current, i);
      continue;
    }
    Value exists = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::slt,
                                         current, range.rowEnd);
    scf::IfOp::create(b, loc, exists, [&](OpBuilder &b, Location loc) {
      emitRow(b, current, i);
      scf::YieldOp::create(b, loc);
    });
  }
}

} // namespace

int64_t tenon::cpu::contractionScratchBytes(const ContractionProblem &problem,
                                            const ContractionConfig &config,
                                            EpilogueMode mode) {
  return layoutScratch(problem, config, mode).bytes;
}

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
