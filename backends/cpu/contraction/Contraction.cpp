#include "backends/cpu/contraction/Contraction.h"

#include "mlir/IR/BuiltinTypes.h"
#include "llvm/Support/MathExtras.h"

using namespace tenon::cpu;

int64_t ContractionProblem::depth() const {
  int64_t product = 1;
  for (const ReductionLoop &loop : reduction)
    product *= loop.extent;
  return product;
}

mlir::Type ContractionProblem::accumulatorType() const {
  if (leftType.isF64())
    return leftType;
  return mlir::Float32Type::get(leftType.getContext());
}

llvm::SmallVector<ReductionLoop>
tenon::cpu::collapseReduction(llvm::ArrayRef<ReductionLoop> loops) {
  llvm::SmallVector<ReductionLoop> result;
  for (const ReductionLoop &loop : loops) {
    if (loop.extent == 1)
      continue;
    if (!result.empty() &&
        result.back().leftStride == loop.extent * loop.leftStride)
      result.back() = {result.back().extent * loop.extent, loop.leftStride};
    else
      result.push_back(loop);
  }
  if (result.empty())
    result.push_back({1, 1});
  return result;
}

RowPanels tenon::cpu::splitRows(int64_t rows, int64_t rowTile) {
  int64_t panels = llvm::divideCeil(rows, rowTile);
  int64_t tall = llvm::divideCeil(rows, panels);
  int64_t tallCount = rows - (tall - 1) * panels;
  return {tall, tallCount, panels - tallCount};
}

TileGrid tenon::cpu::tileGrid(const ContractionProblem &problem,
                              const ContractionConfig &config) {
  TileGrid grid;
  grid.panelsPerTile = std::max<int64_t>(1, config.rowBlock / config.rowTile);
  int64_t panels = problem.dynamicRows
                       ? llvm::divideCeil(problem.rows, config.rowTile)
                       : splitRows(problem.rows, config.rowTile).count();
  grid.rowTiles = llvm::divideCeil(panels, grid.panelsPerTile);
  grid.columnTiles = llvm::divideCeil(problem.columns, config.columnBlock);
  return grid;
}
