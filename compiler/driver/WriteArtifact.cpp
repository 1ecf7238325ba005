// The last phase: from the plan to the file.

#include "compiler/artifact/ArtifactWriter.h"
#include "compiler/driver/CodeGeneration.h"
#include "compiler/driver/CompileSession.h"
#include "compiler/driver/ModuleText.h"
#include "compiler/driver/Preparation.h"
#include "compiler/driver/Reproducer.h"
#include "compiler/driver/WeightFiles.h"
#include "compiler/report/Error.h"
#include "ir/plan/PlanOps.h"

#include "llvm/TargetParser/Triple.h"

namespace tenon::driver {
namespace {

using report::ErrorCode;

/// Ops of the kernels that users' entries launch, each kernel once.
int64_t countOps(mlir::ModuleOp plan) {
  llvm::DenseSet<llvm::StringRef> used;
  for (plan::EntryOp entry : plan.getOps<plan::EntryOp>())
    if (!entry.getPrepare())
      for (plan::LaunchOp launch : entry.getBody().getOps<plan::LaunchOp>())
        used.insert(launch.getKernel());
  int64_t count = 0;
  for (plan::KernelOp kernel : plan.getOps<plan::KernelOp>())
    if (used.contains(kernel.getSymName()))
      kernel.walk([&](kernel::StageOp stage) {
        count += llvm::range_size(stage.getBody().front().without_terminator());
      });
  return count;
}

void summarize(const artifact::ArtifactContents &contents,
               const artifact::ArtifactSummary &written,
               report::CompileSummary &summary) {
  summary.kernels = static_cast<int64_t>(contents.kernels.size());
  summary.weights = static_cast<int64_t>(contents.weights.size());
  summary.weightsSize = written.weightsSize;
  summary.codeSize = written.codeSize;
  summary.fileSize = written.fileSize;
  for (const artifact::Kernel &kernel : contents.kernels)
    for (const artifact::KernelCode &code : kernel.code)
      summary.scratchSize = std::max(summary.scratchSize, code.scratchSize);
  for (const artifact::Entry &entry : contents.entries) {
    report::EntrySummary &line = summary.entries.emplace_back();
    line.name = entry.name;
    for (const artifact::Dim &dim : entry.dims)
      line.dims.emplace_back(dim.name, dim.size);
    line.launches = static_cast<int64_t>(entry.instructions.size());
    line.arenaSize = static_cast<int64_t>(entry.arenaSize);
    line.peak = static_cast<int64_t>(entry.peak);
    line.lowerBound = static_cast<int64_t>(entry.lowerBound);
  }
}

} // namespace

absl::Status CompileSession::writeArtifact() {
  mlir::ModuleOp plan = *model.module;
  PhaseRecords records{options.traceFile.empty() ? nullptr : &trace,
                       dumps ? &*dumps : nullptr};
  auto fail = [&](absl::Status status, ErrorCode code) {
    return leaveReproducer(report::withCode(std::move(status), code),
                           pipeline::Phase::Artifact, plan, model.folder,
                           options);
  };
  std::vector<VariantCode> code;
  for (const target::TargetDescription &target : options.targets) {
    // The plan is configured for the first; all share its layouts.
    auto configuration =
        code.empty() ? Configuration::AsStated : Configuration::Anew;
    auto variant =
        generateCode(plan, /*prepare=*/false, target, configuration, records);
    if (!variant.ok())
      return fail(variant.status(), ErrorCode::CodegenFailed);
    code.push_back(std::move(*variant));
  }
  WeightFiles weights(model.folder);
  auto preparation =
      Preparation::create(plan, weights, folderOf(options.output), records);
  if (!preparation.ok())
    return fail(preparation.status(), ErrorCode::PreparationFailed);

  TranslationOptions translation;
  translation.producer = "tenon " TENON_VERSION;
  translation.targetArch =
      llvm::Triple(options.targets.front().triple).getArchName().str();
  translation.weightSource =
      [&](mlir::Operation *symbol,
          kernel::LayoutAttr layout) -> absl::StatusOr<artifact::ByteSource> {
    if (auto prepared = mlir::dyn_cast<kernel::PreparedOp>(symbol))
      return (*preparation)->source(prepared);
    if (layout && !layout.isRowMajor())
      return absl::InternalError("a weight in a layout that no entry prepares");
    return weights.source(mlir::cast<graph::WeightOp>(symbol));
  };
  auto contents = translatePlan(plan, code, translation);
  if (!contents.ok())
    return fail(contents.status(), ErrorCode::ArtifactRefused);
  absl::StatusOr<artifact::ArtifactSummary> written;
  {
    TraceScope scope(records.trace, "write", "artifact");
    written = artifact::writeArtifact(*contents, options.output);
  }
  if (!written.ok())
    return absl::IsInvalidArgument(written.status())
               ? fail(written.status(), ErrorCode::ArtifactRefused)
               : report::withCode(written.status(),
                                  ErrorCode::OutputUnwritable);
  summary.output = options.output;
  summary.ops = countOps(plan);
  summarize(*contents, *written, summary);
  return dumps ? dumps->status() : absl::OkStatus();
}

} // namespace tenon::driver
