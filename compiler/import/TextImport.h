//===- TextImport.h - modules from files ------------------------*- C++ -*-===//
//
// MLIR's own forms, text and bytecode: our own modules, which --dump-ir writes
// and a person writes by hand, and StableHLO's.
//
//===----------------------------------------------------------------------===//
#ifndef TENON_COMPILER_IMPORT_TEXTIMPORT_H
#define TENON_COMPILER_IMPORT_TEXTIMPORT_H

#include "compiler/import/Import.h"

namespace tenon {

/// Whether the file at `path` is read as a module: by its name, .mlir or
/// .mlirbc, or by the signature that bytecode has.
bool isModuleFile(const std::string &path);

/// Parses and verifies the module at `path`, of whatever dialects `context`
/// knows. Errors: NotFound for a file that cannot be read, InvalidArgument with
/// the first error and its place.
absl::StatusOr<mlir::OwningOpRef<mlir::ModuleOp>>
parseModule(const std::string &path, mlir::MLIRContext &context);

/// Reads a model of ours or StableHLO's; the latter is converted. The weights
/// of our own are checked as checkWeights (WeightCheck.h) says. It has no
/// symbolic dimensions: `options.dims` must be empty.
absl::StatusOr<mlir::OwningOpRef<mlir::ModuleOp>>
importText(const std::string &path, const ImportOptions &options,
           mlir::MLIRContext &context);

} // namespace tenon

#endif // TENON_COMPILER_IMPORT_TEXTIMPORT_H
