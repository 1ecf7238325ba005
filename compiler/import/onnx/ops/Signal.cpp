//===- Signal.cpp - ONNX's windows and Fourier transforms -----------------===//
//
// A transform along an axis is a product with the matrices of its cosines and
// sines.
//
//===----------------------------------------------------------------------===//
#include "compiler/import/onnx/OpTable.h"
#include "compiler/import/onnx/ShapeRules.h"

#include "llvm/ADT/STLExtras.h"

#include <cmath>
#include <numbers>

using namespace tenon;
using namespace tenon::onnx;
using graph::ComparisonDirection;
using llvm::ArrayRef;

namespace {

/// The type in attribute `name`, a float or integer of the graph.
absl::StatusOr<TensorProto::DataType> typeAttribute(NodeContext &n,
                                                    absl::string_view name) {
  auto type = static_cast<TensorProto::DataType>(
      n.attrs().getInt(name, TensorProto::FLOAT));
  if (!TensorProto::DataType_IsValid(type) || !isHostType(type))
    return n.unsupported(absl::StrCat("element type ", typeName(type)));
  return type;
}

/// Input `i`, a length, or the length of the vector that the model declares.
absl::StatusOr<int64_t> lengthFrom(NodeContext &n, size_t i) {
  double length;
  if (n.known(i)) {
    TENON_ASSIGN_OR_RETURN(length, n.knownScalar(i));
  } else {
    TENON_ASSIGN_OR_RETURN(Dims dims, n.declaredDims(0));
    if (dims.size() != 1)
      return n.invalid("the shape that the model declares is no vector");
    length = static_cast<double>(dims[0]);
    TENON_RETURN_IF_ERROR(n.requireNumbers(i, {dims}));
  }
  if (!(length >= 0 && length <= 1 << 20))
    return n.unsupported(absl::StrCat("a length of ", length));
  return static_cast<int64_t>(length);
}

/// a0 - a1 cos(x) + a2 cos(2x) over one period.
absl::Status cosineWindow(NodeContext &n, double a0, double a1, double a2) {
  TENON_ASSIGN_OR_RETURN(TensorProto::DataType type,
                         typeAttribute(n, "output_datatype"));
  TENON_ASSIGN_OR_RETURN(int64_t length, lengthFrom(n, 0));
  bool isPeriodic = n.attrs().getInt("periodic", 1) != 0;
  auto period = static_cast<double>(isPeriodic ? length : length - 1);
  HostTensor window = HostTensor::zeros(TensorProto::DOUBLE, {length});
  for (int64_t i = 0; i < length; ++i) {
    double x = 2 * std::numbers::pi * static_cast<double>(i) / period;
    window.floats[i] = a0 - a1 * std::cos(x) + a2 * std::cos(2 * x);
  }
  Emitter e = n.emit();
  if (isHostFloat(type)) {
    window.type = type;
    window.normalize();
    n.set(0, std::move(window));
  } else {
    n.set(0, e.convert(e.constant(window), elementType(type, e.context())));
  }
  return absl::OkStatus();
}

absl::Status hannWindow(NodeContext &n) { return cosineWindow(n, 0.5, 0.5, 0); }
absl::Status hammingWindow(NodeContext &n) {
  return cosineWindow(n, 25.0 / 46, 21.0 / 46, 0);
}
absl::Status blackmanWindow(NodeContext &n) {
  return cosineWindow(n, 0.42, 0.5, 0.08);
}

/// A Fourier transform of one axis of a tensor whose last dimension holds one
/// real or two complex parts.
struct Transform {
  NodeContext &n;
  Emitter e;
  int64_t length;
  bool inverse, onesided;

  int64_t half() const { return length / 2 + 1; }
  /// How many numbers come out.
  int64_t count() const { return onesided && !inverse ? half() : length; }

  /// Matrix [inputs, outputs] of f(2 pi i o / length) * weight(i).
  Value matrix(int64_t inputs, double (*f)(double), mlir::Type element) {
    HostTensor m = HostTensor::zeros(TensorProto::DOUBLE, {inputs, count()});
    double scale = inverse ? 1 / static_cast<double>(length) : 1;
    for (int64_t i = 0; i < inputs; ++i)
      for (int64_t o = 0; o < count(); ++o) {
        // The angle of i * o, taken modulo the length, is exact.
        auto turn =
            static_cast<double>(i * o % length) / static_cast<double>(length);
        double weight = scale;
        // Half a spectrum stands for both of its halves.
        if (inverse && onesided && i != 0 && 2 * i != length)
          weight *= 2;
        m.floats[i * count() + o] = weight * f(2 * std::numbers::pi * turn);
      }
    return e.convert(e.constant(m), element);
  }

