// How a tile of a contraction divides its scratch. Internal to this folder.

#ifndef TENON_BACKENDS_CPU_CONTRACTION_CONTRACTIONSCRATCH_H
#define TENON_BACKENDS_CPU_CONTRACTION_CONTRACTIONSCRATCH_H

#include "backends/cpu/contraction/ContractionTile.h"

namespace tenon::cpu {

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
                     const ContractionConfig &config);

/// Whether sums go through memory at all.
bool isDepthBlocked(const ContractionProblem &problem,
                    const ContractionConfig &config);

/// Columns of a parallel tile, whole register tiles.
int64_t paddedColumns(const ContractionProblem &problem,
                      const ContractionConfig &config);

/// Rows of a parallel tile, whole panels.
int64_t rowsPerTile(const ContractionProblem &problem,
                    const ContractionConfig &config);

ScratchLayout layoutScratch(const ContractionProblem &problem,
                            const ContractionConfig &config, EpilogueMode mode);

} // namespace tenon::cpu

#endif // TENON_BACKENDS_CPU_CONTRACTION_CONTRACTIONSCRATCH_H
