// The inverse of erf. With w = -log(1 - x^2), the quotient erfinv(x) / x is
// smooth: a polynomial in w near 0, and one in sqrt(w) in the tails (M. Giles,
// GPU Computing Gems 2, 2011).

#include "backends/common/math/DoubleFunctions.h"
#include "backends/common/math/MathFunctions.h"

using namespace tenon::math;

Real tenon::math::erfInverse(Real x) {
  if (x.element().isF64())
    return f64::erfInverse(x);
  constexpr double infinity = std::numeric_limits<double>::infinity();
  // Towards 1 the difference from it is exact, and the square is not.
  Real a = abs(x);
  Real w = -select(a < 0.5, log1p(-(x * x)), log((1.0 - a) * (a + 1.0)));
  Real near =
      polynomial(w - 2.5, {0x1.805c5ep+0, 0x1.f91ec6p-3, -0x1.11ca4cp-8,
                           -0x1.48a6e8p-10, 0x1.ca70fcp-13, -0x1.270e50p-18,
                           -0x1.d99faap-19, 0x1.711050p-22, 0x1.ea191ep-26});
  Real far = polynomial(sqrt(w) - 3.0,
                        {0x1.6a9efep+1, 0x1.006dbap+0, 0x1.35226ep-7,
                         -0x1.f3e9f6p-8, 0x1.7a434cp-8, -0x1.de615cp-9,
                         0x1.4f435ap-10, 0x1.3e533ep-14, -0x1.3b3748p-13});
  Real y = x * select(w < 5.0, near, far);
  // Beyond 1 the logarithm is NaN, and so is the result.
  return select(equals(a, 1.0), copySign(x.like(infinity), x), y);
}

mlir::Value tenon::math::emitErfInverse(mlir::OpBuilder &b, mlir::Location loc,
                                        mlir::Value x) {
  LaneBuilder lanes{b, loc, dyn_cast<mlir::VectorType>(x.getType())};
  return erfInverse(Real(lanes, x)).value;
}
