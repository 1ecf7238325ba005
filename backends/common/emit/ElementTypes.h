// How elements stand in memory and in registers.

#ifndef TENON_BACKENDS_COMMON_EMIT_ELEMENTTYPES_H
#define TENON_BACKENDS_COMMON_EMIT_ELEMENTTYPES_H

#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinTypes.h"

namespace tenon::emit {

/// The type that an element of a tensor has in a flat memref: i8 for i1, i16
/// for bf16 and i8 for floats of 8 bits (targets without their instructions
/// widen vectors of them lane by lane, and call a library to narrow them),
/// signless for unsigned integers. Null where there is no lowering (complex,
/// 4-bit integers).
mlir::Type getMemoryType(mlir::Type elementType);

/// The type that an element has in registers: f32 for narrower floats, signless
/// integers, i1. Null as above.
mlir::Type getRegisterType(mlir::Type elementType);

/// Bytes of an element in memory.
int64_t getMemoryBytes(mlir::Type elementType);

/// `type` with the vector shape of `like`, if that is a vector.
mlir::Type withShapeOf(mlir::Type type, mlir::Type like);

/// Converts a scalar or vector between memory and register type.
mlir::Value toRegister(mlir::OpBuilder &b, mlir::Location loc,
                       mlir::Type elementType, mlir::Value memory);
mlir::Value toMemory(mlir::OpBuilder &b, mlir::Location loc,
                     mlir::Type elementType, mlir::Value value);
/// Rounds a scalar or vector of register type to what elements can hold.
mlir::Value roundToElement(mlir::OpBuilder &b, mlir::Location loc,
                           mlir::Type elementType, mlir::Value value);

} // namespace tenon::emit

#endif // TENON_BACKENDS_COMMON_EMIT_ELEMENTTYPES_H
