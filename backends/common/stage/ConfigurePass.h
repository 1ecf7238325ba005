// The pass that has a backend's policy configure every kernel, whatever the
// backend.

#ifndef TENON_BACKENDS_COMMON_STAGE_CONFIGUREPASS_H
#define TENON_BACKENDS_COMMON_STAGE_CONFIGUREPASS_H

#include "ir/kernel/KernelOps.h"
#include "ir/target/TargetDescription.h"

#include "mlir/IR/BuiltinOps.h"

#include <optional>

namespace tenon {

/// Over `Base`, what TableGen wrote for a pass over modules with the option
/// `targetName` and the statistic `configured`. `configureKernel` is the
/// policy.
template <typename Base,
          void (*configureKernel)(kernel::FusedOp,
                                  const target::TargetDescription &)>
class ConfigurePass : public Base {
public:
  using Base::Base;
  /// For a description that has no name of its own.
  explicit ConfigurePass(const target::TargetDescription &target)
      : target(target) {}

  void runOnOperation() override {
    mlir::ModuleOp module = this->getOperation();
    if (!target) {
      auto found = target::lookupTarget(this->targetName);
      if (!found) {
        module.emitError(llvm::toString(found.takeError()));
        return this->signalPassFailure();
      }
      target = *found;
    }
    module.walk([&](kernel::FusedOp kernel) {
      configureKernel(kernel, *target);
      ++this->configured;
    });
  }

private:
  std::optional<target::TargetDescription> target;
};

} // namespace tenon

#endif // TENON_BACKENDS_COMMON_STAGE_CONFIGUREPASS_H
