// The innermost part of a contraction: one register tile of sums, kept in
// registers over a nest of reduction loops.

#ifndef TENON_BACKENDS_CPU_CONTRACTION_MICROKERNEL_H
#define TENON_BACKENDS_CPU_CONTRACTION_MICROKERNEL_H

#include "backends/cpu/contraction/Contraction.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinTypes.h"

namespace tenon::cpu {

/// A register tile: `rows` x `vectors` vectors of sums; the last vector of a
/// row has `lastLanes` columns that exist.
struct RegisterTile {
  int64_t rows = 0;
  int64_t vectors = 0;
  int64_t lastLanes = 0;

  /// Columns of vector `v` that exist.
  int64_t lanesOf(int64_t v, int64_t width) const {
    return v + 1 == vectors ? lastLanes : width;
  }
};

/// How the micro-kernel reads A: element rowOffsets[i] + shift, the shift
/// following `loops`.
struct LeftAccess {
  mlir::Value memref;
  llvm::SmallVector<mlir::Value> rowOffsets;
  llvm::SmallVector<ReductionLoop> loops;
};

/// How it reads B: element offset + k * depthStride + column. Of a register
/// tile of several panels, columns beyond `panelWidth` stand `panelStride`
/// elements further for each panel.
struct RightAccess {
  mlir::Value memref;
  mlir::Value offset;
  int64_t depthStride = 0;
  int64_t panelWidth = 0; ///< 0: all columns stand side by side.
  int64_t panelStride = 0;
  /// What is fetched of the columns that come after these: `nextLines` cache
  /// lines with every unrolled step, from line number `nextFirst` on. They
  /// stand in runs of `runLines` lines, `runStride` elements from run to run,
  /// the first at element `next`. `begin` is the element of B where this
  /// block's first step is.
  int64_t nextLines = 0;
  int64_t runLines = 0;
  int64_t runStride = 0;
  mlir::Value nextFirst;
  mlir::Value next;
  mlir::Value begin;

  /// Where column `column`, a constant, stands from `offset`.
  int64_t columnOffset(int64_t column) const {
    return panelWidth ? column / panelWidth * panelStride + column % panelWidth
                      : column;
  }
  /// Whether columns past the last lane can be read (padded panels).
  bool padded = true;
};

/// The steps of the outermost reduction loop to run: [begin, end), index
/// values. `mayBeRagged` when their number need not be a multiple of the
/// unroll factor.
struct DepthRange {
  mlir::Value begin;
  mlir::Value end;
  bool mayBeRagged = true;
};

/// Adds the products over `range` to `sums`, rows x vectors values of `type` in
/// row-major order, and returns the new sums.
llvm::SmallVector<mlir::Value>
emitSums(mlir::OpBuilder &b, mlir::Location loc,
         const ContractionConfig &config, const RegisterTile &tile,
         mlir::VectorType type, const LeftAccess &left,
         const RightAccess &right, const DepthRange &range,
         llvm::ArrayRef<mlir::Value> sums);

/// Widens bf16 or f16 values, scalar or vector, to the element type of sums.
mlir::Value widen(mlir::OpBuilder &b, mlir::Location loc, mlir::Value value,
                  mlir::Type element);

} // namespace tenon::cpu

#endif // TENON_BACKENDS_CPU_CONTRACTION_MICROKERNEL_H
