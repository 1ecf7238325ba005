#include "compiler/driver/CompileSession.h"

#include "backends/cpu/codegen/ObjectEmitter.h"
#include "backends/cuda/codegen/PtxEmitter.h"
#include "backends/reference/WeightFiles.h"
#include "compiler/driver/Dialects.h"
#include "compiler/driver/ModuleText.h"
#include "compiler/driver/PhaseRunner.h"
#include "compiler/driver/PortableText.h"
#include "compiler/driver/Reduction.h"
#include "compiler/driver/Reproducer.h"
#include "compiler/driver/Support.h"
#include "compiler/driver/WritePending.h"
#include "compiler/report/Error.h"

namespace tenon::driver {

using pipeline::Phase;
using pipeline::PhaseInfo;
using report::ErrorCode;

CompileSession::CompileSession(const CompileOptions &options)
    : options(options), context([] {
        mlir::DialectRegistry registry;
        registerDialects(registry);
        return registry;
      }()) {
  // Code generation builds ops of dialects that no module has named yet.
  context.loadAllAvailableDialects();
  summary.model = options.model;
  for (const target::TargetDescription &target : options.targets)
    summary.variants.push_back(target.name);
  if (!options.dumpFolder.empty()) {
    dumps.emplace(options.dumpFolder);
    // Numbered files tell a story only where one pass runs at a time.
    context.disableMultithreading();
  }
}

absl::Status CompileSession::load() {
  auto loaded =
      options.from ? loadDump(options.model, context)
      : options.trainingSpec.empty()
          ? loadModel(options.request(), context)
          : loadForTraining(options.request(), options.trainingSpec, context);
  if (!loaded.ok())
    return loaded.status();
  model = std::move(*loaded);
  if (options.verifyPasses)
    startVerification();
  summary.unusedTensors = model.unusedTensors;
  return options.from ? verifyPhase(*options.from, *model.module)
                      : absl::OkStatus();
}

void CompileSession::startVerification() {
  // A difference belongs to one pass only where one runs at a time.
  context.disableMultithreading();
  auto files = std::make_shared<reference::WeightFiles>(model.folder);
  check::PassCheckOptions checkOptions;
  checkOptions.weights = [files](graph::WeightOp weight) {
    return files->read(weight);
  };
  verification.emplace(std::move(checkOptions));
}

absl::Status CompileSession::advance(Phase phase) {
  mlir::OwningOpRef<mlir::ModuleOp> start = model.module->clone();
  pipeline::PipelineOptions passOptions = pipeline::optionsFor(options.targets);
  PhaseRecords records{options.traceFile.empty() ? nullptr : &trace,
                       dumps ? &*dumps : nullptr,
                       verification ? &*verification : nullptr};
  absl::Status status = runPhase(phase, *model.module, passOptions, records);
  if (report::errorCode(status) == ErrorCode::PassChangesResult)
    return leaveReducedReproducer(status, *verification->wrongPass(),
                                  model.folder, options);
  if (!status.ok())
    return leaveReproducer(status, phase, *start, model.folder, options);
  if (!options.remarksFile.empty())
    emitRemarks(phase);
  if (dumps) {
    std::string name = pipeline::getPhase(phase).name.str();
    dumps->write(name, "mlir",
                 "// The end of phase " + name +
                     ", complete; --compile-from=" + name + " reads it.\n" +
                     printModule(*model.module, model.folder, dumps->folder()));
    if (!dumps->status().ok())
      return dumps->status();
  }
  // Ops are final here and not in kernels yet: the place to list all of those
  // that have none.
  if (phase == Phase::Graph && options.to > Phase::Graph)
    return checkLowerable(*model.module, options.targets.front().kind);
  return absl::OkStatus();
}

void CompileSession::emitRemarks(Phase phase) {
  switch (phase) {
  case Phase::Fused:
    return report::emitFusionRemarks(*model.module);
  case Phase::Layout:
    return report::emitLayoutRemarks(*model.module);
  case Phase::Scheduled:
    return report::emitScheduleRemarks(*model.module);
  case Phase::Plan:
    return report::emitMemoryRemarks(*model.module);
  case Phase::Configured:
    return report::emitStrategyRemarks(*model.module);
  case Phase::Input:
  case Phase::Graph:
  case Phase::Artifact:
    return;
  }
}

absl::Status CompileSession::finish(absl::Status status) {
  if (!options.traceFile.empty())
    if (absl::Status written = trace.write(options.traceFile); status.ok())
      return written;
  return status;
}

/// Refuses a description, which may be a user's own, before any work is done.
static absl::Status checkTargets(const CompileOptions &options) {
  for (const target::TargetDescription &target : options.targets) {
    bool isGpu = target.kind == target::TargetKind::Cuda;
    auto machine = isGpu ? cuda::createTargetMachine(target)
                         : cpu::createTargetMachine(target, /*optLevel=*/2);
    if (!machine)
      return report::makeError(ErrorCode::TargetUnknown,
                               llvm::toString(machine.takeError()));
  }
  return absl::OkStatus();
}

absl::StatusOr<report::CompileSummary> CompileSession::run() {
  if (absl::Status status = checkTargets(options); !status.ok())
    return status;
  if (!options.remarksFile.empty()) {
    if (failed(report::streamRemarks(context, options.remarksFile,
                                     options.remarksFormat)))
      return report::makeError(ErrorCode::OutputUnwritable,
                               options.remarksFile +
                                   ": cannot write the remarks");
  }
  TraceScope whole(nullptr, "compile", "compile");
  for (const PhaseInfo &info : pipeline::phases()) {
    if (info.phase > options.to)
      break;
    // A dump stands for the end of its phase.
    if (options.from && info.phase < *options.from)
      continue;
    if (options.phaseBegins)
      options.phaseBegins(info);
    TraceLog::Clock::time_point start = TraceLog::Clock::now();
    bool isFirst = info.phase == options.from.value_or(Phase::Input);
    absl::Status status = isFirst ? load() : absl::OkStatus();
    if (status.ok() && !(options.from && isFirst))
      status =
          info.phase == Phase::Artifact ? writeArtifact() : advance(info.phase);
    double seconds =
        std::chrono::duration<double>(TraceLog::Clock::now() - start).count();
    trace.add(info.name.str(), "phase", start);
    if (!status.ok())
      return finish(status);
    summary.phases.push_back({info.name.str(), seconds});
    if (options.phaseEnds)
      options.phaseEnds(info, seconds);
  }
  if (options.asStablehlo) {
    auto text = toStablehlo(model);
    absl::Status status =
        text.ok() ? writeText(options.output, *text) : text.status();
    if (!status.ok())
      return finish(status);
  } else if (options.to != Phase::Artifact) {
    bool toFile = options.output != "-";
    absl::Status status =
        writeText(options.output, printModule(*model.module, model.folder,
                                              toFile ? folderOf(options.output)
                                                     : std::string(".")));
    if (!status.ok())
      return finish(status);
  }
  if (verification) {
    summary.verifiedEntries = verification->numEntries();
    summary.unverifiedEntries = verification->skipped();
  }
  summary.seconds = whole.seconds();
  if (absl::Status status = finish(absl::OkStatus()); !status.ok())
    return status;
  return summary;
}

bool verifiesPassesByDefault() { return TENON_VERIFY_PASSES; }

absl::StatusOr<report::CompileSummary> compile(const CompileOptions &options) {
  auto summary = CompileSession(options).run();
  bool mayWait = options.to == Phase::Artifact && !options.from &&
                 options.trainingSpec.empty();
  if (report::errorCode(summary.status()) == ErrorCode::SizesOpen && mayWait)
    return writePendingArtifact(options);
  return summary;
}

} // namespace tenon::driver
