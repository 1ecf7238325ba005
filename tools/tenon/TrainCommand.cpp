#include "compiler/report/Error.h"
#include "runtime/train/Trainer.h"
#include "tools/tenon/Commands.h"
#include "tools/tenon/TrainProgress.h"

#include <csignal>
#include <cstdio>
#include <filesystem>

namespace tenon::tool {
namespace {

using report::ErrorCode;
using training::Problem;

struct TrainFlags {
  std::string artifact;
  std::vector<std::string> data, validation;
  std::string batches, losses, parametersFolder, logFolder;
  training::SessionOptions session;
  training::TrainerOptions trainer;
  bool noShuffle = false, json = false, quiet = false;
};

absl::Status toStatus(const Problem &problem) {
  return problem.code == TN_OK
             ? absl::OkStatus()
             : report::makeRuntimeError(problem.code, problem.text);
}

std::atomic<bool> stopRequested{false};

/// Lets Ctrl-C end the run behind its step, with a checkpoint; a second one
/// ends the program.
class InterruptGuard {
public:
  InterruptGuard() {
    stopRequested = false;
    struct sigaction action = {};
    action.sa_handler = [](int) { stopRequested = true; };
    action.sa_flags = static_cast<int>(SA_RESETHAND);
    sigaction(SIGINT, &action, &previous);
  }
  ~InterruptGuard() { sigaction(SIGINT, &previous, nullptr); }

private:
  struct sigaction previous = {};
};

/// What cannot be said together.
absl::Status checkFlags(const TrainFlags &flags) {
  auto bad = [](const std::string &what) {
    return report::makeError(ErrorCode::BadOption, what);
  };
  if (flags.batches.empty() == flags.data.empty())
    return bad("one of --data and --batches says what to train on");
  if (!flags.losses.empty() && flags.batches.empty())
    return bad("--losses goes with --batches");
  if (!flags.batches.empty() &&
      (!flags.validation.empty() || flags.trainer.resume ||
       !flags.trainer.checkpointFolder.empty()))
    return bad("--batches runs the given steps once: --validation, "
               "--checkpoint and --resume go with --data");
  if (flags.trainer.resume && flags.trainer.checkpointFolder.empty())
    return bad("--resume needs the folder of --checkpoint");
  return absl::OkStatus();
}

/// The .npy files of a folder, each called like the input it is for.
Problem loadBatches(const std::string &folder, training::Dataset &dataset) {
  std::error_code error;
  std::vector<std::string> files;
  for (const auto &entry : std::filesystem::directory_iterator(folder, error))
    if (entry.path().extension() == ".npy")
      files.push_back(entry.path().stem().string() + "=" +
                      entry.path().string());
  if (error)
    return {TN_FILE_UNREADABLE, folder + ": " + error.message()};
  if (files.empty())
    return {TN_DATA_MISMATCH, folder + ": holds no .npy files"};
  std::sort(files.begin(), files.end());
  return training::Dataset::load(files, dataset);
}

absl::Status writeLosses(const std::string &path,
                         const std::vector<float> &losses) {
  auto count = static_cast<int64_t>(losses.size());
  tn_tensor tensor{TN_F32, 1, &count, losses.data()};
  tn_diagnostic diagnostic;
  if (tn_npy_write(path.c_str(), &tensor, &diagnostic) != TN_OK)
    return report::makeRuntimeError(diagnostic.code, diagnostic.message);
  return absl::OkStatus();
}

/// Writes what predict reads of the state, NAME.npy each. A slash in a name is
/// no folder: it is written %2F.
absl::Status saveParameters(const training::TrainingSession &session,
                            const std::string &folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  for (size_t i = 0; i < session.variables().size(); ++i) {
    const training::Variable &variable = session.variables()[i];
    if (!variable.isModel)
      continue;
    std::vector<uint8_t> bytes(variable.bytes);
    if (Problem problem = session.read(i, bytes.data()); problem.code != TN_OK)
      return toStatus(problem);
    std::string name;
    for (char c : variable.name)
      name += c == '/' ? std::string("%2F") : std::string(1, c);
    tn_tensor tensor{variable.dtype,
                     static_cast<int32_t>(variable.shape.size()),
                     variable.shape.data(), bytes.data()};
    tn_diagnostic diagnostic;
    std::string path = folder + "/" + name + ".npy";
    if (tn_npy_write(path.c_str(), &tensor, &diagnostic) != TN_OK)
      return report::makeRuntimeError(diagnostic.code, diagnostic.message);
  }
  return absl::OkStatus();
}

absl::Status trainOnData(const TrainFlags &flags,
                         training::TrainingSession &session,
                         TrainProgress &progress) {
  training::Dataset data, validation;
  Problem problem = training::Dataset::load(flags.data, data);
  if (problem.code == TN_OK)
    problem = training::Dataset::load(flags.validation, validation);
  std::unique_ptr<training::Trainer> trainer;
  if (problem.code == TN_OK)
    problem = training::Trainer::create(
        session, data, flags.validation.empty() ? nullptr : &validation,
        flags.trainer, trainer);
  if (problem.code != TN_OK)
    return toStatus(problem);
  InterruptGuard guard;
  return toStatus(trainer->run(progress, &stopRequested));
}

absl::Status trainOnGivenBatches(const TrainFlags &flags,
                                 training::TrainingSession &session,
                                 TrainProgress &progress) {
  training::Dataset batches;
  Problem problem = loadBatches(flags.batches, batches);
  std::vector<float> losses;
  if (problem.code == TN_OK)
    problem = training::trainOnBatches(session, batches, progress, losses);
  if (problem.code != TN_OK)
    return toStatus(problem);
  return flags.losses.empty() ? absl::OkStatus()
                              : writeLosses(flags.losses, losses);
}

ExitCode runTrain(TrainFlags flags) {
  if (absl::Status status = checkFlags(flags); !status.ok())
    return reportFailure(status);
  flags.trainer.shuffle = !flags.noShuffle;
  std::unique_ptr<training::TrainingSession> session;
  Problem problem =
      training::TrainingSession::load(flags.artifact, flags.session, session);
  std::unique_ptr<training::EventLog> log;
  if (problem.code == TN_OK && !flags.logFolder.empty())
    problem = training::EventLog::create(flags.logFolder, log);
  if (problem.code != TN_OK)
    return reportFailure(toStatus(problem));
  TrainProgress progress(flags.quiet || flags.json, log.get());
  absl::Status status = flags.batches.empty()
                            ? trainOnData(flags, *session, progress)
                            : trainOnGivenBatches(flags, *session, progress);
  if (status.ok() && !flags.parametersFolder.empty())
    status = saveParameters(*session, flags.parametersFolder);
  if (log) {
    log->flush();
    if (status.ok() && !log->good())
      status = report::makeRuntimeError(
          TN_FILE_UNWRITABLE, flags.logFolder + ": cannot write the events");
  }
  if (!status.ok())
    return reportFailure(status);
  if (flags.json)
    std::fputs((progress.figures().dump(2) + "\n").c_str(), stdout);
  else if (!flags.quiet)
    std::fputs(progress.summary().c_str(), stderr);
  if (progress.isComplete())
    return Done;
  std::fputs("tenon: stopped before the end; --resume goes on\n", stderr);
  return Failed;
}

} // namespace

void addTrainCommand(CLI::App &app, ExitCode &exitCode) {
  auto flags = std::make_shared<TrainFlags>();
  CLI::App *command = app.add_subcommand(
      "train", "Train an artifact that was compiled with --train");
  command->add_option("artifact", flags->artifact, "The artifact")
      ->required()
      ->type_name("ARTIFACT");
  command
      ->add_option("--data", flags->data,
                   "Examples, one column per input and target: an archive, or "
                   "an array per flag")
      ->type_name("FILE.npz|FILE.safetensors|NAME=FILE.npy")
      ->allow_extra_args(false);
  command
      ->add_option("--validation", flags->validation,
                   "Examples to measure loss and accuracy on after each epoch")
      ->type_name("FILE.npz|FILE.safetensors|NAME=FILE.npy")
      ->allow_extra_args(false);
  auto *epochs = command
                     ->add_option("--epochs", flags->trainer.epochs,
                                  "Passes over the data")
                     ->check(CLI::Range(int64_t{1}, int64_t{1} << 40))
                     ->capture_default_str();
  command
      ->add_option("--steps", flags->trainer.steps,
                   "Batches instead of epochs, an earlier run's included")
      ->check(CLI::Range(int64_t{1}, int64_t{1} << 60))
      ->excludes(epochs);
  command
      ->add_option("--seed", flags->trainer.seed,
                   "Of the order in which examples come")
      ->capture_default_str();
  command->add_flag("--no-shuffle", flags->noShuffle,
                    "Take the examples in their order");
  command
      ->add_option("--checkpoint", flags->trainer.checkpointFolder,
                   "Keep the whole state in step-N.safetensors here")
      ->type_name("DIR");
  command
      ->add_option("--checkpoint-every", flags->trainer.checkpointEvery,
                   "Steps between two checkpoints, by default an epoch's")
      ->check(CLI::Range(int64_t{1}, int64_t{1} << 60));
  command
      ->add_option("--keep", flags->trainer.checkpointsKept,
                   "How many checkpoints to keep")
      ->check(CLI::Range(1, 1000000))
      ->capture_default_str();
  command->add_flag("--resume", flags->trainer.resume,
                    "Go on from the last checkpoint, if there is one");
  command
      ->add_option("--log-dir", flags->logFolder,
                   "Write curves for TensorBoard here")
      ->type_name("DIR");
  command
      ->add_option("--batches", flags->batches,
                   "Instead of --data: NAME.npy per input and target, all "
                   "steps stacked [steps, batch, ...], run in that order")
      ->type_name("DIR");
  command
      ->add_option("--losses", flags->losses,
                   "With --batches: write the loss of each step")
      ->type_name("FILE.npy");
  command
      ->add_option("--save-parameters", flags->parametersFolder,
                   "Write NAME.npy for each parameter after the last step")
      ->type_name("DIR");
  command
      ->add_option("--threads", flags->session.threads,
                   "Threads, by default one per CPU")
      ->check(CLI::Range(1, 1024));
  command
      ->add_option("--variant", flags->session.variant,
                   "Force a code variant of the artifact")
      ->type_name("NAME");
  command->add_flag("--json", flags->json, "Print the figures as JSON");
  command->add_flag("--quiet", flags->quiet, "No bar and no lines");
  command->callback([flags, &exitCode] { exitCode = runTrain(*flags); });
}

} // namespace tenon::tool
