// The interface through which graph ops are emitted, see EmitOpInterface.td.

#ifndef TENON_BACKENDS_COMMON_EMIT_EMITOPINTERFACE_H
#define TENON_BACKENDS_COMMON_EMIT_EMITOPINTERFACE_H

#include "backends/common/emit/EmitContext.h"

#include "mlir/IR/DialectRegistry.h"
#include "mlir/IR/OpDefinition.h"

#include <string>

#include "backends/common/emit/EmitOpInterface.h.inc"

namespace tenon::emit {

/// Attaches EmitOpInterface to all graph ops that have a lowering.
void registerEmitModels(mlir::DialectRegistry &registry);

/// Whether values of `type` can be in a kernel; `reason` says what is missing.
mlir::LogicalResult canHold(mlir::Type type, std::string &reason);

/// Whether `op` can be emitted; `reason` says what is missing.
mlir::LogicalResult canEmitOp(mlir::Operation *op, std::string &reason);

/// If `op` only moves elements (broadcast, reshape, transpose, slice, reverse):
/// the operand's indices of the result's element at `map`.
std::optional<IndexMap> remapIndices(EmitContext &c, mlir::Operation *op,
                                     const IndexMap &map);

/// Combines values by a reduction's body: n of the left, n of the right side,
/// all of them scalars or vectors of one length. Results are vectors if the
/// left side's are.
llvm::SmallVector<mlir::Value> applyReducer(EmitContext &c, mlir::Region &body,
                                            mlir::ValueRange left,
                                            mlir::ValueRange right);

/// A register of element type `from` as one of the wider `to`.
mlir::Value widenElement(EmitContext &c, mlir::Type from, mlir::Type to,
                         mlir::Value value);

/// a * b + sum in an element type, floats fused.
mlir::Value multiplyAdd(EmitContext &c, mlir::Type elementType, mlir::Value a,
                        mlir::Value b, mlir::Value sum);

} // namespace tenon::emit

#endif // TENON_BACKENDS_COMMON_EMIT_EMITOPINTERFACE_H
