// The compiler's phases as data: one table of name, description and passes
// that `--compile-from`, `--compile-to`, `--help`, tenon-opt and the docs
// read. Pipeline.cpp tells what each pass is there for.

#ifndef TENON_COMPILER_PIPELINE_PIPELINE_H
#define TENON_COMPILER_PIPELINE_PIPELINE_H

#include "ir/target/TargetDescription.h"

#include "mlir/Pass/PassManager.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"

#include <optional>

namespace tenon::pipeline {

/// In order of compilation. A phase's name stands for the state of the module
/// at its end, which its last pass has verified.
enum class Phase {
  Input,
  Graph,
  Fused,
  Layout,
  Scheduled,
  Plan,
  Configured,
  Artifact
};

/// What passes may know beyond the module.
struct PipelineOptions {
  /// The machine that strategies choose tiles and registers for.
  target::TargetDescription target;
  /// Columns of one panel of packed weights. All variants of an artifact share
  /// it, so it divides each one's register tile.
  int64_t panelWidth = 16;
};

/// Options for an artifact with code for `targets`, best first, at least one:
/// tiles are chosen for the first, panels suit all of them.
PipelineOptions optionsFor(llvm::ArrayRef<target::TargetDescription> targets);

/// One row of the table.
struct PhaseInfo {
  Phase phase;
  /// As `--compile-to` spells it.
  llvm::StringLiteral name;
  /// What is true at the end of the phase, one line.
  llvm::StringLiteral description;
  /// Adds the passes that lead from the end of the phase before to the end of
  /// this one; null for a phase that is no pass pipeline.
  void (*addPasses)(mlir::OpPassManager &, const PipelineOptions &);
  /// Adds the read-only passes that prove what is true at the end of the
  /// phase; null where the ops' own verifiers prove all of it.
  void (*addVerifyPasses)(mlir::OpPassManager &);
};

/// All phases in order.
llvm::ArrayRef<PhaseInfo> phases();

/// The start of phase graph: what leads an imported module to primitives alone,
/// gradients and composites expanded, weights untouched.
void addPrimitivePasses(mlir::OpPassManager &pm);

/// The row of `phase`.
const PhaseInfo &getPhase(Phase phase);

/// The phase called `name`, or nothing.
std::optional<Phase> parsePhase(llvm::StringRef name);

/// Makes each phase known to pass pipeline parsers as `tenon-phase-NAME`, for
/// the target "native" unless `target=NAME` says otherwise.
void registerPhasePipelines();

} // namespace tenon::pipeline

#endif // TENON_COMPILER_PIPELINE_PIPELINE_H
