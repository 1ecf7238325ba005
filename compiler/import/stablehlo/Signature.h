//===- Signature.h - Names, donation and sizes of a function ----*- C++ -*-===//
//
// What JAX says about a program beside its ops: names of arguments and results,
// buffers that the caller gives up, and dimensions without a size.
//
//===----------------------------------------------------------------------===//
#ifndef TENON_COMPILER_IMPORT_STABLEHLO_SIGNATURE_H
#define TENON_COMPILER_IMPORT_STABLEHLO_SIGNATURE_H

#include "compiler/import/Import.h"

#include "ir/graph/GraphOps.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace tenon::stablehlo {

/// The names of the function's arguments: their locations, where those are
/// distinct names, else `arg0`, `arg1`, ...
std::vector<std::string> argumentNames(mlir::func::FuncOp function);

/// Names the entry's arguments by argumentNames.
void nameArguments(mlir::func::FuncOp function, graph::EntryOp entry);

/// Names the entry's results by `jax.result_info`, where those are distinct.
void nameResults(mlir::func::FuncOp function, graph::EntryOp entry);

/// Marks donated arguments (`tf.aliasing_output`, `jax.buffer_donor`) and ties
/// results to them. A donation that no result can take over is a warning.
void tieDonations(mlir::func::FuncOp function, graph::EntryOp entry);

/// The name of each dimension of one argument.
using DimNames = std::vector<std::string>;

/// Names the dimensions without a size: by the symbol that JAX gave them where
/// the program says it, else `arg0_1` for dimension 1 of argument 0.
std::vector<DimNames> nameDimensions(mlir::func::FuncOp function);

/// The names in `names` that the options give no size, sorted.
std::vector<std::string> openDimensions(const std::vector<DimNames> &names,
                                        const ImportOptions &options);

/// FailedPrecondition for a binding of a dimension that no argument has.
absl::Status checkBindings(const std::vector<DimNames> &names,
                           const ImportOptions &options,
                           const std::string &path);

/// The error for `open`, which is not empty; see isOpenDimensions.
absl::Status openDimensionsError(const std::vector<std::string> &open,
                                 const std::string &path);

/// The size that the options give a dimension, which has one; Unimplemented
/// where there are several.
absl::StatusOr<int64_t> boundSize(const std::string &name,
                                  const ImportOptions &options,
                                  const std::string &path);

} // namespace tenon::stablehlo

#endif // TENON_COMPILER_IMPORT_STABLEHLO_SIGNATURE_H
