//===- Fourier.cpp - Rules of the Fourier transforms ----------------------===//
//
// A transform of length n is a product with an n x n matrix where n is small or
// a prime, and two shorter transforms with a twist between them where it is not
// (J. W. Cooley, J. W. Tukey, Math. Comp. 19, 1965). Real and imaginary parts
// are tensors of their own throughout.
//
//===----------------------------------------------------------------------===//
#include "compiler/import/stablehlo/OpConversion.h"
#include "compiler/import/stablehlo/dialect/HloDialect.h"

#include <cmath>
#include <numbers>

using namespace mlir;
using namespace tenon;
using namespace tenon::stablehlo;

/// Up to this length a product is as good as anything.
static constexpr int64_t kSmall = 64;
/// The longest prime factor, whose matrix has as many rows and columns.
static constexpr int64_t kLongestPrime = 2048;

namespace {

/// A complex tensor in two parts.
struct Parts {
  Value real, imag;
};

/// Transforms along the last dimension.
class Transformer {
public:
  Transformer(graph::ValueBuilder &b, Type element, bool inverse)
      : b(b), element(element), sign(inverse ? 1.0 : -1.0) {}

  Parts transform(Parts x);
  /// Multiplies both parts.
  Parts scale(Parts x, double factor) {
    return {b.multiply(x.real, factor), b.multiply(x.imag, factor)};
  }

private:
  Parts multiplyMatrix(Parts x, int64_t n);
  Parts split(Parts x, int64_t n, int64_t rows);
  Value table(ArrayRef<int64_t> shape,
              llvm::function_ref<double(int64_t, int64_t)> angle, bool sine);
  Parts multiply(Parts x, Value cosine, Value sine) {
    return {b.subtract(b.multiply(x.real, cosine), b.multiply(x.imag, sine)),
            b.add(b.multiply(x.real, sine), b.multiply(x.imag, cosine))};
  }
  template <typename Fn> Parts forBoth(Parts x, Fn fn) {
    return {fn(x.real), fn(x.imag)};
  }

  graph::ValueBuilder &b;
  Type element;
  double sign;
};

} // namespace

/// The largest divisor of n up to kSmall, or the smallest prime one.
static int64_t getDivisor(int64_t n) {
  for (int64_t divisor = kSmall; divisor > 1; --divisor)
    if (n % divisor == 0)
      return divisor;
  for (int64_t divisor = kSmall; divisor * divisor <= n; ++divisor)
    if (n % divisor == 0)
      return divisor;
  return n;
}

static bool canTransform(int64_t n) {
  while (n > kSmall) {
    int64_t divisor = getDivisor(n);
    if (divisor == n)
      return n <= kLongestPrime;
    if (divisor > kLongestPrime)
      return false;
    n /= divisor;
  }
  return n > 0;
}

/// cos or sin of angle(i, j) in a shape whose last two dimensions count i and
/// j.
Value Transformer::table(ArrayRef<int64_t> shape,
                         llvm::function_ref<double(int64_t, int64_t)> angle,
                         bool sine) {
  auto type = RankedTensorType::get(shape, element);
  const llvm::fltSemantics &semantics =
      cast<FloatType>(element).getFloatSemantics();
  SmallVector<APFloat> values;
  for (int64_t i = 0; i < shape[0]; ++i)
    for (int64_t j = 0; j < shape[1]; ++j) {
      APFloat value(sine ? std::sin(angle(i, j)) : std::cos(angle(i, j)));
      bool loses;
      value.convert(semantics, APFloat::rmNearestTiesToEven, &loses);
      values.push_back(value);
    }
  return b.constant(DenseElementsAttr::get(type, values));
}

Parts Transformer::multiplyMatrix(Parts x, int64_t n) {
  // The exponent modulo n keeps the angle, and with it the error, small.
  auto angle = [&](int64_t i, int64_t j) {
    return sign * 2 * std::numbers::pi * static_cast<double>(i * j % n) / n;
  };
  Value cosine = table({n, n}, angle, false), sine = table({n, n}, angle, true);
  int64_t last = graph::getTensor(x.real).getRank() - 1;
  auto dot = [&](Value part, Value matrix) {
    return b.dot(part, matrix, {}, {}, {last}, {0});
  };
  return {b.subtract(dot(x.real, cosine), dot(x.imag, sine)),
          b.add(dot(x.real, sine), dot(x.imag, cosine))};
}

/// Element j = rows index * columns + column index; element k = row index +
/// rows
/// * column index of the result.
Parts Transformer::split(Parts x, int64_t n, int64_t rows) {
  int64_t columns = n / rows;
  SmallVector<int64_t> shape(graph::getTensor(x.real).getShape());
  int64_t rank = shape.size();
  SmallVector<int64_t> square(shape);
  square.back() = rows;
  square.push_back(columns);
  auto swap = llvm::to_vector(llvm::seq<int64_t>(0, rank + 1));
  std::swap(swap[rank - 1], swap[rank]);
  auto reshapeTo = [&](ArrayRef<int64_t> to) {
    return [&, to](Value part) { return b.reshape(part, to); };
  };
  auto transpose = [&](Value part) { return b.transpose(part, swap); };
  // Over rows, which have to stand last: [.., columns, rows].
  Parts work = forBoth(forBoth(x, reshapeTo(square)), transpose);
  work = transform(work);
  auto angle = [&](int64_t column, int64_t row) {
    return sign * 2 * std::numbers::pi * static_cast<double>(column * row % n) /
           n;
  };
  auto spread = [&](Value twist) {
    return b.broadcastLike(twist, work.real, {rank - 1, rank});
  };
  work = multiply(work, spread(table({columns, rows}, angle, false)),
                  spread(table({columns, rows}, angle, true)));
  // Over columns: [.., rows, columns], and back, so that columns count slowest.
  work = transform(forBoth(work, transpose));
  return forBoth(forBoth(work, transpose), reshapeTo(shape));
}