  /// `x` cut or padded with zeros to `size` along `axis`.
  Value fitted(Value x, int64_t axis, int64_t size) {
    int64_t have = dimsOf(x)[axis];
    if (have >= size)
      return e.sliceAxis(x, axis, 0, size);
    Dims low(rankOf(x), 0), high(rankOf(x), 0);
    high[axis] = size - have;
    return e.pad(x, e.scalar(x, 0), low, high);
  }

  /// `x` times `m` along `axis`, which keeps its place.
  Value along(Value x, int64_t axis, Value m) {
    Value y = e.dot(x, m, {}, {}, {axis}, {0});
    Dims order;
    for (int64_t d = 0; d + 1 < rankOf(y); ++d)
      order.push_back(d);
    order.insert(order.begin() + axis, rankOf(y) - 1);
    return e.transpose(y, order);
  }

  Value run(Value x, int64_t axis) {
    int64_t last = rankOf(x) - 1;
    bool isComplex = dimsOf(x)[last] == 2;
    bool toReal = inverse && onesided;
    int64_t inputs = toReal ? half() : length;
    x = fitted(x, axis, inputs);
    Value cosines = matrix(inputs, std::cos, elementOf(x));
    Value sines = matrix(inputs, std::sin, elementOf(x));
    Value real = e.sliceAxis(x, last, 0, 1);
    Value imaginary = isComplex ? e.sliceAxis(x, last, 1, 1) : Value();
    // e^(-i t) = cos t - i sin t forward, its conjugate backward.
    Value sign = e.scalar(x, inverse ? -1 : 1);
    Value re = along(real, axis, cosines);
    if (imaginary)
      re = e.add(re, e.mul(sign, along(imaginary, axis, sines)));
    if (toReal)
      return re;
    Value im = e.neg(e.mul(sign, along(real, axis, sines)));
    if (imaginary)
      im = e.add(im, along(imaginary, axis, cosines));
    return e.concat({re, im}, last);
  }
};

mlir::Type wideType(Emitter &e, mlir::Type element) {
  return element.isF64() ? element
                         : mlir::Type(mlir::Float32Type::get(e.context()));
}

/// A matrix of more than this many rows is not made.
constexpr int64_t kLongest = 2048;

absl::Status dft(NodeContext &n) {
  int64_t rank = n.rank(0);
  if (rank < 2 || (n.dims(0).back() != 1 && n.dims(0).back() != 2))
    return n.invalid("its input is not [..., 1 or 2]");
  Emitter e = n.emit();
  bool inverse = n.attrs().getInt("inverse", 0) != 0;
  bool onesided = n.attrs().getInt("onesided", 0) != 0;
  std::optional<int64_t> given;
  if (n.has(1)) {
    TENON_ASSIGN_OR_RETURN(double length, n.knownScalar(1));
    given = static_cast<int64_t>(std::clamp(length, 0.0, 1e9));
  }
  auto transformAt = [&](int64_t axis) {
    int64_t size = n.dims(0)[axis];
    int64_t length = given                 ? *given
                     : inverse && onesided ? 2 * (size - 1)
                                           : size;
    return Transform{n, e, length, inverse, onesided};
  };
  auto resultDims = [&](int64_t axis) {
    Dims dims(n.dims(0).begin(), n.dims(0).end());
    dims[axis] = transformAt(axis).count();
    dims.back() = inverse && onesided ? 1 : 2;
    return dims;
  };
  // Version 20 made the axis an input.
  Dims axes;
  bool isInput = n.opset() >= 20;
  if (isInput && n.has(2) && !n.known(2)) {
    TENON_ASSIGN_OR_RETURN(Dims declared, n.declaredDims(0));
    for (int64_t axis = 0; axis < rank - 1; ++axis)
      if (resultDims(axis) == declared)
        axes.push_back(axis);
    if (axes.empty())
      return n.invalid("no axis gives the shape that the model declares");
  } else {
    int64_t axis = isInput ? -2 : n.attrs().getInt("axis", 1);
    if (isInput && n.has(2)) {
      TENON_ASSIGN_OR_RETURN(double wanted, n.knownScalar(2));
      axis = static_cast<int64_t>(wanted);
    }
    TENON_ASSIGN_OR_RETURN(axis, n.axis(axis, rank));
    axes = {axis};
  }
  Value x = e.convert(n.value(0), wideType(e, n.element(0)));
  Value result;
  for (int64_t axis : axes) {
    Transform transform = transformAt(axis);
    if (axis == rank - 1 || transform.length < 1)
      return n.invalid("it transforms nothing");
    if (transform.length > kLongest)
      return n.unsupported(absl::StrCat("a length above ", kLongest));
    Value y = transform.run(x, axis);
    if (!result) {
      result = y;
      continue;
    }
    Value wanted = e.wrap(e.reshape(n.value(2), {}), rank);
    Value isThis = e.compare(ComparisonDirection::EQ, wanted,
                             e.scalar(wanted, static_cast<double>(axis)));
    result = e.select(isThis, y, result);
  }
  n.set(0, e.convert(result, n.element(0)));
  return absl::OkStatus();
}

/// The frames of STFT: their length and the step from one to the next.
struct Frames {
  int64_t length = 0, step = 0, count = 0;
};

/// Reads what is known of the frames; what is not must follow from the shape
/// that the model declares.
absl::StatusOr<Frames> readFrames(NodeContext &n, bool onesided) {
  int64_t signal = n.dims(0)[1];
  auto knownOr = [&](size_t i, int64_t otherwise) -> absl::StatusOr<int64_t> {
    if (!n.has(i) || !n.known(i))
      return otherwise;
    TENON_ASSIGN_OR_RETURN(double value, n.knownScalar(i));
    if (!(value >= 1 && value < 1e9))
      return n.invalid(absl::StrCat("input ", i, " is ", value));
    return static_cast<int64_t>(value);
  };
  TENON_ASSIGN_OR_RETURN(int64_t step, knownOr(1, 0));
  TENON_ASSIGN_OR_RETURN(int64_t length, knownOr(3, 0));
  if (n.has(2)) {
    if (n.rank(2) != 1)
      return n.invalid("its window is no vector");
    length = n.dims(2)[0];
  } else if (!n.has(3)) {
    length = signal;
  }
  auto counted = [&](int64_t frame, int64_t by) {
    return frame <= signal ? (signal - frame) / by + 1 : 0;
  };
  if (step > 0 && length > 0)
    return Frames{length, step, counted(length, step)};
  TENON_ASSIGN_OR_RETURN(Dims declared, n.declaredDims(0));
  if (declared.size() != 4)
    return n.invalid("the shape that the model declares does not fit");
  std::vector<Frames> fitting;
  int64_t bins = declared[2];
  Dims lengths = length > 0 ? Dims{length}
                 : onesided ? Dims{2 * (bins - 1), 2 * bins - 1}
                            : Dims{bins};
  for (int64_t each : lengths)
    for (int64_t by = step > 0 ? step : 1; by <= (step > 0 ? step : signal);
         ++by)
      if (each > 0 && counted(each, by) == declared[1])
        fitting.push_back({each, by, declared[1]});
  if (fitting.size() != 1)
    return n.unsupported("frames that are only known at run time and do not "
                         "follow from the declared shape");
  return fitting[0];
}

absl::Status stft(NodeContext &n) {
  if (n.rank(0) != 3 || n.dims(0)[2] < 1 || n.dims(0)[2] > 2)
    return n.invalid("its signal is not [B, L, 1 or 2]");
  bool onesided = n.attrs().getInt("onesided", 1) != 0;
  TENON_ASSIGN_OR_RETURN(Frames frames, readFrames(n, onesided));
  if (frames.count < 1)
    return n.invalid("its frames are longer than the signal");
  if (frames.length > kLongest)
    return n.unsupported(absl::StrCat("frames longer than ", kLongest));
  Emitter e = n.emit();
  Dims places;
  for (int64_t frame = 0; frame < frames.count; ++frame)
    for (int64_t i = 0; i < frames.length; ++i)
      places.push_back(frame * frames.step + i);
  if (places.size() > size_t{1} << 22)
    return n.unsupported("so many frames");
  Value x = e.convert(n.value(0), wideType(e, n.element(0)));
  x = e.take(x, 1, e.vector(places));
  x = e.reshape(x, {n.dims(0)[0], frames.count, frames.length, n.dims(0)[2]});
  if (n.has(2)) {
    if (n.dims(2)[0] != frames.length)
      return n.invalid("its window is not as long as a frame");
    Value window = e.convert(n.value(2), elementOf(x));
    x = e.mul(x, e.broadcastInDim(window, dimsOf(x), {2}));
  }
  Transform transform{n, e, frames.length, false, onesided};
  n.set(0, e.convert(transform.run(x, 2), n.element(0)));
  return absl::OkStatus();
}

/// Triangles over the bins of a spectrum, evenly spaced on the mel scale.
absl::Status melWeightMatrix(NodeContext &n) {
  TENON_ASSIGN_OR_RETURN(TensorProto::DataType type,
                         typeAttribute(n, "output_datatype"));
  Dims dims;
  if (n.known(0) && n.known(1)) {
    TENON_ASSIGN_OR_RETURN(double bins, n.knownScalar(0));
    TENON_ASSIGN_OR_RETURN(double length, n.knownScalar(1));
    if (!(bins >= 1 && bins < 1e6 && length >= 1 && length < 1e9))
      return n.invalid("its sizes are out of range");
    dims = {static_cast<int64_t>(length) / 2 + 1, static_cast<int64_t>(bins)};
  } else {
    TENON_ASSIGN_OR_RETURN(dims, n.declaredDims(0));
    if (dims.size() != 2)
      return n.invalid("the shape that the model declares is no matrix");
  }
  Emitter e = n.emit();
  mlir::Type f64 = mlir::Float64Type::get(e.context());
  auto scalar = [&](size_t i) {
    return e.convert(e.reshape(n.value(i), {}), f64);
  };
  auto number = [&](double value) {
    return e.splat(mlir::RankedTensorType::get({}, f64), value);
  };
  auto mel = [&](Value hertz) {
    Value ratio = e.add(number(1), e.div(hertz, number(700)));
    return e.mul(e.log(ratio), number(2595 / std::numbers::ln10));
  };
  Value low = mel(scalar(3)), high = mel(scalar(4));
  auto triangles = static_cast<double>(dims[1]);
  Value step = e.div(e.sub(high, low), number(triangles + 2));
  // The bins of the triangles' corners.
  Value corner = e.iota(f64, {dims[1] + 2}, 0);
  corner = e.add(e.mul(corner, step), low);
  Value hertz = e.mul(
      e.sub(e.exp(e.mul(corner, number(std::numbers::ln10 / 2595))), number(1)),
      number(700));
  Value bin = e.div(e.mul(e.add(scalar(1), number(1)), hertz), scalar(2));
  bin = e.unary<graph::FloorOp>(bin);
  auto cornerOf = [&](int64_t first) {
    return e.broadcastInDim(e.sliceAxis(bin, 0, first, dims[1]), dims, {1});
  };
  Value left = cornerOf(0), center = cornerOf(1), right = cornerOf(2);
  Value place = e.iota(f64, dims, 0);
  auto holds = [&](ComparisonDirection direction, Value a, Value b) {
    return e.compare(direction, a, b);
  };
  Value rising = e.div(e.sub(place, left), e.sub(center, left));
  Value falling = e.div(e.sub(right, place), e.sub(right, center));
  Value onRise =
      e.binary<graph::AndOp>(holds(ComparisonDirection::GE, place, left),
                             holds(ComparisonDirection::LE, place, center));
  Value onFall =
      e.binary<graph::AndOp>(holds(ComparisonDirection::GE, place, center),
                             holds(ComparisonDirection::LT, place, right));
  // A triangle without a rising side starts at its peak.
  Value isSteep = holds(ComparisonDirection::EQ, left, center);
  Value peak = e.binary<graph::AndOp>(
      isSteep, holds(ComparisonDirection::EQ, place, center));
  Value weight = e.select(onRise, rising, number(0));
  weight = e.select(onFall, falling, weight);
  weight = e.select(peak, number(1), weight);
  n.set(0, e.convert(weight, elementType(type, e.context())));
  return absl::OkStatus();
}

} // namespace

llvm::ArrayRef<OpEntry> tenon::onnx::signalOps() {
  static const OpEntry rows[] = {
      {"BlackmanWindow", 17, 1, 1, 1, blackmanWindow,
       "of a length known at compile time or declared"},
      {"DFT", 17, 1, 3, 1, dft, "of lengths up to 2048, known at compile time"},
      {"HammingWindow", 17, 1, 1, 1, hammingWindow,
       "of a length known at compile time or declared"},
      {"HannWindow", 17, 1, 1, 1, hannWindow,
       "of a length known at compile time or declared"},
      {"MelWeightMatrix", 17, 5, 5, 1, melWeightMatrix,
       "of sizes known at compile time or declared"},
      {"STFT", 17, 2, 4, 1, stft,
       "frames up to 2048, known at compile time or following from the "
       "declared shape"},
  };
  return rows;
}
