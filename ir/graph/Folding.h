//===- Folding.h - Folding constants that are one repeated element --------===//
//
// Folders compute on splats only: larger constants are the business of the
// constant-folding pass, which asks the interpreter.
//
//===----------------------------------------------------------------------===//

#ifndef TENON_IR_GRAPH_FOLDING_H
#define TENON_IR_GRAPH_FOLDING_H

#include "mlir/IR/BuiltinAttributes.h"
#include "llvm/ADT/STLFunctionalExtras.h"

namespace tenon::graph {

/// The attribute as a dense splat, or null.
mlir::DenseElementsAttr getSplat(mlir::Attribute attr);

/// Whether `attr` is a float splat of exactly this value, sign of zero
/// included.
bool isFloatSplat(mlir::Attribute attr, double value);

/// Whether `attr` is an integer splat of this value, sign-extended to 64 bits
/// (booleans are 0 and 1).
bool isIntSplat(mlir::Attribute attr, int64_t value);

/// Whether `attr` is a splat of 1, of integers (not booleans) or floats.
bool isOneSplat(mlir::Attribute attr);

/// Computes a splat of `type` from one splat; null where `attr` is none or
/// holds neither floats nor integers.
mlir::Attribute foldSplat(
    mlir::Attribute attr, mlir::ShapedType type,
    llvm::function_ref<std::optional<llvm::APFloat>(llvm::APFloat)> onFloat,
    llvm::function_ref<std::optional<llvm::APInt>(llvm::APInt)> onInt);

/// Computes a splat of `type` from two splats of that type, else null.
mlir::Attribute foldSplats(
    mlir::Attribute lhs, mlir::Attribute rhs, mlir::ShapedType type,
    llvm::function_ref<std::optional<llvm::APFloat>(llvm::APFloat,
                                                    llvm::APFloat)>
        onFloat,
    llvm::function_ref<std::optional<llvm::APInt>(llvm::APInt, llvm::APInt)>
        onInt);

/// The same splat in another static shape; null where `attr` is none.
mlir::Attribute reshapeSplat(mlir::Attribute attr, mlir::ShapedType type);

} // namespace tenon::graph

#endif // TENON_IR_GRAPH_FOLDING_H