Parts Transformer::transform(Parts x) {
  int64_t n = graph::getTensor(x.real).getShape().back();
  if (n == 1)
    return x;
  int64_t divisor = n > kSmall ? getDivisor(n) : n;
  return divisor == n ? multiplyMatrix(x, n) : split(x, n, divisor);
}

//===----------------------------------------------------------------------===//
// The rule
//===----------------------------------------------------------------------===//

/// Transforms along dimension `dim`.
static Parts transformAlong(graph::ValueBuilder &b, Parts x, int64_t dim,
                            bool inverse) {
  auto type = graph::getTensor(x.real);
  int64_t last = type.getRank() - 1, n = type.getDimSize(dim);
  auto swap = llvm::to_vector(llvm::seq<int64_t>(0, last + 1));
  std::swap(swap[dim], swap[last]);
  auto transpose = [&](Value part) {
    return dim == last ? part : b.transpose(part, swap);
  };
  Transformer transformer(b, type.getElementType(), inverse);
  Parts work = transformer.transform({transpose(x.real), transpose(x.imag)});
  if (inverse)
    work = transformer.scale(work, 1.0 / n);
  return {transpose(work.real), transpose(work.imag)};
}

/// The first `count` elements of the last dimension, from `start` on.
static Value takeLast(graph::ValueBuilder &b, Value x, int64_t start,
                      int64_t count) {
  SmallVector<int64_t> limits(graph::getTensor(x).getShape());
  SmallVector<int64_t> starts(limits.size(), 0);
  starts.back() = start;
  limits.back() = start + count;
  return b.slice(x, starts, limits);
}

/// The whole spectrum of length n of a real signal from its first half.
static Parts mirror(graph::ValueBuilder &b, Parts half, int64_t n) {
  int64_t known = n / 2 + 1, rest = n - known;
  if (rest == 0)
    return half;
  int64_t last = graph::getTensor(half.real).getRank() - 1;
  auto reversed = [&](Value part) {
    Value inner = takeLast(b, part, 1, rest);
    return graph::ReverseOp::create(b.getBuilder(), b.getLoc(), inner.getType(),
                                    inner, ArrayRef<int64_t>{last})
        .getResult();
  };
  return {b.concatenate({half.real, reversed(half.real)}, last),
          b.concatenate({half.imag, b.negate(reversed(half.imag))}, last)};
}

static LogicalResult convertFft(OpConversion &conversion) {
  graph::ValueBuilder &b = conversion.build();
  FftType kind = conversion.attr<FftTypeAttr>("fft_type").getValue();
  SmallVector<int64_t> lengths = conversion.integers("fft_length");
  RankedTensorType type = conversion.operandType(0);
  int64_t rank = type.getRank(), count = lengths.size();
  bool realInput = kind == FftType::RFFT, realOutput = kind == FftType::IRFFT;
  bool inverse = kind == FftType::IFFT || realOutput;
  auto complex = dyn_cast<ComplexType>(type.getElementType());
  Type element = complex ? complex.getElementType() : type.getElementType();
  if (realInput == static_cast<bool>(complex) || count < 1 || count > rank)
    return conversion.invalid("has an operand that does not fit its type");
  for (auto [i, length] : llvm::enumerate(lengths)) {
    int64_t size = type.getDimSize(rank - count + i);
    bool isHalf = realOutput && static_cast<int64_t>(i) + 1 == count;
    if (size != (isHalf ? length / 2 + 1 : length))
      return conversion.invalid("has lengths that are not its operand's");
    if (!canTransform(length))
      return conversion.unsupported("a length with a prime factor above " +
                                    Twine(kLongestPrime));
  }
  auto part = [&](StringRef name) {
    return conversion.create(name, conversion.operand(0), type.clone(element))
        ->getResult(0);
  };
  Parts x = realInput ? Parts{conversion.operand(0),
                              b.fillLike(0.0, conversion.operand(0))}
                      : Parts{part("real"), part("imag")};
  // The last dimension, of which one side may be real, comes last on the way
  // back and first on the way there.
  for (int64_t dim = rank - count; inverse && dim < rank - 1; ++dim)
    x = transformAlong(b, x, dim, inverse);
  if (realOutput)
    x = mirror(b, x, lengths.back());
  x = transformAlong(b, x, rank - 1, inverse);
  if (realOutput)
    return conversion.replace(x.real);
  if (realInput) {
    int64_t known = lengths.back() / 2 + 1;
    x = {takeLast(b, x.real, 0, known), takeLast(b, x.imag, 0, known)};
  }
  for (int64_t dim = rank - count; !inverse && dim < rank - 1; ++dim)
    x = transformAlong(b, x, dim, inverse);
  return conversion.replaceWith("complex", {x.real, x.imag});
}

void stablehlo::addFourierRules(RuleTable &table) {
  table.add("stablehlo.fft", convertFft, "prime factors up to 2048");
}
