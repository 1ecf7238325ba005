//===- CallerType.h - Types of a signature as the caller sees them --------===//
//
// A pass may give an argument or result of an entry another type of the same
// bytes. The attribute keeps the one that the model has, for the signature of
// the artifact and for the interpreter.
//
//===----------------------------------------------------------------------===//

#ifndef TENON_IR_GRAPH_CALLERTYPE_H
#define TENON_IR_GRAPH_CALLERTYPE_H

#include "ir/graph/StructureOps.h"

namespace tenon::graph {

/// On an argument or result of an entry: the type that the caller sees, of the
/// same bytes as the one that the body has.
inline constexpr llvm::StringLiteral kCallerTypeAttr = "tenon.caller_type";

/// The type that the caller sees of an argument.
inline mlir::Type getArgumentCallerType(EntryOp entry, unsigned index) {
  auto stated = entry.getArgAttrOfType<mlir::TypeAttr>(index, kCallerTypeAttr);
  return stated ? stated.getValue() : entry.getArgumentTypes()[index];
}

/// The type that the caller sees of a result.
inline mlir::Type getResultCallerType(EntryOp entry, unsigned index) {
  auto stated =
      entry.getResultAttrOfType<mlir::TypeAttr>(index, kCallerTypeAttr);
  return stated ? stated.getValue() : entry.getResultTypes()[index];
}

} // namespace tenon::graph

#endif // TENON_IR_GRAPH_CALLERTYPE_H
