#include "backends/cpu/contraction/ContractionScratch.h"

#include "llvm/Support/MathExtras.h"

using namespace tenon::cpu;

int64_t tenon::cpu::depthBlockOf(const ContractionProblem &problem,
                                 const ContractionConfig &config) {
  int64_t depth = problem.depth();
  if (!config.depthBlock || config.depthBlock >= depth)
    return depth;
  int64_t inner = depth / problem.reduction.front().extent;
  return std::max<int64_t>(1, config.depthBlock / inner) * inner;
}

bool tenon::cpu::isDepthBlocked(const ContractionProblem &problem,
                                const ContractionConfig &config) {
  return depthBlockOf(problem, config) < problem.depth();
}

int64_t tenon::cpu::paddedColumns(const ContractionProblem &problem,
                                  const ContractionConfig &config) {
  return llvm::alignTo(std::min(config.columnBlock, problem.columns),
                       config.columnTile);
}

int64_t tenon::cpu::rowsPerTile(const ContractionProblem &problem,
                                const ContractionConfig &config) {
  return tileGrid(problem, config).panelsPerTile * config.rowTile;
}

ScratchLayout tenon::cpu::layoutScratch(const ContractionProblem &problem,
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

int64_t tenon::cpu::contractionScratchBytes(const ContractionProblem &problem,
                                            const ContractionConfig &config,
                                            EpilogueMode mode) {
  return layoutScratch(problem, config, mode).bytes;
}
