//===- TextImport.h - modules of the tenon dialect from files ---*- C++ -*-===//
//
// Our own text and bytecode: what --dump-ir writes and what a person writes by
// hand.
//
//===----------------------------------------------------------------------===//
#ifndef TENON_COMPILER_IMPORT_TEXTIMPORT_H
#define TENON_COMPILER_IMPORT_TEXTIMPORT_H

#include "compiler/import/Import.h"

namespace tenon {

/// Parses and verifies the module at `path`; StableHLO is converted. The
/// weights of our own text are checked as checkWeights (WeightCheck.h) says.
/// Text has no symbolic dimensions: `options.dims` must be empty.
absl::StatusOr<mlir::OwningOpRef<mlir::ModuleOp>>
importText(const std::string &path, const ImportOptions &options,
           mlir::MLIRContext &context);

} // namespace tenon

#endif // TENON_COMPILER_IMPORT_TEXTIMPORT_H
