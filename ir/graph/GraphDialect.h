//===- GraphDialect.h - The tenon dialect, its attributes and traits ------===//
//
// Everything of the graph level that is not an op.
//
//===----------------------------------------------------------------------===//

#ifndef TENON_IR_GRAPH_GRAPHDIALECT_H
#define TENON_IR_GRAPH_GRAPHDIALECT_H

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/TensorEncoding.h"

#include "ir/graph/GraphDialect.h.inc"
#include "ir/graph/GraphEnums.h.inc"

#define GET_ATTRDEF_CLASSES
#include "ir/graph/GraphAttrs.h.inc"

namespace tenon::graph {

/// Marks ops of which element i of each result depends on element i of the
/// operands alone; an operand of rank 0 counts for every i.
template <typename ConcreteType>
class Elementwise : public mlir::OpTrait::TraitBase<ConcreteType, Elementwise> {
};

/// The most elements a tensor may have: sizes in bits still fit in 64 bits, so
/// that nobody has to check products of sizes.
inline constexpr int64_t kMaxElements = int64_t(1) << 48;

/// Whether every dimension of a ranked tensor type is static or has an upper
/// bound in a #tenon.bounds encoding, and its elements (counting a size of 0 as
/// 1) are at most kMaxElements.
bool isStaticOrBounded(mlir::Type type);

} // namespace tenon::graph

#endif // TENON_IR_GRAPH_GRAPHDIALECT_H
