//===- Windows.cpp - Sliding windows --------------------------------------===//
//
// Output sizes in 128 bits: a hostile model may ask for anything.
//
//===----------------------------------------------------------------------===//

#include "ir/graph/Windows.h"
#include "ir/graph/GraphDialect.h"
#include "mlir/IR/Builders.h"

using namespace mlir;
using namespace tenon::graph;

FailureOr<int64_t> tenon::graph::getWindowCount(std::optional<Location> loc,
                                                StringRef name, int64_t index,
                                                int64_t base,
                                                WindowDim window) {
  for (auto [what, value] :
       {std::pair<StringRef, int64_t>("window sizes", window.size),
        std::pair<StringRef, int64_t>("strides", window.stride),
        std::pair<StringRef, int64_t>("base dilations", window.baseDilation),
        std::pair<StringRef, int64_t>("window dilations",
                                      window.windowDilation)})
    if (value < 1)
      return inferError(loc, name, "needs ", what, " of at least 1, got ",
                        value, " for dimension ", index);
  using Wide = __int128;
  Wide padded =
      base == 0 ? Wide(0) : (Wide(base) - 1) * window.baseDilation + 1;
  padded += Wide(window.paddingLow) + window.paddingHigh;
  Wide taken = (Wide(window.size) - 1) * window.windowDilation + 1;
  if (padded < taken)
    return 0;
  Wide count = (padded - taken) / window.stride + 1;
  if (count > kMaxElements)
    return inferError(loc, name, "asks for too many windows along dimension ",
                      index);
  return static_cast<int64_t>(count);
}

void tenon::graph::printUnlessAll(OpAsmPrinter &printer, StringRef name,
                                  ArrayRef<int64_t> values, int64_t normal) {
  if (llvm::all_of(values, [&](int64_t value) { return value == normal; }))
    return;
  printer << ' ' << name << " = [";
  llvm::interleaveComma(values, printer);
  printer << ']';
}

ParseResult tenon::graph::parseOrFill(OpAsmParser &parser, StringRef name,
                                      DenseI64ArrayAttr &values, int64_t normal,
                                      size_t count) {
  if (failed(parser.parseOptionalKeyword(name))) {
    values = parser.getBuilder().getDenseI64ArrayAttr(
        SmallVector<int64_t>(count, normal));
    return success();
  }
  if (parser.parseEqual())
    return failure();
  values = dyn_cast_or_null<DenseI64ArrayAttr>(
      DenseI64ArrayAttr::parse(parser, Type()));
  return success(values != nullptr);
}
