// Copies rows that are contiguous along k into panels [k][rows], transposing
// blocks in registers.

#ifndef TENON_BACKENDS_CPU_CONTRACTION_PACKING_H
#define TENON_BACKENDS_CPU_CONTRACTION_PACKING_H

#include "backends/cpu/contraction/MicroKernel.h"

namespace tenon::cpu {

/// A panel to write: element k, i stands at offset + k * stride + i, k counted
/// from the first step of the range packed.
struct PanelTarget {
  mlir::Value memref;
  mlir::Value offset;
  int64_t stride = 0;
};

/// Copies rows `source` over `range` into `target`, widening to the element
/// type of `type`, the vector used. Up to a vector's width less one element
/// past the panel's end may be overwritten; rows of the panel past the source's
/// are undefined.
void emitPackPanel(mlir::OpBuilder &b, mlir::Location loc,
                   const LeftAccess &source, const DepthRange &range,
                   const PanelTarget &target, mlir::VectorType type);

/// Transposes a square of vectors: element j of result i is element i of
/// vectors[j]. The number of lanes is a power of two.
llvm::SmallVector<mlir::Value>
transposeSquare(mlir::OpBuilder &b, mlir::Location loc,
                llvm::ArrayRef<mlir::Value> vectors);

} // namespace tenon::cpu

#endif // TENON_BACKENDS_CPU_CONTRACTION_PACKING_H
