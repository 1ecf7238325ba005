//===- ElementType.h - Element types of host tensors ----------------------===//
//
// The element types of the graph dialect, free of any MLIR context, and how
// the host stores them: `i1` and the 4-bit integers take one byte each, the
// narrow floats are bit patterns, the rest is the C++ type of that width.
//
//===----------------------------------------------------------------------===//

#ifndef TENON_BACKENDS_REFERENCE_ELEMENTTYPE_H
#define TENON_BACKENDS_REFERENCE_ELEMENTTYPE_H

#include "mlir/IR/Types.h"
#include "llvm/ADT/APFloat.h"
#include "llvm/ADT/StringRef.h"

#include <complex>
#include <cstdint>
#include <optional>

namespace tenon::reference {

enum class ElementType : uint8_t {
  F64,
  F32,
  F16,
  BF16,
  F8E4M3FN,
  F8E5M2,
  I1,
  I4,
  I8,
  I16,
  I32,
  I64,
  UI4,
  UI8,
  UI16,
  UI32,
  UI64,
  C64,  ///< complex<f32>
  C128, ///< complex<f64>
};

/// What arithmetic an element type takes part in.
enum class ElementClass : uint8_t { Float, Bool, Signed, Unsigned, Complex };

ElementClass getElementClass(ElementType type);

inline bool isFloat(ElementType type) {
  return getElementClass(type) == ElementClass::Float;
}
inline bool isComplex(ElementType type) {
  return getElementClass(type) == ElementClass::Complex;
}
/// Signed or unsigned, but not `i1`.
inline bool isInteger(ElementType type) {
  ElementClass kind = getElementClass(type);
  return kind == ElementClass::Signed || kind == ElementClass::Unsigned;
}

/// Bytes that one element takes in host memory.
int64_t getByteWidth(ElementType type);

/// Bits of the type's value: 1 for `i1`, 4 for `i4`, 128 for complex<f64>.
unsigned getBitWidth(ElementType type);

/// The MLIR spelling, e.g. "ui8" or "complex<f32>".
llvm::StringRef getElementTypeName(ElementType type);

/// The type with that MLIR spelling.
std::optional<ElementType> parseElementType(llvm::StringRef name);

/// The element type of an MLIR scalar type, if the dialect has it.
std::optional<ElementType> getElementType(mlir::Type type);

/// The MLIR scalar type.
mlir::Type getMlirType(ElementType type, mlir::MLIRContext *context);

/// The real type of a complex one; any other type is given back.
ElementType getRealType(ElementType type);

/// The float format of a float type.
const llvm::fltSemantics &getSemantics(ElementType type);

/// Rounds to the nearest value of a float type, ties to even, and gives its bit
/// pattern in the low bits. What overflows becomes an infinity, or NaN in
/// f8E4M3FN, which has none.
uint64_t encodeFloat(double value, ElementType type);

/// The value of a bit pattern of a float type; exact.
double decodeFloat(uint64_t bits, ElementType type);

/// `value` as a float of that type would hold it.
double roundToType(double value, ElementType type);

/// Least and greatest value of an integer type that `int64_t` can express
/// (for ui64 the greatest is the bit pattern ~0).
int64_t getMinInteger(ElementType type);
uint64_t getMaxInteger(ElementType type);

} // namespace tenon::reference

#endif // TENON_BACKENDS_REFERENCE_ELEMENTTYPE_H
