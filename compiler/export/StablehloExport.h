//===- StablehloExport.h - A graph as StableHLO text ------------*- C++ -*-===//
#ifndef TENON_COMPILER_EXPORT_STABLEHLOEXPORT_H
#define TENON_COMPILER_EXPORT_STABLEHLOEXPORT_H

#include "absl/status/statusor.h"
#include "ir/graph/GraphOps.h"
#include "mlir/IR/OwningOpRef.h"

#include <cstdint>
#include <functional>
#include <span>

namespace tenon {

/// The bytes of a weight that stands in a file, row major; valid until the next
/// call at least.
using WeightReader =
    std::function<absl::StatusOr<std::span<const uint8_t>>(graph::WeightOp)>;

/// Writes a module of graph-dialect primitives as a module of `func`,
/// `stablehlo` and, for erf and its kin, `chlo`: the opposite of
/// convertStablehlo. Entries become public functions; a module of one entry has
/// it as `main`. Weights become constants. A state variable is an argument
/// whose new value is a result that `tf.aliasing_output` ties to it; where its
/// initial value matters, the entry that computes it is exported as well.
///
/// Unimplemented, with all of them listed, for ops that StableHLO lacks
/// (composites and gradients: those are to be expanded before).
absl::StatusOr<mlir::OwningOpRef<mlir::ModuleOp>>
exportStablehlo(mlir::ModuleOp module, const WeightReader &readWeight);

} // namespace tenon

#endif // TENON_COMPILER_EXPORT_STABLEHLOEXPORT_H
