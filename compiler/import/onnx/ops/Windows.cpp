//===- Windows.cpp - strides and paddings of ONNX's windows ---------------===//
#include "compiler/import/onnx/ops/Windows.h"

#include "llvm/ADT/STLExtras.h"

using namespace tenon::onnx;

absl::StatusOr<Window> tenon::onnx::readWindow(NodeContext &n, Dims size) {
  auto rank = static_cast<int64_t>(size.size());
  // Sizes up to 2^31 keep every sum and product below in range.
  constexpr int64_t kLargest = int64_t{1} << 31;
  auto list = [&](absl::string_view name, int64_t otherwise,
                  int64_t least) -> absl::StatusOr<Dims> {
    Dims given = n.attrs().getInts(name).value_or(Dims(rank, otherwise));
    if (static_cast<int64_t>(given.size()) != rank ||
        !llvm::all_of(given,
                      [&](int64_t v) { return v >= least && v < kLargest; }))
      return n.invalid(
          absl::StrCat(name, " is not ", rank, " numbers of at least ", least));
    return given;
  };
  Window window;
  window.size = std::move(size);
  for (int64_t extent : window.size)
    if (extent < 1 || extent >= kLargest)
      return n.invalid("a window of no elements");
  TENON_ASSIGN_OR_RETURN(window.strides, list("strides", 1, 1));
  TENON_ASSIGN_OR_RETURN(window.dilations, list("dilations", 1, 1));
  Dims pads = n.attrs().getInts("pads").value_or(Dims(2 * rank, 0));
  if (static_cast<int64_t>(pads.size()) != 2 * rank ||
      !llvm::all_of(pads, [](int64_t v) { return v >= 0 && v < kLargest; }))
    return n.invalid("pads is not two numbers per spatial dimension");
  std::string mode = n.attrs().getString("auto_pad", "NOTSET");
  bool isSame = mode == "SAME_UPPER" || mode == "SAME_LOWER";
  if (!isSame && mode != "NOTSET" && mode != "VALID")
    return n.invalid(absl::StrCat("unknown auto_pad ", quoteName(mode)));
  bool ceil = n.attrs().getInt("ceil_mode", 0) != 0;

  for (int64_t i = 0; i < rank; ++i) {
    int64_t input = n.dims(0)[i + 2], stride = window.strides[i];
    int64_t span = (window.size[i] - 1) * window.dilations[i] + 1;
    int64_t low = mode == "NOTSET" ? pads[i] : 0;
    int64_t high = mode == "NOTSET" ? pads[i + rank] : 0;
    int64_t output;
    if (isSame) {
      output = (input + stride - 1) / stride;
      int64_t total =
          std::max<int64_t>((output - 1) * stride + span - input, 0);
      low = mode == "SAME_UPPER" ? total / 2 : total - total / 2;
      high = total - low;
    } else {
      int64_t room = input + low + high - span;
      if (room < 0)
        return n.invalid(absl::StrCat("a window of ", span,
                                      " elements does not fit ",
                                      input + low + high));
      output = room / stride + 1;
      // Rounded up, but no window may start in the padding at the end.
      if (ceil && room % stride != 0 && output * stride < input + low)
        ++output;
    }
    window.low.push_back(low);
    window.high.push_back(high);
    window.output.push_back(output);
    window.exactHigh.push_back((output - 1) * stride + span - input - low);
  }
  return window;
}
