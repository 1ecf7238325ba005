// What the emitters of one kernel's stages share on every target: the tile they
// are in, the buffers, and where each stage's results go.

#ifndef TENON_BACKENDS_COMMON_STAGE_KERNELFRAME_H
#define TENON_BACKENDS_COMMON_STAGE_KERNELFRAME_H

#include "backends/common/emit/EmitContext.h"
#include "backends/common/stage/StagePath.h"
#include "ir/kernel/KernelOps.h"

namespace tenon::emit {

/// The part of one dimension that the current tile covers.
struct TileRange1D {
  /// First index and one past the last, of type index.
  mlir::Value begin;
  mlir::Value end;
  /// `begin` as an expression.
  mlir::AffineExpr beginExpr;
  /// The dimension's full extent, and the most that one tile covers.
  int64_t extent = 0;
  int64_t maxCount = 0;
  /// Whether there is more than one tile along the dimension, and whether each
  /// covers exactly maxCount.
  bool split = false;
  bool exact = true;
};

/// The iteration space of a stage, restricted to the tile.
using TileBox = llvm::SmallVector<TileRange1D, 4>;

/// Where one yielded value of a stage is written.
struct StageTarget {
  /// The value inside the stage, and the stage's result.
  mlir::Value yielded;
  mlir::Value result;
  StagePath path;
  /// The dimensions of the root's iteration space that the value has; all, or
  /// the kept ones of a row stage.
  llvm::SmallVector<int64_t> dims;
  /// Memory to write to: the kernel's outputs that are this value, or scratch.
  llvm::SmallVector<Storage, 1> storages;
  /// The kernel's outputs among them.
  llvm::SmallVector<unsigned, 1> outputs;
};

/// One emission. A target adds its memory and its way to fill some.
class KernelFrame {
public:
  /// Emits vectors of `lanes` at the insertion point of `builder`.
  KernelFrame(kernel::FusedOp kernel, mlir::OpBuilder &builder, int64_t lanes)
      : kernel(kernel), context(builder, kernel.getLoc(), lanes) {}
  virtual ~KernelFrame() = default;

  kernel::FusedOp kernel;
  EmitContext context;

  /// Buffers as function arguments: inputs, then outputs.
  llvm::SmallVector<mlir::Value> buffers;

  /// A flat memref of `count` elements of `memoryType` in tile scratch.
  virtual mlir::Value allocate(mlir::Type memoryType, int64_t count) = 0;

  /// Sets the tile that is emitted, from its number (index).
  void enterTile(mlir::Value number);
  /// The tile's part of an iteration space. Fails with a diagnostic on `stage`
  /// if the domain is not a prefix of it.
  mlir::FailureOr<TileBox> getBox(kernel::StageOp stage,
                                  llvm::ArrayRef<int64_t> shape);

  /// Storage of input or output number `i` of the kernel.
  Storage inputStorage(unsigned i);
  Storage outputStorage(unsigned i);

  /// Decides where the value `yielded`, result number `i` of `stage`, goes, and
  /// has later stages find it there.
  StageTarget makeTarget(kernel::StageOp stage, unsigned i, StagePath path,
                         llvm::ArrayRef<int64_t> dims, const TileBox &box);
  /// Targets of all that a stage of `form` yields and that has elements, in
  /// order: those with an element per element of the root, and per row.
  void makeTargets(kernel::StageOp stage, const StageForm &form,
                   const TileBox &box, llvm::SmallVectorImpl<StageTarget> &wide,
                   llvm::SmallVectorImpl<StageTarget> &perRow);
  /// The same for a stage without rows.
  llvm::SmallVector<StageTarget>
  makeTargets(kernel::StageOp stage, const StageForm &form, const TileBox &box);
  /// Emits the values of `targets` at the root's indices, all of them, and then
  /// stores them: a target may stand where another one reads.
  void emitTargets(llvm::ArrayRef<StageTarget> targets, const IndexMap &root,
                   mlir::Value mask);
  /// Zeroes what the layouts of the target's outputs add around the logical
  /// elements of this tile.
  void zeroSurroundings(const StageTarget &target, const TileBox &box);

protected:
  /// Zeroes the box of `ranges` of an output. `order` lists the dimensions as
  /// they are stored, outermost first; indices lie within `margin` of the
  /// logical extents.
  virtual void zeroBox(mlir::Type elementType, const Storage &storage,
                       llvm::ArrayRef<TileRange1D> ranges,
                       llvm::ArrayRef<int64_t> order, int64_t margin) = 0;

private:
  llvm::SmallVector<TileRange1D> tile;
};

/// The types of the kernel's buffers, inputs then outputs: flat memrefs of the
/// layouts' sizes.
llvm::SmallVector<mlir::Type> getBufferTypes(kernel::FusedOp kernel);

/// Refuses all ops of the kernel that cannot be emitted, with one diagnostic
/// for each.
mlir::LogicalResult checkOps(kernel::FusedOp kernel);

} // namespace tenon::emit

#endif // TENON_BACKENDS_COMMON_STAGE_KERNELFRAME_H
