//===- VhloDialect.h - Portable StableHLO bytecode --------------*- C++ -*-===//
//
// What `jax.export` and PyTorch/XLA write to disk: MLIR bytecode of `vhlo`, the
// versioned twin of `stablehlo`. Its types and attributes are encoded by
// numbers that never change meaning, so they are read as what they stand for:
// builtin types and attributes, and `stablehlo` enumerations. Only the ops keep
// their versioned names, until convertVhlo has renamed them.
//
// The encoding is the published one of StableHLO 0.9 to 1.20
// (https://github.com/openxla/stablehlo, docs/bytecode.md and docs/vhlo.md).
//
//===----------------------------------------------------------------------===//
#ifndef TENON_COMPILER_IMPORT_STABLEHLO_VHLO_VHLODIALECT_H
#define TENON_COMPILER_IMPORT_STABLEHLO_VHLO_VHLODIALECT_H

#include "mlir/IR/ExtensibleDialect.h"

namespace tenon::vhlo {

/// Reads, and never writes. Ops are generic: operands, attributes, regions.
class VhloDialect : public mlir::ExtensibleDialect {
public:
  explicit VhloDialect(mlir::MLIRContext *context);
  static llvm::StringRef getDialectNamespace() { return "vhlo"; }
};

} // namespace tenon::vhlo

#endif // TENON_COMPILER_IMPORT_STABLEHLO_VHLO_VHLODIALECT_H
