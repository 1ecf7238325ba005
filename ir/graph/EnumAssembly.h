//===- EnumAssembly.h - Bare words for enumerations in op formats ---------===//
//
// `custom<Enum>($attr)` prints `LT` where the attribute's own form would be
// `<LT>`. Included by the .cpp of a family before its generated definitions.
//
//===----------------------------------------------------------------------===//

#ifndef TENON_IR_GRAPH_ENUMASSEMBLY_H
#define TENON_IR_GRAPH_ENUMASSEMBLY_H

#include "ir/graph/GraphDialect.h"
#include "mlir/IR/DialectImplementation.h"

namespace tenon::graph {

template <typename Attr>
mlir::ParseResult parseEnum(mlir::OpAsmParser &parser, Attr &attr) {
  using Value = decltype(attr.getValue());
  auto value = mlir::FieldParser<Value>::parse(parser);
  if (failed(value))
    return mlir::failure();
  attr = Attr::get(parser.getContext(), *value);
  return mlir::success();
}

template <typename Attr>
void printEnum(mlir::OpAsmPrinter &printer, mlir::Operation *, Attr attr) {
  printer << attr.getValue();
}

/// Parses `HIGH x HIGHEST`.
inline mlir::ParseResult parsePrecisions(mlir::OpAsmParser &parser,
                                         PrecisionAttr &lhs,
                                         PrecisionAttr &rhs) {
  return mlir::failure(parseEnum(parser, lhs) || parser.parseKeyword("x") ||
                       parseEnum(parser, rhs));
}

inline void printPrecisions(mlir::OpAsmPrinter &printer, mlir::Operation *,
                            PrecisionAttr lhs, PrecisionAttr rhs) {
  printer << lhs.getValue() << " x " << rhs.getValue();
}

} // namespace tenon::graph

#endif // TENON_IR_GRAPH_ENUMASSEMBLY_H
