//===- Windows.h - Sliding windows ----------------------------------------===//
//
// What reduce_window, select_and_scatter and convolution share: the size of the
// output, the checks of the lists, and their assembly, which leaves defaults
// out.
//
//===----------------------------------------------------------------------===//

#ifndef TENON_IR_GRAPH_WINDOWS_H
#define TENON_IR_GRAPH_WINDOWS_H

#include "ir/graph/Shapes.h"
#include "mlir/IR/OpImplementation.h"

namespace tenon::graph {

/// One dimension of a sliding window; every field is in elements.
struct WindowDim {
  int64_t size = 1;
  int64_t stride = 1;
  int64_t baseDilation = 1;
  int64_t windowDilation = 1;
  int64_t paddingLow = 0;
  int64_t paddingHigh = 0;
};

/// How many windows fit: floor((padded - dilated window) / stride) + 1, or 0
/// where none does. Fails, with a diagnostic on `name` for dimension `index`,
/// for sizes, strides or dilations below 1 and for sizes beyond 64 bits.
mlir::FailureOr<int64_t> getWindowCount(std::optional<mlir::Location> loc,
                                        llvm::StringRef name, int64_t index,
                                        int64_t base, WindowDim window);

/// The numbers ` name = [..] ` of a list, unless all equal `normal`.
void printUnlessAll(mlir::OpAsmPrinter &printer, llvm::StringRef name,
                    llvm::ArrayRef<int64_t> values, int64_t normal);

/// Parses ` name = [..] `, or fills the list with `count` times `normal`.
mlir::ParseResult parseOrFill(mlir::OpAsmParser &parser, llvm::StringRef name,
                              mlir::DenseI64ArrayAttr &values, int64_t normal,
                              size_t count);

} // namespace tenon::graph

#endif // TENON_IR_GRAPH_WINDOWS_H
