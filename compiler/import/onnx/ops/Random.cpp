//===- Random.cpp - ONNX's random ops -------------------------------------===//
//
// Numbers come from a counter and a key, by Threefry-2x32 with 20 rounds (J. K.
// Salmon et al., Parallel random numbers: as easy as 1, 2, 3, 2011). The key is
// the node's seed, or its name where it has none, so that a compiled model
// draws the same numbers at each run.
//
//===----------------------------------------------------------------------===//
#include "compiler/import/onnx/ops/Random.h"
#include "compiler/import/onnx/OpTable.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/bit.h"

#include <cmath>
#include <numbers>

using namespace tenon;
using namespace tenon::onnx;
using graph::ComparisonDirection;
using llvm::ArrayRef;

namespace {

/// A stream of random numbers for one node.
class Generator {
public:
  explicit Generator(NodeContext &n) : e(n.emit()) {
    // Dropout's seed is an integer, those of the others are floats.
    const AttributeProto *seed = n.attrs().find("seed");
    if (seed && seed->type() == AttributeProto::INT) {
      key[0] = static_cast<uint32_t>(n.attrs().getInt("seed", 0));
    } else if (seed) {
      key[0] = llvm::bit_cast<uint32_t>(n.attrs().getFloat("seed", 0));
    } else {
      // FNV-1a: the same on every machine.
      uint32_t hash = 2166136261u;
      for (char c : n.label())
        hash = (hash ^ static_cast<unsigned char>(c)) * 16777619u;
      key[1] = hash;
    }
  }

  /// f32 numbers in [0, 1), multiples of 2^-23.
  Value uniform(ArrayRef<int64_t> dims) {
    Value mantissa =
        e.binary<graph::ShiftRightLogicalOp>(bits(dims), number(9));
    Value pattern = e.binary<graph::OrOp>(mantissa, number(0x3f800000u));
    Value oneTo2 = e.make<graph::BitcastConvertOp>(
        mlir::RankedTensorType::get(dims, mlir::Float32Type::get(e.context())),
        pattern);
    return e.sub(oneTo2, e.scalar(oneTo2, 1));
  }

  /// f32 numbers of mean 0 and deviation 1.
  Value normal(ArrayRef<int64_t> dims) {
    // In the middle of its interval no number is 0 or 1.
    Value u = uniform(dims);
    Value centered =
        e.sub(e.mul(u, e.scalar(u, 2)), e.scalar(u, 1 - std::ldexp(1.0, -23)));
    return e.mul(e.unary<graph::ErfInvOp>(centered),
                 e.scalar(u, std::numbers::sqrt2));
  }

private:
  mlir::Type word() {
    return mlir::IntegerType::get(e.context(), 32, mlir::IntegerType::Unsigned);
  }
  Value number(uint32_t value) {
    return e.splat(mlir::RankedTensorType::get({}, word()), value);
  }
  Value rotate(Value x, uint32_t by) {
    return e.binary<graph::OrOp>(
        e.binary<graph::ShiftLeftOp>(x, number(by)),
        e.binary<graph::ShiftRightLogicalOp>(x, number(32 - by)));
  }

  /// 32 random bits per element.
  Value bits(ArrayRef<int64_t> dims) {
    int64_t count = 1;
    for (int64_t dim : dims)
      count *= dim;
    constexpr uint32_t kRotations[2][4] = {{13, 15, 26, 6}, {17, 29, 16, 24}};
    uint32_t keys[3] = {key[0], key[1], 0x1bd11bdau ^ key[0] ^ key[1]};
    Value x0 = e.iota(word(), {count}, 0);
    x0 = e.add(x0, number(keys[0]));
    Value x1 = e.mul(x0, number(0));
    x1 = e.add(x1, number(keys[1]));
    for (uint32_t group = 0; group < 5; ++group) {
      for (uint32_t by : kRotations[group % 2]) {
        x0 = e.add(x0, x1);
        x1 = e.binary<graph::XorOp>(rotate(x1, by), x0);
      }
      x0 = e.add(x0, number(keys[(group + 1) % 3]));
      x1 = e.add(x1, number(keys[(group + 2) % 3] + group + 1));
    }
    return e.reshape(x0, dims);
  }

