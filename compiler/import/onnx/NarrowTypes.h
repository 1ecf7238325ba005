//===- NarrowTypes.h - types that a wider one carries -----------*- C++ -*-===//
//
// Integers below a byte and the small floats that the graph lacks are held by a
// wider type of the graph that has each of their values: integers by 8-bit
// ones, floats by f32. A Slot keeps the type that the model states. Whatever
// makes such a value rounds or wraps it here, so that the carrier never holds
// anything else. Inputs and outputs of an entry are bytes, one an element.
//
//===----------------------------------------------------------------------===//
#ifndef TENON_COMPILER_IMPORT_ONNX_NARROWTYPES_H
#define TENON_COMPILER_IMPORT_ONNX_NARROWTYPES_H

#include "compiler/import/onnx/Emitter.h"

namespace tenon::onnx {

/// How a conversion rounds to FLOAT8E8M0, whose numbers are powers of two.
enum class PowerRounding { Up, Down, Nearest };

/// The type of an entry's input or output that holds `type`: its own, or for a
/// carried one i8 or ui8. Integers are there as numbers, floats as bits.
mlir::Type edgeElementType(TensorProto::DataType type,
                           mlir::MLIRContext *context);
/// The carried value of an entry's input; bits above an integer's own are
/// ignored. Nothing happens for other types.
Value fromEdge(Emitter &e, Value x, TensorProto::DataType type);
/// The inverse of fromEdge.
Value toEdge(Emitter &e, Value x, TensorProto::DataType type);

/// ONNX's Cast to a carried type. Integers wrap. Floats round to the nearest,
/// ties to even; beyond the largest number they become it, or NaN where
/// `saturates` is not set and the type has one. A double is rounded to f32
/// before. Source of the rules: the tables in the operator's description.
Value castToCarried(Emitter &e, Value x, TensorProto::DataType type,
                    bool saturates, PowerRounding rounding = PowerRounding::Up);
/// Rounded floats to a carried integer; what lies beyond its numbers becomes
/// the nearest of them.
Value saturateToCarried(Emitter &e, Value x, TensorProto::DataType type);

/// Whether the results of `op` have the type of its first input whatever that
/// is, because it moves elements only.
bool movesElements(llvm::StringRef op);

} // namespace tenon::onnx

#endif // TENON_COMPILER_IMPORT_ONNX_NARROWTYPES_H
