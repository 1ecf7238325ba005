// The variables of the loops that are being emitted, and affine expressions
// over them: ranges, known divisors, simplification, and what an expression
// does from one lane to the next.

#ifndef TENON_BACKENDS_COMMON_EMIT_INDEXSPACE_H
#define TENON_BACKENDS_COMMON_EMIT_INDEXSPACE_H

#include "mlir/IR/AffineMap.h"
#include "mlir/IR/Value.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace tenon::emit {

/// The logical indices of one element of a tensor: one expression per
/// dimension, over the variables of an IndexSpace (as affine dimensions).
using IndexMap = llvm::SmallVector<mlir::AffineExpr, 4>;

/// How a variable's value differs between the lanes of a vector.
enum class LaneKind {
  /// The same in all lanes.
  Uniform,
  /// `value` in lane 0 and one more in each lane after it.
  Consecutive,
  /// Anything: the value is a vector.
  PerLane,
};

/// An index that emitted code knows: a loop's counter, a tile's start, an index
/// that was loaded.
struct IndexVariable {
  LaneKind kind = LaneKind::Uniform;
  /// Of type index, or vector<VL x index> if PerLane; null outside of its loop.
  mlir::Value value;
  /// Inclusive bounds of the index over all lanes that count.
  int64_t lower = 0;
  int64_t upper = 0;
  /// `value` is a multiple of this.
  int64_t divisor = 1;
};

/// A closed interval.
struct IndexRange {
  int64_t lower = 0;
  int64_t upper = 0;
  bool within(int64_t low, int64_t high) const {
    return lower >= low && upper <= high;
  }
};

/// What an expression does from lane to lane: the value of lane l is that of
/// lane 0 plus l * stride; none if it is no such sequence.
struct LaneStep {
  std::optional<int64_t> stride;
  bool isUniform() const { return stride == 0; }
};

/// A sum of multiples of terms, none of which is itself a sum or a multiple.
struct LinearForm {
  llvm::SmallVector<std::pair<mlir::AffineExpr, int64_t>, 4> terms;
  int64_t constant = 0;

  void add(mlir::AffineExpr term, int64_t factor);
};

/// The variables of one emission. Variables are never removed, so that an
/// expression means the same thing for good.
class IndexSpace {
public:
  IndexSpace(mlir::MLIRContext *context, int64_t lanes)
      : context(context), lanes(lanes) {}

  mlir::MLIRContext *getContext() const { return context; }
  /// VL, the lanes of a vector.
  int64_t getLanes() const { return lanes; }

  /// A new variable as an expression.
  mlir::AffineExpr add(IndexVariable variable);
  /// The variable that `expr`, as returned by `add`, stands for.
  IndexVariable &get(mlir::AffineExpr expr);
  const IndexVariable &get(mlir::AffineExpr expr) const;

  mlir::AffineExpr constant(int64_t value) const;

  IndexRange getRange(mlir::AffineExpr expr) const;
  /// A number that divides `expr` for lane 0; 0 if it is 0.
  int64_t getDivisor(mlir::AffineExpr expr) const;
  /// Proves what it can about `expr` between lanes, by ranges and divisors.
  LaneStep getLaneStep(mlir::AffineExpr expr) const;
  /// Whether all indices are the same in all lanes, provably.
  bool isUniform(llvm::ArrayRef<mlir::AffineExpr> indices) const;

  LinearForm getLinearForm(mlir::AffineExpr expr) const;
  mlir::AffineExpr fromLinearForm(const LinearForm &form) const;
  /// Removes quotients and remainders that ranges decide. Equal functions get
  /// equal expressions in the usual cases, though not in all.
  mlir::AffineExpr simplify(mlir::AffineExpr expr) const;

  /// The factor of `variable` in `expr`, whose remainder goes to `rest`; none
  /// if the expression is not linear in it.
  std::optional<int64_t> splitLinear(mlir::AffineExpr expr,
                                     mlir::AffineExpr variable,
                                     mlir::AffineExpr &rest) const;

  /// Row-major position of `indices` in a box of `shape`.
  mlir::AffineExpr linearize(llvm::ArrayRef<mlir::AffineExpr> indices,
                             llvm::ArrayRef<int64_t> shape) const;
  /// The indices in a box of `shape` of its element number `linear`.
  IndexMap delinearize(mlir::AffineExpr linear,
                       llvm::ArrayRef<int64_t> shape) const;
  /// The indices in a box of shape `to` of the element that `indices` name in
  /// one of shape `from`, with as many elements.
  IndexMap reshape(llvm::ArrayRef<mlir::AffineExpr> indices,
                   llvm::ArrayRef<int64_t> from,
                   llvm::ArrayRef<int64_t> to) const;

private:
  mlir::AffineExpr simplifyDiv(LinearForm form, int64_t divisor) const;
  mlir::AffineExpr simplifyMod(LinearForm form, int64_t divisor) const;
  /// Lane 0's residue modulo `divisor` and how far lanes stay below it.
  bool staysInBlock(mlir::AffineExpr expr, int64_t stride,
                    int64_t divisor) const;

  mlir::MLIRContext *context;
  int64_t lanes;
  std::vector<IndexVariable> variables;
};

} // namespace tenon::emit

#endif // TENON_BACKENDS_COMMON_EMIT_INDEXSPACE_H
