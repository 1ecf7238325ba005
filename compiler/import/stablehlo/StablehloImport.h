//===- StablehloImport.h - StableHLO modules as models ----------*- C++ -*-===//
//
// The dialects that MLIR's parser needs, and the way from a parsed module to
// the graph dialect.
//
//===----------------------------------------------------------------------===//
#ifndef TENON_COMPILER_IMPORT_STABLEHLO_STABLEHLOIMPORT_H
#define TENON_COMPILER_IMPORT_STABLEHLO_STABLEHLOIMPORT_H

#include "compiler/import/Import.h"
#include "compiler/import/OpenModel.h"

namespace tenon {

/// Makes `func`, `stablehlo`, `chlo` and `sdy` known to contexts of the
/// registry.
void registerStablehlo(mlir::DialectRegistry &registry);

/// Whether a module holds functions, which tenon modules never do.
bool isStablehlo(mlir::ModuleOp module);

/// Converts a parsed module, whose public functions become entries. `path` is
/// for messages. Errors as importModel says; warnings (a donation that cannot
/// be honoured) are diagnostics of the context.
absl::StatusOr<mlir::OwningOpRef<mlir::ModuleOp>>
convertStablehlo(mlir::ModuleOp source, const std::string &path,
                 const ImportOptions &options);

/// Describes a parsed module, whose arguments need not have sizes. Refuses ops
/// that are not known at all. Errors as importModel says, but that sizes may be
/// missing.
absl::StatusOr<OpenModel> describeStablehlo(mlir::ModuleOp source,
                                            const std::string &path,
                                            const ImportOptions &options);

} // namespace tenon

#endif // TENON_COMPILER_IMPORT_STABLEHLO_STABLEHLOIMPORT_H
