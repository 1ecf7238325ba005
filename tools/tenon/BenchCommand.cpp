// Times entries. Several artifacts take turns, run by run, so that a busy
// machine slows all of them alike.

#include "compiler/report/Error.h"
#include "compiler/report/Summary.h"
#include "tools/tenon/ArtifactRunner.h"
#include "tools/tenon/Commands.h"
#include "tools/tenon/KernelShares.h"
#include "tools/tenon/ModelFlags.h"
#include "tools/tenon/PendingArtifact.h"
#include "tools/tenon/Tensors.h"
#include "tools/tenon/TransientArtifact.h"

#include "nlohmann/json.hpp"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <optional>
#include <random>
#include <thread>

namespace tenon::tool {
namespace {

using Clock = std::chrono::steady_clock;

struct BenchFlags {
  std::vector<std::string> models;
  ModelFlags model; ///< dimensions and target of models that are compiled
  std::string entry;
  std::vector<std::string> inputs;
  RunnerOptions runner;
  int rounds = 0;
  double seconds = 2;
  bool roofline = false;
  bool json = false;
};

/// One artifact's times, in milliseconds.
struct Contender {
  std::string name;
  TransientArtifact artifact;
  std::unique_ptr<ArtifactRunner> runner;
  driver::EntrySpec entry;
  std::vector<driver::HostTensor> inputs;
  double loadTime = 0;  ///< load, session, bind
  double firstTime = 0; ///< the first run
  std::vector<double> times;
  std::vector<KernelShare> shares; ///< with --roofline
};

double millisecondsSince(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start)
      .count();
}

/// Values that any model can take: floats in [-1, 1), integers 0 or 1.
std::vector<uint8_t> arbitraryBytes(const driver::TensorSpec &spec,
                                    std::mt19937 &random) {
  size_t count = 1;
  for (int64_t extent : spec.shape)
    count *= static_cast<size_t>(extent);
  size_t width =
      (static_cast<size_t>(tn_dtype_bits(parseDtype(spec.dtype))) + 7) / 8;
  std::vector<uint8_t> bytes(count * width);
  for (size_t i = 0; i < count; ++i) {
    uint8_t *element = bytes.data() + i * width;
    auto value = static_cast<float>(random()) / 2147483648.0f - 1.0f;
    if (spec.dtype == "f32") {
      std::memcpy(element, &value, sizeof value);
    } else if (spec.dtype == "f64") {
      double wide = value;
      std::memcpy(element, &wide, sizeof wide);
    } else if (spec.dtype[0] != 'f' && spec.dtype[0] != 'b' &&
               spec.dtype[0] != 'c') {
      element[0] = value < 0 ? 0 : 1;
    }
  }
  return bytes;
}

absl::Status prepare(Contender &contender, const BenchFlags &flags) {
  Clock::time_point start = Clock::now();
  auto runner = ArtifactRunner::load(contender.artifact.path(), flags.runner);
  if (!runner.ok())
    return runner.status();
  contender.runner = std::move(*runner);
  contender.loadTime = millisecondsSince(start);
  auto entry = chooseEntry(contender.runner->entries(), flags.entry);
  // A model was compiled for the sizes of --dim, an artifact has a choice.
  auto dims = flags.model.parseDims();
  if (entry.ok() && isArtifact(contender.name) && dims.ok())
    entry = contender.runner->entryAt(entry->name, *dims);
  if (!entry.ok())
    return entry.status();
  std::vector<driver::HostTensor> inputs;
  if (flags.inputs.empty()) {
    std::mt19937 random(1);
    for (const driver::TensorSpec &spec : entry->inputs)
      inputs.push_back({spec, arbitraryBytes(spec, random)});
  } else {
    auto read = readInputs(*entry, flags.inputs);
    if (!read.ok())
      return read.status();
    inputs = std::move(*read);
  }
  if (absl::Status status = contender.runner->bind(entry->name, inputs);
      !status.ok())
    return status;
  contender.entry = contender.runner->boundEntry();
  contender.inputs = std::move(inputs);
  start = Clock::now();
  absl::Status status = contender.runner->run();
  contender.firstTime = millisecondsSince(start);
  return status;
}

absl::Status measure(std::vector<Contender> &contenders,
                     const BenchFlags &flags) {
  constexpr int warmUpRounds = 3, leastRounds = 5;
  Clock::time_point start = Clock::now();
  for (int round = -warmUpRounds;; ++round) {
    if (flags.rounds > 0 ? round >= flags.rounds
                         : round >= leastRounds &&
                               millisecondsSince(start) >
                                   flags.seconds * 1e3 *
                                       static_cast<double>(contenders.size()))
      return absl::OkStatus();
    for (Contender &contender : contenders) {
      Clock::time_point begin = Clock::now();
      absl::Status status = contender.runner->run();
      if (!status.ok())
        return status;
      if (round >= 0)
        contender.times.push_back(millisecondsSince(begin));
    }
  }
}

/// Runs a contender again in a session that keeps the time of each step, which
/// costs two readings of the clock per step.
absl::Status profile(Contender &contender, const BenchFlags &flags) {
  RunnerOptions options = flags.runner;
  options.profile = true;
  auto runner = ArtifactRunner::load(contender.artifact.path(), options);
  if (!runner.ok())
    return runner.status();
  absl::Status status = (*runner)->bind(contender.entry.name, contender.inputs);
  for (size_t i = 0; i < contender.times.size() && status.ok(); ++i)
    status = (*runner)->run();
  if (!status.ok())
    return status;
  auto shares = kernelShares(**runner);
  if (!shares.ok())
    return shares.status();
  contender.shares = std::move(*shares);
  return absl::OkStatus();
}

std::string rooflineText(const Roofline &roofline) {
  char text[160];
  std::snprintf(text, sizeof text,
                "roofline: %.1f GFLOP/s in f32 (%s), %.2f GB/s from memory, "
                "%d thread%s\n",
                roofline.flops * 1e-9, roofline.vectors,
                roofline.bandwidth * 1e-9, roofline.threads,
                roofline.threads == 1 ? "" : "s");
  return text;
}

void print(std::vector<Contender> &contenders, const BenchFlags &flags,
           const std::optional<Roofline> &roofline) {
  using Json = nlohmann::ordered_json;
  if (roofline && !flags.json)
    std::fputs(rooflineText(*roofline).c_str(), stdout);
  Json list = Json::array();
  for (Contender &contender : contenders) {
    std::sort(contender.times.begin(), contender.times.end());
    double median = contender.times[contender.times.size() / 2];
    double least = contender.times.front();
    double p90 = contender.times[contender.times.size() * 9 / 10];
    Json dims = Json::object();
    for (const auto &[name, size] : contender.entry.dims)
      dims[name] = size;
    list.push_back({{"model", contender.name},
                    {"entry", contender.entry.name},
                    {"dims", dims},
                    {"runs", contender.times.size()},
                    {"threads", flags.runner.threads},
                    {"median_ms", median},
                    {"min_ms", least},
                    {"p90_ms", p90},
                    {"load_ms", contender.loadTime},
                    {"first_run_ms", contender.firstTime}});
    if (!flags.json)
      std::printf("%s: median %.3f ms, min %.3f ms, p90 %.3f ms over %zu "
                  "runs; loaded in %.1f ms, first run %.2f ms\n",
                  contender.name.c_str(), median, least, p90,
                  contender.times.size(), contender.loadTime,
                  contender.firstTime);
    if (!roofline)
      continue;
    list.back()["kernels"] = sharesJson(contender.shares, *roofline);
    if (!flags.json)
      std::fputs(sharesText(contender.shares, *roofline).c_str(), stdout);
  }
  if (!flags.json)
    return;
  Json all = list;
  if (roofline)
    all = {{"roofline",
            {{"threads", roofline->threads},
             {"vectors", roofline->vectors},
             {"flops", roofline->flops},
             {"bandwidth", roofline->bandwidth}}},
           {"runs", list}};
  std::fputs((all.dump(2) + "\n").c_str(), stdout);
}

absl::Status runBench(const BenchFlags &flags) {
  if (flags.models.empty() && !flags.roofline)
    return report::makeError(report::ErrorCode::BadOption,
                             "an ARTIFACT is needed, or --roofline");
  std::vector<Contender> contenders;
  for (const std::string &model : flags.models) {
    ModelFlags one = flags.model;
    one.model = model;
    // Where an artifact was compiled for several sizes, --dim picks one.
    if (isArtifact(model)) {
      auto pending = PendingArtifact::open(model);
      if (pending.ok() && !*pending)
        one.dims.clear();
    }
    auto artifact = TransientArtifact::getSized(one, flags.entry, flags.inputs);
    if (!artifact.ok())
      return artifact.status();
    contenders.push_back(
        {model, std::move(*artifact), nullptr, {}, {}, 0, 0, {}, {}});
    absl::Status status = prepare(contenders.back(), flags);
    if (!status.ok())
      return status;
  }
  absl::Status status;
  if (!contenders.empty())
    status = measure(contenders, flags);
  std::optional<Roofline> roofline;
  if (flags.roofline && status.ok()) {
    int threads = flags.runner.threads;
    if (threads == 0)
      threads =
          static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
    roofline = measureRoofline(threads);
    for (Contender &contender : contenders)
      status.Update(profile(contender, flags));
  }
  if (status.ok())
    print(contenders, flags, roofline);
  return status;
}

} // namespace

