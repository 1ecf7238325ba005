//===- Reducers.h - The bodies of reductions ------------------------------===//
//
// A reduction's body is a region over scalars. These helpers build the standard
// bodies, recognize them, check any body and give it its assembly.
//
//===----------------------------------------------------------------------===//

#ifndef TENON_IR_GRAPH_REDUCERS_H
#define TENON_IR_GRAPH_REDUCERS_H

#include "ir/graph/GraphDialect.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/OpImplementation.h"

namespace tenon::graph {

/// What a body of two scalar arguments computes: the kind of its one op if that
/// takes both arguments (in order, or any order where it commutes) and is what
/// is returned; Generic for everything else, and for more than two arguments.
ReductionKind getReductionKind(mlir::Region &region);

/// The direction of a `select` region that is one `compare`, if it is.
std::optional<ComparisonDirection> getSelectDirection(mlir::Region &region);

/// Fills an empty region with the standard body of a kind over scalars of one
/// element type; `kind` is not Generic.
void buildReducer(mlir::OpBuilder &builder, mlir::Location loc,
                  mlir::Region &region, ReductionKind kind, mlir::Type element);

/// Fills an empty region with compare(a, b) in a direction.
void buildSelector(mlir::OpBuilder &builder, mlir::Location loc,
                   mlir::Region &region, ComparisonDirection direction,
                   mlir::Type element);

/// The value x such that kind(x, y) = y for every y of an element type, as a
/// scalar constant: 0, 1, -inf or the smallest, +inf or the largest, all or no
/// bits. For sums of floats it is -0, the exact neutral element. Null for
/// Generic and for types that the kind does not take.
mlir::DenseElementsAttr getNeutralElement(ReductionKind kind,
                                          mlir::Type element);

/// Checks that a body takes each element type twice, as scalars, and ends in a
/// `tenon.return` of each once.
mlir::LogicalResult verifyReducer(mlir::Operation *op, mlir::Region &region,
                                  llvm::ArrayRef<mlir::Type> elements);

/// Checks that a `select` region takes two scalars and returns an `i1`.
mlir::LogicalResult verifySelector(mlir::Operation *op, mlir::Region &region,
                                   mlir::Type element);

/// Whether sums of elements of one type may be kept in another.
bool isPromotable(mlir::Type from, mlir::Type to);

/// Parses ` with add` or ` with { ... }` after the op's types are known.
mlir::ParseResult parseReducer(mlir::OpAsmParser &parser, mlir::Region &region,
                               mlir::Type element);
void printReducer(mlir::OpAsmPrinter &printer, mlir::Region &region);

/// Parses a comparison's direction or a whole region.
mlir::ParseResult parseSelector(mlir::OpAsmParser &parser, mlir::Region &region,
                                mlir::Type element);
void printSelector(mlir::OpAsmPrinter &printer, mlir::Region &region);

/// Parses `: (types) -> types` or `-> (types)`.
mlir::ParseResult parseSignature(mlir::OpAsmParser &parser,
                                 llvm::SmallVectorImpl<mlir::Type> &operands,
                                 llvm::SmallVectorImpl<mlir::Type> &results);
void printSignature(mlir::OpAsmPrinter &printer, mlir::TypeRange operands,
                    mlir::TypeRange results);

} // namespace tenon::graph

#endif // TENON_IR_GRAPH_REDUCERS_H
