//===- Random.cpp - Rules of the generators of random bits ----------------===//
//
// Threefry and Philox (J. K. Salmon et al., SC 2011), on counters that follow
// each other from the state on, with the order of results that XLA gives them:
// the same state gives the same bits.
//
//===----------------------------------------------------------------------===//
#include "compiler/import/stablehlo/OpConversion.h"
#include "compiler/import/stablehlo/dialect/HloDialect.h"

using namespace mlir;
using namespace tenon;
using namespace tenon::stablehlo;

namespace {

/// Arithmetic on unsigned numbers of 32 and 64 bits.
class Bits {
public:
  explicit Bits(graph::ValueBuilder &b)
      : b(b), ui32(IntegerType::get(b.getBuilder().getContext(), 32,
                                    IntegerType::Unsigned)),
        ui64(IntegerType::get(b.getBuilder().getContext(), 64,
                              IntegerType::Unsigned)) {}

  /// The number in the type of `like`.
  Value number(uint64_t value, Value like) {
    RankedTensorType type = graph::getTensor(like);
    unsigned width = type.getElementType().getIntOrFloatBitWidth();
    return b.constant(DenseElementsAttr::get(type, APInt(width, value)));
  }
  Value add(Value x, Value y) { return b.add(x, y); }
  Value add(Value x, uint64_t y) { return b.add(x, number(y, x)); }
  Value exclusiveOr(Value x, Value y) { return b.make<graph::XorOp>(x, y); }
  Value shiftLeft(Value x, uint64_t count) {
    return b.make<graph::ShiftLeftOp>(x, number(count, x));
  }
  Value shiftRight(Value x, uint64_t count) {
    return b.make<graph::ShiftRightLogicalOp>(x, number(count, x));
  }
  Value rotateLeft(Value x, uint64_t count) {
    return b.make<graph::OrOp>(shiftLeft(x, count), shiftRight(x, 32 - count));
  }
  Value low(Value wide) { return b.convert(wide, ui32); }
  Value high(Value wide) { return b.convert(shiftRight(wide, 32), ui32); }
  Value join(Value low, Value high) {
    return b.make<graph::OrOp>(b.convert(low, ui64),
                               shiftLeft(b.convert(high, ui64), 32));
  }
  /// A scalar in every place of `like`.
  Value spread(Value scalar, Value like) {
    return b.broadcastLike(scalar, like, {});
  }

  graph::ValueBuilder &b;
  Type ui32, ui64;
};

using Words = SmallVector<Value, 4>;

/// Two words of 32 bits by a key of two: 20 rounds.
Words threefry(Bits &m, Words x, Value key) {
  constexpr uint64_t rotations[2][4] = {{13, 15, 26, 6}, {17, 29, 16, 24}};
  Value first = m.low(key), second = m.high(key);
  Value third =
      m.exclusiveOr(m.exclusiveOr(first, second), m.number(0x1BD11BDA, first));
  Value keys[] = {m.spread(first, x[0]), m.spread(second, x[0]),
                  m.spread(third, x[0])};
  x = {m.add(x[0], keys[0]), m.add(x[1], keys[1])};
  for (unsigned group = 0; group < 5; ++group) {
    for (uint64_t rotation : rotations[group % 2]) {
      x[0] = m.add(x[0], x[1]);
      x[1] = m.exclusiveOr(m.rotateLeft(x[1], rotation), x[0]);
    }
    x[0] = m.add(x[0], keys[(group + 1) % 3]);
    x[1] = m.add(m.add(x[1], keys[(group + 2) % 3]), group + 1);
  }
  return x;
}

/// Four words of 32 bits by a key of two: 10 rounds.
Words philox(Bits &m, Words x, Value key) {
  auto multiply = [&](Value word, uint64_t factor) {
    Value wide = m.b.convert(word, m.ui64);
    return m.b.multiply(wide, m.number(factor, wide));
  };
  Value first = m.low(key), second = m.high(key);
  for (unsigned round = 0; round < 10; ++round) {
    Value p = multiply(x[0], 0xD2511F53), q = multiply(x[2], 0xCD9E8D57);
    Value keyFirst = m.spread(first, x[0]), keySecond = m.spread(second, x[0]);
    x = {m.exclusiveOr(m.exclusiveOr(m.high(q), x[1]), keyFirst), m.low(q),
         m.exclusiveOr(m.exclusiveOr(m.high(p), x[3]), keySecond), m.low(p)};
    first = m.add(first, 0x9E3779B9);
    second = m.add(second, 0xBB67AE85);
  }
  return x;
}

/// The bits of one op.
class Generator {
public:
  Generator(graph::ValueBuilder &b, Value state, RankedTensorType type)
      : b(b), m(b), state(state), shape(type.getShape()),
        count(type.getNumElements()),
        isWide(type.getElementTypeBitWidth() == 64) {}

  Value generateThreefry();
  Value generatePhilox();
  /// The state for whoever continues.
  Value getNext() { return next; }

private:
  Value word(int64_t index) {
    return b.reshape(b.slice(state, {index}, {index + 1}), {});
  }
  /// Numbers 0, 1, ... in row-major order.
  Value countPlaces(ArrayRef<int64_t> extents) {
    int64_t places = ShapedType::getNumElements(extents);
    auto type = RankedTensorType::get({places}, m.ui64);
    Value iota =
        graph::IotaOp::create(b.getBuilder(), b.getLoc(), type, int64_t(0));
    return b.reshape(iota, extents);
  }
  void advance(ArrayRef<Value> words) {
    SmallVector<Value> lines;
    for (Value value : words)
      lines.push_back(b.reshape(value, {1}));
    next = b.concatenate(lines, 0);
  }