void addBenchCommand(CLI::App &app, ExitCode &exitCode) {
  auto flags = std::make_shared<BenchFlags>();
  CLI::App *command = app.add_subcommand(
      "bench", "Time an entry; several artifacts take turns");
  command
      ->add_option("models", flags->models,
                   "Artifacts, or models that are compiled first")
      ->type_name("ARTIFACT");
  flags->model.addDims(*command);
  flags->model.addTarget(*command);
  flags->model.addCache(*command);
  command
      ->add_option("--entry", flags->entry,
                   "The entry, by default the only one or predict")
      ->type_name("NAME");
  command
      ->add_option("--input", flags->inputs,
                   "A tensor, in the signature's order or by name; by default "
                   "arbitrary values")
      ->type_name("[NAME=]FILE.npy")
      ->allow_extra_args(false);
  command
      ->add_option("--threads", flags->runner.threads,
                   "Threads, by default one per CPU")
      ->check(CLI::Range(1, 1024));
  command
      ->add_option("--variant", flags->runner.variant,
                   "Force a code variant of the artifact")
      ->type_name("NAME");
  command
      ->add_option("--rounds", flags->rounds,
                   "Runs of each, by default as many as fit --seconds")
      ->check(CLI::Range(1, 1000000));
  command
      ->add_option("--seconds", flags->seconds,
                   "Time for each, at least 5 runs")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command->add_flag("--roofline", flags->roofline,
                    "Measure the machine's peak and bandwidth, and what part "
                    "of them each kernel reaches");
  command->add_flag("--json", flags->json, "Print the times as JSON");
  command->callback(
      [flags, &exitCode] { exitCode = reportFailure(runBench(*flags)); });
}

} // namespace tenon::tool
