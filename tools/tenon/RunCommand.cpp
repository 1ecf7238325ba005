#include "compiler/driver/ReferenceModel.h"
#include "compiler/report/Error.h"
#include "tools/tenon/ArtifactRunner.h"
#include "tools/tenon/Commands.h"
#include "tools/tenon/ModelFlags.h"
#include "tools/tenon/PendingArtifact.h"
#include "tools/tenon/Profile.h"
#include "tools/tenon/TemporaryFolder.h"
#include "tools/tenon/Tensors.h"
#include "tools/tenon/TransientArtifact.h"

namespace tenon::tool {
namespace {

using driver::HostTensor;
using report::ErrorCode;

struct RunFlags {
  ModelFlags model;
  std::string entry;
  std::vector<std::string> inputs;
  std::string outputFolder = ".";
  RunnerOptions runner;
  bool reference = false;
  bool guard = false;
  std::string profile;
  std::string checkpoint;
};

/// Runs an entry by the interpreter and writes its outputs.
absl::Status runReference(driver::ReferenceModel &model,
                          const driver::EntrySpec &entry,
                          const std::vector<HostTensor> &inputs,
                          const RunFlags &flags) {
  auto outputs = model.run(entry.name, inputs);
  if (!outputs.ok())
    return outputs.status();
  return writeOutputs(flags.outputFolder, entry, inputs, *outputs);
}

/// The same for a model whose dimensions get their sizes from the inputs.
absl::Status runReference(driver::ModelRequest request,
                          const driver::PendingModel &pending,
                          const std::vector<driver::DimSizes> &given,
                          const RunFlags &flags) {
  auto sized = bindInputs(pending, given, flags.entry, flags.inputs);
  if (!sized.ok())
    return sized.status();
  request.dims = sized->dims;
  auto model = driver::ReferenceModel::load(request);
  if (!model.ok())
    return model.status();
  return runReference(**model, sized->entry, sized->inputs, flags);
}

/// Runs the model by the interpreter.
absl::Status runReference(const RunFlags &flags) {
  auto request = flags.model.request();
  if (!request.ok())
    return request.status();
  if (isArtifact(flags.model.model)) {
    if (absl::Status status = flags.model.refuseWeights(); !status.ok())
      return status;
    auto pending = PendingArtifact::open(flags.model.model);
    if (!pending.ok())
      return pending.status();
    if (!*pending)
      return report::makeError(ErrorCode::BadOption,
                               "--reference runs a model; an artifact does not "
                               "hold the graph it was compiled from");
    auto folder = TemporaryFolder::create(".");
    if (!folder.ok())
      return folder.status();
    auto held = (*pending)->extract(folder->path());
    if (!held.ok())
      return held.status();
    return runReference(*held, (*pending)->model(), request->dims, flags);
  }
  auto model = driver::ReferenceModel::load(*request);
  if (report::errorCode(model.status()) == ErrorCode::SizesOpen) {
    auto pending = driver::describePending(*request);
    if (!pending.ok())
      return pending.status();
    return runReference(*request, *pending, {}, flags);
  }
  if (!model.ok())
    return model.status();
  auto entry = chooseEntry((*model)->entries(), flags.entry);
  if (!entry.ok())
    return entry.status();
  auto inputs = readInputs(*entry, flags.inputs);
  if (!inputs.ok())
    return inputs.status();
  return runReference(**model, *entry, *inputs, flags);
}

/// Runs the entry once and keeps its outputs and, where asked for, its times.
absl::StatusOr<std::vector<HostTensor>>
runOnce(const std::string &artifact, const RunnerOptions &options,
        const std::string &entry, const std::vector<HostTensor> &inputs,
        const std::string &checkpoint, const std::string &profile) {
  auto runner = ArtifactRunner::load(artifact, options);
  if (!runner.ok())
    return runner.status();
  absl::Status status =
      checkpoint.empty() ? absl::OkStatus() : (*runner)->loadState(checkpoint);
  if (status.ok())
    status = (*runner)->bind(entry, inputs);
  if (status.ok())
    status = (*runner)->run();
  if (status.ok() && !profile.empty())
    status = writeProfile(**runner, profile);
  if (!status.ok())
    return status;
  return (*runner)->outputs();
}

absl::Status runArtifact(const RunFlags &flags) {
  auto artifact =
      TransientArtifact::getSized(flags.model, flags.entry, flags.inputs);
  if (!artifact.ok())
    return artifact.status();
  driver::EntrySpec entry;
  std::vector<HostTensor> inputs;
  {
    auto runner = ArtifactRunner::load(artifact->path(), flags.runner);
    if (!runner.ok())
      return runner.status();
    auto chosen = chooseEntry((*runner)->entries(), flags.entry);
    if (!chosen.ok())
      return chosen.status();
    entry = std::move(*chosen);
    auto read = readInputs(entry, flags.inputs);
    if (!read.ok())
      return read.status();
    inputs = std::move(*read);
  }
  RunnerOptions options = flags.runner;
  options.profile = !flags.profile.empty();
  // Guards stand on one side at a time.
  if (flags.guard) {
    options.guard = TN_GUARD_START;
    auto outputs = runOnce(artifact->path(), options, entry.name, inputs,
                           flags.checkpoint, "");
    if (!outputs.ok())
      return outputs.status();
    options.guard = TN_GUARD_END;
  }
  auto outputs = runOnce(artifact->path(), options, entry.name, inputs,
                         flags.checkpoint, flags.profile);
  if (!outputs.ok())
    return outputs.status();
  return writeOutputs(flags.outputFolder, entry, inputs, *outputs);
}

} // namespace

void addRunCommand(CLI::App &app, ExitCode &exitCode) {
  auto flags = std::make_shared<RunFlags>();
  CLI::App *command = app.add_subcommand(
      "run", "Run an entry of an artifact, or of a model that is compiled for "
             "this machine first");
  flags->model.addModel(*command, "The artifact or the model");
  command
      ->add_option("--entry", flags->entry,
                   "The entry, by default the only one or predict")
      ->type_name("NAME");
  command
      ->add_option("--input", flags->inputs,
                   "A tensor, in the signature's order or by name")
      ->type_name("[NAME=]FILE.npy")
      ->allow_extra_args(false);
  command
      ->add_option("--output-dir", flags->outputFolder,
                   "Where output_0.npy, ... and signature.json go")
      ->type_name("DIR")
      ->capture_default_str();
  command
      ->add_option("--threads", flags->runner.threads,
                   "Threads, by default one per CPU")
      ->check(CLI::Range(1, 1024));
  command
      ->add_option("--variant", flags->runner.variant,
                   "Force a code variant of the artifact")
      ->type_name("NAME");
  auto *reference = command->add_flag(
      "--reference", flags->reference,
      "Run the model, or a dump of it, by the interpreter instead");
  command
      ->add_flag("--guard", flags->guard,
                 "Put each buffer against inaccessible memory and poison the "
                 "arena: finds accesses out of bounds")
      ->excludes(reference);
  command
      ->add_option("--checkpoint", flags->checkpoint,
                   "Run with the state that tenon train left in a checkpoint")
      ->type_name("FILE.safetensors")
      ->excludes(reference);
  command
      ->add_option("--profile", flags->profile,
                   "Write the time of each step as JSON")
      ->type_name("FILE")
      ->excludes(reference);
  flags->model.addCache(*command);
  command->callback([flags, &exitCode] {
    exitCode = reportFailure(flags->reference ? runReference(*flags)
                                              : runArtifact(*flags));
  });
}

} // namespace tenon::tool
