//===- Values.cpp - Making and comparing the values of cases --------------===//

#include "backends/reference/View.h"
#include "test/ops/OpTable.h"

#include "llvm/ADT/StringExtras.h"

#include <cmath>

using namespace llvm;

namespace tenon::optable {
namespace {

using namespace reference;

/// One of 2^53 evenly spread numbers of [0, 1): splitmix64 of seed and index.
double draw(uint64_t seed, uint64_t index) {
  uint64_t x = seed + (index + 1) * 0x9e3779b97f4a7c15;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  x ^= x >> 31;
  return static_cast<double>(x >> 11) * 0x1p-53;
}

uint64_t hash(StringRef text) {
  uint64_t value = 0xcbf29ce484222325;
  for (char c : text)
    value = (value ^ static_cast<uint8_t>(c)) * 0x100000001b3;
  return value;
}

bool parseFloat(StringRef word, ElementType type, double &value) {
  const fltSemantics &semantics = getSemantics(type);
  auto special = [&](APFloat number) {
    bool losesInfo;
    number.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven,
                   &losesInfo);
    value = number.convertToDouble();
    return true;
  };
  bool negative = word.consume_front("-");
  if (word == "nan")
    return special(APFloat::getNaN(semantics, negative));
  if (word == "max")
    return special(APFloat::getLargest(semantics, negative));
  if (word == "tiny")
    return special(APFloat::getSmallest(semantics, negative));
  if (word == "inf")
    value = HUGE_VAL;
  else if (!to_float(word, value))
    return false;
  value = negative ? -value : value;
  return true;
}

/// Stores the value that a word of the table stands for.
bool setWord(Tensor &tensor, int64_t index, StringRef word) {
  ElementType type = tensor.getElementType();
  StringRef digits = word;
  uint64_t bits;
  if (digits.consume_front("0x")) {
    if (!to_integer(digits, bits, 16))
      return false;
    tensor.setBits(index, bits);
    return true;
  }
  switch (getElementClass(type)) {
  case ElementClass::Float: {
    double value;
    if (!parseFloat(word, type, value))
      return false;
    tensor.set<double>(index, value);
    return true;
  }
  case ElementClass::Complex: {
    StringRef re = word, im = "0";
    if (word.consume_front("(") && word.consume_back(")"))
      std::tie(re, im) = word.split(',');
    double real, imag;
    if (!parseFloat(re.trim(), getRealType(type), real) ||
        !parseFloat(im.trim(), getRealType(type), imag))
      return false;
    tensor.set<std::complex<double>>(index, {real, imag});
    return true;
  }
  default:
    break;
  }
  int64_t value;
  if (word == "true" || word == "false") {
    tensor.set<uint64_t>(index, word == "true");
  } else if (word == "min" || word == "max") {
    tensor.set<uint64_t>(index, word == "max" ? getMaxInteger(type)
                                              : uint64_t(getMinInteger(type)));
  } else if (to_integer(word, value, 10)) {
    tensor.set<int64_t>(index, value);
  } else {
    if (!to_integer(word, bits, 10))
      return false;
    tensor.set<uint64_t>(index, bits);
  }
  return true;
}

/// Splits at the commas outside of parentheses.
SmallVector<StringRef> splitList(StringRef text) {
  SmallVector<StringRef> words;
  int depth = 0;
  size_t start = 0;
  for (size_t i = 0; i <= text.size(); ++i) {
    if (i == text.size() || (text[i] == ',' && depth == 0)) {
      StringRef word = text.slice(start, i).trim();
      if (!word.empty())
        words.push_back(word);
      start = i + 1;
      continue;
    }
    depth += text[i] == '(';
    depth -= text[i] == ')';
  }
  return words;
}

void fillUniform(Tensor &tensor, double low, double high, uint64_t seed) {
  ElementType type = tensor.getElementType();
  bool integral = !isFloat(type) && !isComplex(type);
  for (int64_t i = 0; i < tensor.getNumElements(); ++i) {
    // Products first, in their own statements: no contraction to fma, which
    // would give other numbers on other machines.
    double scaled =
        draw(seed, 2 * i) * (integral ? high - low + 1 : high - low);
    double value = low + scaled;
    if (integral) {
      tensor.set<int64_t>(i, static_cast<int64_t>(std::floor(value)));
    } else if (isComplex(type)) {
      double imagScaled = draw(seed, 2 * i + 1) * (high - low);
      tensor.set<std::complex<double>>(i, {value, low + imagScaled});
    } else {
      tensor.set<double>(i, value);
    }
  }
}

/// How many representable numbers apart two floats of a type are.
double getUlpDistance(const Tensor &a, const Tensor &b, int64_t index) {
  unsigned bits = getBitWidth(a.getElementType());
  uint64_t sign = uint64_t(1) << (bits - 1);
  auto order = [&](uint64_t pattern) {
    double magnitude = static_cast<double>(pattern & ~sign);
    return pattern & sign ? -magnitude : magnitude;
  };
  return std::fabs(order(a.getBits(index)) - order(b.getBits(index)));
}

/// The parts of a complex tensor as reals, so that they compare one by one.
Tensor splitComplex(const Tensor &tensor) {
  if (!isComplex(tensor.getElementType()))
    return tensor;
  return Tensor::borrow(getRealType(tensor.getElementType()),
                        {tensor.getNumElements() * 2}, tensor.getData());
}

bool isClose(const Tensor &actual, const Tensor &expected, int64_t index,
             Tolerance tolerance, double scale) {
  if (!isFloat(actual.getElementType()))
    return actual.getBits(index) == expected.getBits(index);
  double got = actual.get<double>(index), want = expected.get<double>(index);
  if (std::isnan(want) || std::isnan(got))
    return std::isnan(want) && std::isnan(got);
  if (actual.getBits(index) == expected.getBits(index))
    return true;
  switch (tolerance.kind) {
  case Tolerance::Exact:
    return false;
  case Tolerance::Ulp:
    return getUlpDistance(actual, expected, index) <= tolerance.amount;
  case Tolerance::Relative:
    return std::isfinite(want) && std::isfinite(got) &&
           std::fabs(got - want) <= tolerance.amount * scale;
  }
  llvm_unreachable("unknown tolerance");
}

} // namespace

