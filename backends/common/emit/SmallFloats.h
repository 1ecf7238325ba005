// Floats of 8 and 16 bits that targets have no instructions for, to and from
// f32 by integer arithmetic. Internal to this folder.

#ifndef TENON_BACKENDS_COMMON_EMIT_SMALLFLOATS_H
#define TENON_BACKENDS_COMMON_EMIT_SMALLFLOATS_H

#include "mlir/IR/Builders.h"

namespace tenon::emit {

/// Whether `type` is kept in memory as an integer of its width.
bool isSmallFloat(mlir::Type type);

/// The bits of a small float (a scalar or lanes of integers) as f32, exactly.
mlir::Value widenSmallFloat(mlir::OpBuilder &b, mlir::Location loc,
                            mlir::Type type, mlir::Value bits);

/// An f32, a scalar or lanes, rounded to nearest even. What is too large
/// becomes infinity, or NaN where the type has none; NaN stays NaN.
mlir::Value narrowToSmallFloat(mlir::OpBuilder &b, mlir::Location loc,
                               mlir::Type type, mlir::Value value);

} // namespace tenon::emit

#endif // TENON_BACKENDS_COMMON_EMIT_SMALLFLOATS_H
