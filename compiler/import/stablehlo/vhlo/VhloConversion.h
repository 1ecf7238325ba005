//===- VhloConversion.h - From vhlo ops to stablehlo ops --------*- C++ -*-===//
#ifndef TENON_COMPILER_IMPORT_STABLEHLO_VHLO_VHLOCONVERSION_H
#define TENON_COMPILER_IMPORT_STABLEHLO_VHLO_VHLOCONVERSION_H

#include "mlir/IR/BuiltinOps.h"

namespace tenon::vhlo {

/// Whether a module holds ops of the portable dialect.
bool isVhlo(mlir::ModuleOp module);

/// Renames the ops of the portable dialect to those of `func` and `stablehlo`,
/// in place, and puts their attributes into the form that these have. Failure,
/// after an error at the op, where an op is not known or its attributes are not
/// those of its kind. The result is not verified.
mlir::LogicalResult convertVhlo(mlir::ModuleOp module);

} // namespace tenon::vhlo

#endif // TENON_COMPILER_IMPORT_STABLEHLO_VHLO_VHLOCONVERSION_H
