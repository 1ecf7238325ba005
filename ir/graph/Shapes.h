//===- Shapes.h - Sizes with bounds, and errors of type inference ---------===//
//
// Shape inference treats a bounded dimension by its bound. An op that cannot
// say what becomes of a bounded dimension asks for static ones.
//
//===----------------------------------------------------------------------===//

#ifndef TENON_IR_GRAPH_SHAPES_H
#define TENON_IR_GRAPH_SHAPES_H

#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/Value.h"
#include "llvm/ADT/STLFunctionalExtras.h"

namespace tenon::graph {

/// One dimension: its size in elements, or its upper bound.
struct Dim {
  int64_t size;
  bool bounded = false;

  bool operator==(const Dim &) const = default;
};

/// Prints `4`, or `<=16` for a bounded dimension.
mlir::Diagnostic &operator<<(mlir::Diagnostic &diag, Dim dim);

using Dims = llvm::SmallVector<Dim, 6>;

/// The dimensions of a static or bounded tensor type.
Dims getDims(mlir::Type type);
inline Dims getDims(mlir::Value value) { return getDims(value.getType()); }

/// The tensor type with these dimensions, with a bounds encoding where one of
/// them is bounded.
mlir::RankedTensorType getTensor(llvm::ArrayRef<Dim> dims, mlir::Type element);

/// The value's tensor type.
inline mlir::RankedTensorType getTensor(mlir::Value value) {
  return llvm::cast<mlir::RankedTensorType>(value.getType());
}

/// The type with the same dimensions and encoding, and another element type.
mlir::RankedTensorType withElement(mlir::Type type, mlir::Type element);

/// How many bytes a static tensor takes: 4-bit elements two to a byte, `i1`
/// one byte each.
int64_t getByteSize(mlir::RankedTensorType type);

/// How many bits one element takes (8 for `i1`, both parts of a complex).
int64_t getElementBits(mlir::Type element);

/// Whether `values` are unique and all in [0, limit).
bool areUniqueBelow(llvm::ArrayRef<int64_t> values, int64_t limit);

/// The numbers from 0 to count - 1 that `taken` does not hold, ascending.
llvm::SmallVector<int64_t>
getComplement(int64_t count, llvm::ArrayRef<llvm::ArrayRef<int64_t>> taken);

/// Reports an error of type inference on op `name`; silent without a location.
template <typename... Args>
mlir::LogicalResult inferError(std::optional<mlir::Location> loc,
                               llvm::StringRef name, Args &&...args) {
  if (!loc)
    return mlir::failure();
  mlir::InFlightDiagnostic diag = mlir::emitError(*loc);
  diag << "'" << name << "' op ";
  (void)(diag << ... << std::forward<Args>(args));
  return diag;
}

} // namespace tenon::graph

#endif // TENON_IR_GRAPH_SHAPES_H