  Emitter e;
  uint32_t key[2] = {0, 0};
};

/// The element type that the attribute `dtype` states, or `otherwise`.
absl::StatusOr<mlir::Type> resultType(NodeContext &n,
                                      TensorProto::DataType otherwise) {
  auto type =
      static_cast<TensorProto::DataType>(n.attrs().getInt("dtype", otherwise));
  if (!TensorProto::DataType_IsValid(type) || !isHostType(type))
    return n.unsupported(absl::StrCat("element type ", typeName(type)));
  return elementType(type, n.emit().context());
}

/// The shape in the attribute, or that of the input.
absl::StatusOr<Dims> resultDims(NodeContext &n) {
  if (n.numInputs() > 0)
    return Dims(n.dims(0).begin(), n.dims(0).end());
  auto dims = n.attrs().getInts("shape");
  if (!dims || !elementCount(*dims).ok())
    return n.invalid("its shape is absent or impossible");
  return *dims;
}

absl::Status randomUniform(NodeContext &n) {
  auto like = n.numInputs() > 0 ? n.type(0) : TensorProto::FLOAT;
  TENON_ASSIGN_OR_RETURN(mlir::Type element, resultType(n, like));
  TENON_ASSIGN_OR_RETURN(Dims dims, resultDims(n));
  Emitter e = n.emit();
  double low = n.attrs().getFloat("low", 0),
         high = n.attrs().getFloat("high", 1);
  Value u = Generator(n).uniform(dims);
  Value x = e.add(e.mul(u, e.scalar(u, high - low)), e.scalar(u, low));
  n.set(0, e.convert(x, element));
  return absl::OkStatus();
}

absl::Status randomNormal(NodeContext &n) {
  auto like = n.numInputs() > 0 ? n.type(0) : TensorProto::FLOAT;
  TENON_ASSIGN_OR_RETURN(mlir::Type element, resultType(n, like));
  TENON_ASSIGN_OR_RETURN(Dims dims, resultDims(n));
  Emitter e = n.emit();
  Value z = Generator(n).normal(dims);
  Value scaled = e.mul(z, e.scalar(z, n.attrs().getFloat("scale", 1)));
  Value x = e.add(scaled, e.scalar(z, n.attrs().getFloat("mean", 0)));
  n.set(0, e.convert(x, element));
  return absl::OkStatus();
}

/// One with the probability that the input states, else zero.
absl::Status bernoulli(NodeContext &n) {
  TENON_ASSIGN_OR_RETURN(mlir::Type element, resultType(n, n.type(0)));
  Emitter e = n.emit();
  Value u = Generator(n).uniform(n.dims(0));
  Value isOne = e.compare(ComparisonDirection::LT, u,
                          e.convert(n.value(0), elementOf(u)));
  n.set(0, e.convert(isOne, element));
  return absl::OkStatus();
}

} // namespace

Value tenon::onnx::drawUniform(NodeContext &n, ArrayRef<int64_t> dims) {
  return Generator(n).uniform(dims);
}

llvm::ArrayRef<OpEntry> tenon::onnx::randomOps() {
  static constexpr const char *kSame =
      "the same numbers at each run: the key is fixed at compile time";
  static const OpEntry rows[] = {
      {"Bernoulli", 15, 1, 1, 1, bernoulli, kSame},
      {"RandomNormal", 1, 0, 0, 1, randomNormal, kSame},
      {"RandomNormalLike", 1, 1, 1, 1, randomNormal, kSame},
      {"RandomUniform", 1, 0, 0, 1, randomUniform, kSame},
      {"RandomUniformLike", 1, 1, 1, 1, randomUniform, kSame},
  };
  return rows;
}
