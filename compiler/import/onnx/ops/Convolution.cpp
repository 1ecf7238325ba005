//===- Convolution.cpp - ONNX's convolutions ------------------------------===//
//
// Tensors stay as ONNX orders them, [N, C, spatial...]; the physical layout is
// chosen by the compiler.
//
//===----------------------------------------------------------------------===//
#include "compiler/import/onnx/OpTable.h"
#include "compiler/import/onnx/ShapeRules.h"
#include "compiler/import/onnx/ops/Products.h"
#include "compiler/import/onnx/ops/Windows.h"

#include <numeric>

using namespace tenon;
using namespace tenon::onnx;
using llvm::ArrayRef;

/// The size of the window: the kernel's spatial dimensions, which
/// kernel_shape may repeat.
static absl::StatusOr<Dims> kernelSize(NodeContext &n) {
  if (n.rank(0) < 3 || n.rank(1) != n.rank(0))
    return n.invalid("its input and kernel are not [N, C, spatial...]");
  if (n.type(0) != n.type(1) || (n.has(2) && n.type(2) != n.type(0)))
    return n.invalid("inputs of several element types");
  Dims size(n.dims(1).begin() + 2, n.dims(1).end());
  if (n.attrs().getInts("kernel_shape").value_or(size) != size)
    return n.invalid("kernel_shape is not the kernel's shape");
  return size;
}

/// Adds a bias of one number per feature, if there is one.
static absl::StatusOr<Value> withBias(NodeContext &n, Value x) {
  if (!n.has(2))
    return x;
  if (n.rank(2) != 1 || n.dims(2)[0] != dimsOf(x)[1])
    return n.invalid("its bias has not one number per feature");
  Emitter e = n.emit();
  return e.add(x, e.broadcastInDim(n.value(2), dimsOf(x), {1}));
}

/// What the two convolutions differ in.
struct Geometry {
  Dims strides, low, high, lhsDilation, rhsDilation, output;
  int64_t groups;
  bool transposed;
};

static Value convolve(Emitter &e, Value x, Value kernel, const Geometry &g) {
  auto rank = static_cast<int64_t>(g.strides.size());
  Dims spatial(rank);
  std::iota(spatial.begin(), spatial.end(), 2);
  ArrayRef<int64_t> places(spatial);
  // ONNX's kernels are [out, in, ...], those of ConvTranspose [in, out, ...].
  int64_t in = g.transposed ? 0 : 1, out = 1 - in;
  Dims dims = {dimsOf(x)[0], dimsOf(kernel)[out]};
  dims.insert(dims.end(), g.output.begin(), g.output.end());
  llvm::SmallVector<bool> reversal(rank, g.transposed);
  return e.make<graph::ConvolutionOp>(
      mlir::RankedTensorType::get(dims, elementOf(x)), x, kernel, 0, 1, places,
      in, out, places, 0, 1, places, ArrayRef<int64_t>(g.strides),
      ArrayRef<int64_t>(g.low), ArrayRef<int64_t>(g.high),
      ArrayRef<int64_t>(g.lhsDilation), ArrayRef<int64_t>(g.rhsDilation),
      ArrayRef<bool>(reversal), g.groups, 1, graph::Precision::DEFAULT,
      graph::Precision::DEFAULT);
}

absl::StatusOr<Value> tenon::onnx::convolution(NodeContext &n, Value x,
                                               Value kernel) {
  auto from = dimsOf(x), by = dimsOf(kernel);
  if (from.size() < 3 || by.size() != from.size())
    return n.invalid("its input and kernel are not [N, C, spatial...]");
  Dims size(by.begin() + 2, by.end());
  if (n.attrs().getInts("kernel_shape").value_or(size) != size)
    return n.invalid("kernel_shape is not the kernel's shape");
  TENON_ASSIGN_OR_RETURN(Window window, readWindow(n, size));
  int64_t groups = n.attrs().getInt("group", 1);
  if (groups < 1 || by[0] % groups != 0 || from[1] % groups != 0 ||
      from[1] / groups != by[1])
    return n.invalid(absl::StrCat(
        "a kernel of shape ", dimsText(by), " does not fit an input of shape ",
        dimsText(from), " in ", groups, groups == 1 ? " group" : " groups"));
  Emitter e = n.emit();
  Geometry g{window.strides,   window.low,    window.high, Dims(size.size(), 1),
             window.dilations, window.output, groups,      false};
  return convolve(e, x, kernel, g);
}

