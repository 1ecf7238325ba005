// The kernels of a plan to machine code, one image per variant.

#ifndef TENON_COMPILER_DRIVER_CODEGENERATION_H
#define TENON_COMPILER_DRIVER_CODEGENERATION_H

#include "compiler/driver/PhaseRunner.h"
#include "compiler/driver/PlanTranslation.h"

namespace tenon::driver {

/// How tiles and registers come to a plan's kernels.
enum class Configuration {
  AsStated, ///< the plan's own
  Anew      ///< chosen for the target at hand, whatever the plan states
};

/// Generates code for the kernels that the plan's entries launch: those that
/// run at compile time where `prepare`, those that users call otherwise. The
/// plan stays as it is. An error is one line and carries T0203 or T0204.
absl::StatusOr<VariantCode>
generateCode(mlir::ModuleOp plan, bool prepare,
             const target::TargetDescription &target,
             Configuration configuration, const PhaseRecords &records);

} // namespace tenon::driver

#endif // TENON_COMPILER_DRIVER_CODEGENERATION_H
