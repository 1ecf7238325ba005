// The sums of a register tile: where they start, and the epilogue that uses
// them up.

#include "backends/cpu/contraction/TileEmitter.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace tenon::cpu;

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
  SmallVector<Value> sums =
      emitSums(b, loc, config, tile, type, accessLeft(b, depth, panel),
               accessRight(b, depth, panel, column), depth.steps,
               firstSums(b, depth, tile, partial));
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