static absl::Status conv(NodeContext &n) {
  if (n.type(0) != n.type(1) || (n.has(2) && n.type(2) != n.type(0)))
    return n.invalid("inputs of several element types");
  TENON_ASSIGN_OR_RETURN(Value y, convolution(n, n.value(0), n.value(1)));
  TENON_ASSIGN_OR_RETURN(y, withBias(n, y));
  n.set(0, y);
  return absl::OkStatus();
}

/// The gradient of a convolution as an op: a convolution of the input spread by
/// the strides, with the kernel reversed.
static absl::Status convTranspose(NodeContext &n) {
  TENON_ASSIGN_OR_RETURN(Dims size, kernelSize(n));
  auto rank = static_cast<int64_t>(size.size());
  int64_t groups = n.attrs().getInt("group", 1);
  int64_t in = n.dims(0)[1], out = n.dims(1)[1];
  if (groups < 1 || n.dims(1)[0] != in || in % groups != 0)
    return n.invalid("its kernel does not fit the input's channels");
  auto list = [&](absl::string_view name, int64_t count, int64_t otherwise,
                  int64_t least) -> absl::StatusOr<Dims> {
    Dims given = n.attrs().getInts(name).value_or(Dims(count, otherwise));
    if (static_cast<int64_t>(given.size()) != count)
      return n.invalid(absl::StrCat(name, " is not ", count, " numbers"));
    for (int64_t value : given)
      if (value < least || value >= int64_t{1} << 31)
        return n.invalid(absl::StrCat(name, " holds ", value));
    return given;
  };
  TENON_ASSIGN_OR_RETURN(Dims strides, list("strides", rank, 1, 1));
  TENON_ASSIGN_OR_RETURN(Dims dilations, list("dilations", rank, 1, 1));
  TENON_ASSIGN_OR_RETURN(Dims pads, list("pads", 2 * rank, 0, 0));
  TENON_ASSIGN_OR_RETURN(Dims extra, list("output_padding", rank, 0, 0));
  std::string mode = n.attrs().getString("auto_pad", "NOTSET");
  auto wanted = n.attrs().getInts("output_shape");
  // Some exporters state batch and channels as well.
  if (wanted && static_cast<int64_t>(wanted->size()) == rank + 2)
    wanted->erase(wanted->begin(), wanted->begin() + 2);
  if (wanted && static_cast<int64_t>(wanted->size()) != rank)
    return n.invalid("output_shape is not one number per spatial dimension");

  Geometry g{Dims(rank, 1), {}, {}, strides, dilations, {}, groups, true};
  for (int64_t i = 0; i < rank; ++i) {
    int64_t input = n.dims(0)[i + 2];
    int64_t span = (size[i] - 1) * dilations[i] + 1;
    int64_t begin = pads[i], end = pads[i + rank];
    int64_t full = (input - 1) * strides[i] + extra[i] + span;
    if (input < 1 || size[i] < 1)
      return n.invalid("an empty input or kernel");
    bool isSame = mode == "SAME_UPPER" || mode == "SAME_LOWER";
    if (wanted || isSame) {
      int64_t total = std::max<int64_t>(
          full - (wanted ? (*wanted)[i] : input * strides[i]), 0);
      begin = mode == "SAME_UPPER" ? total / 2 : total - total / 2;
      end = total - begin;
      // A larger result than the full one is padded at its end.
      if (wanted)
        extra[i] += std::max<int64_t>((*wanted)[i] - full, 0);
    } else if (mode == "VALID") {
      begin = end = 0;
    }
    g.low.push_back(span - 1 - begin);
    g.high.push_back(span - 1 - end + extra[i]);
    g.output.push_back((input - 1) * strides[i] + extra[i] + span - begin -
                       end);
    if (g.output.back() < 1)
      return n.invalid("its padding leaves nothing");
  }
  // With groups, the graph wants the features of all groups side by side.
  Emitter e = n.emit();
  Value kernel = n.value(1);
  if (groups > 1) {
    Dims split = {groups, in / groups, out}, order = {1, 0, 2},
         joined = {in / groups, groups * out};
    for (int64_t i = 0; i < rank; ++i) {
      split.push_back(size[i]);
      order.push_back(i + 3);
      joined.push_back(size[i]);
    }
    kernel = e.reshape(e.transpose(e.reshape(kernel, split), order), joined);
  }
  Value y = convolve(e, n.value(0), kernel, g);
  TENON_ASSIGN_OR_RETURN(y, withBias(n, y));
  n.set(0, y);
  return absl::OkStatus();
}

llvm::ArrayRef<OpEntry> tenon::onnx::convolutionOps() {
  static const OpEntry rows[] = {
      {"Conv", 1, 2, 3, 1, conv},
      {"ConvTranspose", 1, 2, 3, 1, convTranspose},
  };
  return rows;
}
