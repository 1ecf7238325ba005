//===- DimensionNumbers.h - Lists of dimensions as one structure *- C++ -*-===//
//
// StableHLO states which dimensions a product, a convolution, a gather or a
// scatter means in one structured attribute; vhlo and the graph dialect in
// plain lists and numbers, of the same names.
//
//===----------------------------------------------------------------------===//
#ifndef TENON_COMPILER_IMPORT_STABLEHLO_DIALECT_DIMENSIONNUMBERS_H
#define TENON_COMPILER_IMPORT_STABLEHLO_DIALECT_DIMENSIONNUMBERS_H

#include "mlir/IR/Attributes.h"
#include "mlir/IR/MLIRContext.h"

#include <optional>

namespace tenon::stablehlo {

/// The structured attribute of the op that StableHLO calls `op`, from its lists
/// and numbers, each of which is asked for once. Nothing where that op has
/// none.
std::optional<mlir::NamedAttribute> joinDimensionNumbers(
    mlir::MLIRContext *context, llvm::StringRef op,
    llvm::function_ref<llvm::SmallVector<int64_t>(llvm::StringRef)> getList,
    llvm::function_ref<int64_t(llvm::StringRef)> getNumber);

} // namespace tenon::stablehlo

#endif // TENON_COMPILER_IMPORT_STABLEHLO_DIALECT_DIMENSIONNUMBERS_H
