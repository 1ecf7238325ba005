// Arithmetic on MLIR values, scalars or vectors alike, written as C++
// expressions, so that an expansion reads like its formula.

#ifndef TENON_BACKENDS_COMMON_MATH_LANES_H
#define TENON_BACKENDS_COMMON_MATH_LANES_H

#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/TypeUtilities.h"

namespace tenon::math {

class Int;
class Mask;

/// Where expressions are built: an insertion point and a shape.
struct LaneBuilder {
  mlir::OpBuilder &b;
  mlir::Location loc;
  /// The vector shape and scalability to use; null for scalars.
  mlir::VectorType shape;

  /// `element`, or a vector of it.
  mlir::Type typeOf(mlir::Type element) const;
  /// A constant in every lane.
  mlir::Value constant(mlir::Type element, double value) const;
  mlir::Value constantInt(mlir::Type element, int64_t value) const;
};

/// A floating-point value. Constants take the type of the other operand.
class Real {
public:
  Real(const LaneBuilder &lanes, mlir::Value value)
      : lanes(&lanes), value(value) {}

  /// `c` in the type of this value.
  Real like(double c) const;
  /// The same number in a wider or narrower type, rounded to nearest even.
  Real convert(mlir::Type element) const;
  /// The bits, as an integer of the same width.
  Int bits() const;
  mlir::Type element() const { return getElementTypeOrSelf(value); }

  const LaneBuilder *lanes;
  mlir::Value value;
};

/// An integer value.
class Int {
public:
  Int(const LaneBuilder &lanes, mlir::Value value)
      : lanes(&lanes), value(value) {}

  Int like(int64_t c) const;
  /// The bits, as a floating-point number of the same width.
  Real asReal() const;
  /// The nearest floating-point number, of the same width.
  Real toReal(mlir::Type element) const;
  Int truncate(mlir::Type element) const;
  Int extendUnsigned(mlir::Type element) const;
  mlir::Type element() const { return getElementTypeOrSelf(value); }

  const LaneBuilder *lanes;
  mlir::Value value;
};

/// A truth value per lane.
class Mask {
public:
  Mask(const LaneBuilder &lanes, mlir::Value value)
      : lanes(&lanes), value(value) {}

  const LaneBuilder *lanes;
  mlir::Value value;
};

Real operator+(Real x, Real y);
Real operator-(Real x, Real y);
Real operator*(Real x, Real y);
Real operator/(Real x, Real y);
Real operator-(Real x);
inline Real operator+(Real x, double y) { return x + x.like(y); }
inline Real operator-(Real x, double y) { return x - x.like(y); }
inline Real operator*(Real x, double y) { return x * x.like(y); }
inline Real operator-(double x, Real y) { return y.like(x) - y; }
inline Real operator/(double x, Real y) { return y.like(x) / y; }

/// x * y + z, rounded once.
Real fma(Real x, Real y, Real z);
inline Real fma(Real x, double y, Real z) { return fma(x, x.like(y), z); }
inline Real fma(Real x, Real y, double z) { return fma(x, y, x.like(z)); }
inline Real fma(Real x, double y, double z) {
  return fma(x, x.like(y), x.like(z));
}
Real abs(Real x);
Real sqrt(Real x);
Real trunc(Real x);
/// The magnitude of `x` with the sign of `sign`.
Real copySign(Real x, Real sign);

/// c[0] + c[1] x + c[2] x^2 + ..., by Horner's rule.
Real polynomial(Real x, llvm::ArrayRef<double> c);

/// Comparisons are false where an operand is NaN, but for `differs`.
Mask operator<(Real x, Real y);
Mask equals(Real x, Real y);
Mask differs(Real x, Real y);
inline Mask operator<(Real x, double y) { return x < x.like(y); }
inline Mask operator<(double x, Real y) { return y.like(x) < y; }
inline Mask equals(Real x, double y) { return equals(x, x.like(y)); }
Mask operator&(Mask x, Mask y);
Mask operator|(Mask x, Mask y);

Real select(Mask condition, Real x, Real y);
inline Real select(Mask condition, double x, Real y) {
  return select(condition, y.like(x), y);
}
inline Real select(Mask condition, Real x, double y) {
  return select(condition, x, x.like(y));
}
Int select(Mask condition, Int x, Int y);

/// `x` forced into [low, high]; NaN stays NaN.
Real clampKeepNan(Real x, double low, double high);

Int operator+(Int x, Int y);
Int operator-(Int x, Int y);
Int operator*(Int x, Int y);
Int operator&(Int x, Int y);
Int operator|(Int x, Int y);
Int operator<<(Int x, Int y);
Int shiftRightLogical(Int x, Int y);
Int shiftRightArithmetic(Int x, Int y);
Mask operator<(Int x, Int y);
Mask equals(Int x, Int y);
inline Int operator+(Int x, int64_t y) { return x + x.like(y); }
inline Int operator-(Int x, int64_t y) { return x - x.like(y); }
inline Int operator&(Int x, int64_t y) { return x & x.like(y); }
inline Int operator|(Int x, int64_t y) { return x | x.like(y); }
inline Int operator<<(Int x, int64_t y) { return x << x.like(y); }
inline Mask operator<(Int x, int64_t y) { return x < x.like(y); }
inline Mask equals(Int x, int64_t y) { return equals(x, x.like(y)); }
inline Int shiftRightLogical(Int x, int64_t y) {
  return shiftRightLogical(x, x.like(y));
}
inline Int shiftRightArithmetic(Int x, int64_t y) {
  return shiftRightArithmetic(x, x.like(y));
}

/// What `compute` gives where some lane of `condition` is set, and `otherwise`,
/// of the same types, where none is. `compute` builds at the lanes it is given.
llvm::SmallVector<mlir::Value>
ifAny(Mask condition, llvm::ArrayRef<mlir::Value> otherwise,
      llvm::function_ref<llvm::SmallVector<mlir::Value>(const LaneBuilder &)>
          compute);

/// 2^n as f32, for n in [-126, 127], from i32.
Real powerOfTwo(Int n);

} // namespace tenon::math

#endif // TENON_BACKENDS_COMMON_MATH_LANES_H