  graph::ValueBuilder &b;
  Bits m;
  Value state, next;
  ArrayRef<int64_t> shape;
  int64_t count;
  bool isWide;
};

} // namespace

/// Key and counter of 64 bits. Words of 32 bits come in pairs, beside each
/// other along the first even dimension, or the longest one where all are odd.
Value Generator::generateThreefry() {
  Value key = word(0), counter = word(1);
  SmallVector<int64_t> half(shape.empty() ? ArrayRef<int64_t>{1} : shape);
  int64_t dim = 0;
  if (!isWide) {
    auto even = llvm::find_if(half, [](int64_t n) { return n % 2 == 0; });
    dim = (even != half.end() ? even : llvm::max_element(half)) - half.begin();
    half[dim] = (half[dim] + 1) / 2;
  }
  Value places = countPlaces(half);
  Value counters = m.add(m.spread(counter, places), places);
  Words x = threefry(m, {m.low(counters), m.high(counters)}, key);
  advance({key, m.add(counter, ShapedType::getNumElements(half))});
  if (isWide)
    return b.reshape(m.join(x[0], x[1]), shape);
  SmallVector<int64_t> paired(half), whole(half);
  paired.insert(paired.begin() + dim + 1, 1);
  Value pairs = b.concatenate(
      {b.reshape(x[0], paired), b.reshape(x[1], paired)}, dim + 1);
  whole[dim] *= 2;
  SmallVector<int64_t> limits(shape.empty() ? ArrayRef<int64_t>{1} : shape);
  Value result = b.slice(b.reshape(pairs, whole),
                         SmallVector<int64_t>(limits.size(), 0), limits);
  return b.reshape(result, shape);
}

/// A key of 64 bits and a counter of 128: of a state of two words, the key is
/// the counter's high half as well. Each counter gives four words, in order.
Value Generator::generatePhilox() {
  bool isLong = graph::getTensor(state).getDimSize(0) >= 3;
  Value key = word(0), low = word(1), high = isLong ? word(2) : key;
  int64_t perBlock = isWide ? 2 : 4, blocks = llvm::divideCeil(count, perBlock);
  Value places = countPlaces({blocks});
  auto carry = [&](Value sum, Value start) {
    Value over = b.compare(graph::ComparisonDirection::LT, sum, start);
    return b.convert(over, m.ui64);
  };
  Value start = m.spread(low, places);
  Value lows = m.add(start, places);
  Value highs = m.add(m.spread(high, places), carry(lows, start));
  Words x =
      philox(m, {m.low(lows), m.high(lows), m.low(highs), m.high(highs)}, key);
  Value nextLow = m.add(low, blocks);
  Value nextHigh = m.add(high, carry(nextLow, low));
  if (isLong)
    advance({key, nextLow, nextHigh});
  else
    advance({key, nextLow});
  if (isWide)
    x = {m.join(x[0], x[1]), m.join(x[2], x[3])};
  SmallVector<Value> columns;
  for (Value words : x)
    columns.push_back(b.reshape(words, {blocks, 1}));
  Value all = b.reshape(b.concatenate(columns, 1), {blocks * perBlock});
  return b.reshape(b.slice(all, {0}, {count}), shape);
}

static LogicalResult convertRngBitGenerator(OpConversion &conversion) {
  graph::ValueBuilder &b = conversion.build();
  RngAlgorithm algorithm =
      conversion.attr<RngAlgorithmAttr>("rng_algorithm").getValue();
  RankedTensorType type = conversion.resultType(1);
  RankedTensorType stateType = conversion.operandType(0);
  auto element = dyn_cast<IntegerType>(type.getElementType());
  int64_t words = stateType.getRank() == 1 ? stateType.getDimSize(0) : 0;
  bool isThreefry = algorithm == RngAlgorithm::THREE_FRY;
  auto stateElement = dyn_cast<IntegerType>(stateType.getElementType());
  if (!stateElement || stateElement.getWidth() != 64 ||
      !stateElement.isUnsigned() || words < 2 || words > (isThreefry ? 2 : 3))
    return conversion.unsupported("a state that is not ui64[2], nor ui64[3] of "
                                  "Philox");
  if (!element || element.getWidth() < 8)
    return conversion.unsupported("results of " +
                                  Twine(type.getElementTypeBitWidth()) +
                                  " bits that are no integers of whole bytes");
  if (!type.hasStaticShape())
    return conversion.unsupported("results of open size");
  if (type.getNumElements() == 0)
    return conversion.replace({conversion.operand(0), b.fill(0.0, type)});
  Generator generator(b, conversion.operand(0), type);
  Value bits =
      isThreefry ? generator.generateThreefry() : generator.generatePhilox();
  return conversion.replace({generator.getNext(), b.convert(bits, element)});
}

void stablehlo::addRandomRules(RuleTable &table) {
  table.add("stablehlo.rng_bit_generator", convertRngBitGenerator,
            "integers of 8 to 64 bits; DEFAULT is Philox");
}