Expected<Tensor> makeValues(const Port &port, StringRef seed) {
  Tensor tensor(port.element, port.shape);
  StringRef text = port.values;
  auto bad = [&] { return createStringError("not values: " + port.values); };
  if (text == "iota") {
    for (int64_t i = 0; i < tensor.getNumElements(); ++i)
      if (!setWord(tensor, i, std::to_string(i)))
        return bad();
    return tensor;
  }
  if (text.consume_front("uniform(") && text.consume_back(")")) {
    auto [low, high] = text.split(',');
    double from, to;
    if (!to_float(low.trim(), from) || !to_float(high.trim(), to))
      return bad();
    fillUniform(tensor, from, to, hash(seed));
    return tensor;
  }
  bool byRow = text.consume_front("by_row ");
  if (!text.consume_front("[") || !text.consume_back("]"))
    return bad();
  SmallVector<StringRef> words = splitList(text);
  if (words.empty() && tensor.getNumElements() != 0)
    return bad();
  int64_t run = byRow && !port.shape.empty() ? port.shape.back() : 1;
  for (int64_t i = 0; i < tensor.getNumElements(); ++i)
    if (!setWord(tensor, i, words[i / run % words.size()]))
      return bad();
  return tensor;
}

std::optional<std::string> findDifference(const Tensor &actual,
                                          const Tensor &expected,
                                          Tolerance tolerance) {
  if (actual.getElementType() != expected.getElementType() ||
      actual.getShape() != expected.getShape()) {
    std::string text;
    raw_string_ostream os(text);
    actual.print(os, 0);
    os << " instead of ";
    expected.print(os, 0);
    return text;
  }
  Tensor got = splitComplex(actual), want = splitComplex(expected);
  double scale = 0;
  if (isFloat(want.getElementType()))
    for (int64_t i = 0; i < want.getNumElements(); ++i)
      if (double value = std::fabs(want.get<double>(i)); std::isfinite(value))
        scale = std::max(scale, value);
  int64_t wrong = 0, first = -1;
  for (int64_t i = 0; i < want.getNumElements(); ++i) {
    if (isClose(got, want, i, tolerance, scale))
      continue;
    first = wrong++ == 0 ? i : first;
  }
  if (wrong == 0)
    return std::nullopt;
  std::string text;
  raw_string_ostream os(text);
  os << wrong << " of " << want.getNumElements() << " elements differ, first "
     << first << ": ";
  printElement(os, got, first);
  os << " instead of ";
  printElement(os, want, first);
  if (isFloat(want.getElementType()))
    os << " (" << getUlpDistance(got, want, first) << " ulp)";
  return text;
}

} // namespace tenon::optable
