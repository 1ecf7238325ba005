// The product of two staged tiles: A of rows x depth and B of depth x columns
// stand in shared memory, the block's threads add A * B to sums that they hold
// in registers. Where there are more threads than the sums of a tile need, each
// part of them adds up its own part of the depth, and the parts' sums are added
// in the parts' order when the tile is done.

#ifndef TENON_BACKENDS_CUDA_EMIT_BLOCKPRODUCT_H
#define TENON_BACKENDS_CUDA_EMIT_BLOCKPRODUCT_H

#include "backends/cuda/emit/BlockState.h"

#include <memory>

namespace tenon::cuda {

class BlockProduct {
public:
  virtual ~BlockProduct() = default;

  /// Bytes of the staging area that the product needs, tiles of A and B or the
  /// tile of sums.
  virtual int64_t stagingBytes() const = 0;
  /// Makes the views of the staging area. Before all that follows.
  virtual void open() = 0;
  /// Element types of the staged operands: values are given in their registers.
  virtual mlir::Type leftType() const = 0;
  virtual mlir::Type rightType() const = 0;
  /// Whether steps of a tile are best handed to neighbouring threads in eights,
  /// each beside the same ones of the next rows or columns: where neighbouring
  /// steps lie far apart in shared memory, a whole warp of them would store to
  /// few banks.
  virtual bool interleavesSteps() const = 0;
  /// Stores an element of a tile; indices are values of type index.
  virtual void storeLeft(mlir::Value value, mlir::Value row,
                         mlir::Value step) = 0;
  virtual void storeRight(mlir::Value value, mlir::Value step,
                          mlir::Value column) = 0;

  /// The sums at the start: zeros.
  virtual llvm::SmallVector<mlir::Value> zeroSums() = 0;
  /// Adds the product of the staged tiles.
  virtual llvm::SmallVector<mlir::Value> multiply(mlir::ValueRange sums) = 0;
  /// Writes the sums over the staging area; then any thread may load any.
  virtual void storeSums(mlir::ValueRange sums) = 0;
  virtual mlir::Value loadSum(mlir::Value row, mlir::Value column) = 0;
};

/// The product that `config` asks for. Operand types are element types, `sum`
/// that of the result.
std::unique_ptr<BlockProduct>
createBlockProduct(BlockState &state, kernel::BlockContractionConfigAttr config,
                   mlir::Type left, mlir::Type right, mlir::Type sum);

/// Whether warps can multiply the types with tensor cores without losing bits.
bool canUseMma(mlir::Type left, mlir::Type right, mlir::Type sum);

} // namespace tenon::cuda

#endif // TENON_BACKENDS_CUDA_EMIT_BLOCKPRODUCT_H
