// From the plan level of the IR to what an artifact holds, one to one.

#ifndef TENON_COMPILER_DRIVER_PLANTRANSLATION_H
#define TENON_COMPILER_DRIVER_PLANTRANSLATION_H

#include "compiler/artifact/ArtifactContents.h"
#include "ir/kernel/KernelOps.h"

#include "absl/status/statusor.h"
#include "mlir/IR/BuiltinOps.h"

#include <map>

namespace tenon::driver {

/// An image, and where its kernels are: by the symbols of the plan's
/// plan.kernel ops.
struct VariantCode {
  artifact::Variant variant;
  std::map<std::string, artifact::KernelCode> kernels;
};

struct TranslationOptions {
  std::string producer;
  std::string targetArch;
  /// The bytes of a tenon.weight, tenon.variable's initial weight, or
  /// kernel.prepared, in the given layout (row major where null).
  std::function<absl::StatusOr<artifact::ByteSource>(mlir::Operation *symbol,
                                                     kernel::LayoutAttr layout)>
      weightSource;
  /// Translate the entries that run at compile time instead of those that
  /// users call. Their weights become inputs, in the order of
  /// `contents.entries[i].inputs`, and inputs and outputs are plain bytes in
  /// the plan's layouts.
  bool prepare = false;
};

/// Translates `module`, which has passed the plan's verifier. Kernels, weights
/// and constants that no translated entry uses are left out. Fails with
/// Unimplemented for what an artifact cannot hold, and with the errors of
/// `weightSource`.
absl::StatusOr<artifact::ArtifactContents>
translatePlan(mlir::ModuleOp module, const std::vector<VariantCode> &code,
              const TranslationOptions &options);

/// The elements of a constant, row major, as they stand in memory.
std::vector<uint8_t> elementBytes(mlir::ElementsAttr elements);

} // namespace tenon::driver

#endif // TENON_COMPILER_DRIVER_PLANTRANSLATION_H
