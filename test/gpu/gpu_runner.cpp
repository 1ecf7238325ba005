// Runs GPU cases on a machine that has a GPU and neither LLVM nor a build of
// Tenon: `gpu_runner FOLDER` goes through the folders in FOLDER/cases.
//
// A case holds model.tenon, input_N.bin and output_N.bin (raw tensors, what the
// entry must give), and case.txt with "tolerance T", relative to the largest
// expected magnitude, "kernels" where times per kernel are wanted, and "steps
// N" where the model keeps state: the first of N runs after each other must
// give the first of the N tensors in each output's file, and so on.
//
// With rows.txt, lines of "ENTRY TOLERANCE", it holds one small case per entry,
// whose files begin with the entry's name.

#include "runtime/capi/tenon.h"
#include "runtime/capi/tenon_inspect.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <dirent.h>
#include <string>
#include <vector>

namespace {

using Bytes = std::vector<uint8_t>;
using Clock = std::chrono::steady_clock;

/// What a case wants beside its tensors.
struct Wishes {
  double tolerance = 1e-5;
  bool kernels = false;
  int steps = 1;
};

bool readFile(const std::string &path, Bytes &bytes) {
  FILE *file = std::fopen(path.c_str(), "rb");
  if (!file)
    return false;
  std::fseek(file, 0, SEEK_END);
  bytes.resize(static_cast<size_t>(std::ftell(file)));
  std::rewind(file);
  size_t count = std::fread(bytes.data(), 1, bytes.size(), file);
  std::fclose(file);
  return count == bytes.size();
}

Wishes readWishes(const std::string &folder) {
  Wishes wishes;
  Bytes text;
  if (!readFile(folder + "/case.txt", text))
    return wishes;
  std::string words(text.begin(), text.end());
  if (size_t at = words.find("tolerance "); at != std::string::npos)
    wishes.tolerance = std::atof(words.c_str() + at + 10);
  if (size_t at = words.find("steps "); at != std::string::npos)
    wishes.steps = std::atoi(words.c_str() + at + 6);
  wishes.kernels = words.find("kernels") != std::string::npos;
  return wishes;
}

double millisecondsSince(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start)
      .count();
}

/// An element as a number; false for types that are compared by their bytes.
bool toNumber(int32_t dtype, const uint8_t *element, double &number) {
  auto as = [&](auto value) {
    std::memcpy(&value, element, sizeof(value));
    number = static_cast<double>(value);
    return true;
  };
  switch (dtype) {
  case TN_F32:
    return as(float());
  case TN_F64:
    return as(double());
  case TN_F16:
    return as(_Float16());
  case TN_BF16: {
    uint32_t bits = static_cast<uint32_t>(element[0]) << 16 |
                    static_cast<uint32_t>(element[1]) << 24;
    float value;
    std::memcpy(&value, &bits, sizeof(value));
    number = value;
    return true;
  }
  default:
    return false;
  }
}

/// The largest difference as a share of the largest expected magnitude; bytes
/// that differ count as infinite.
double difference(const tn_tensor_info &info, const Bytes &actual,
                  const Bytes &expected) {
  if (actual.size() != expected.size())
    return INFINITY;
  size_t width = static_cast<size_t>(tn_dtype_bits(info.dtype)) / 8;
  double number;
  if (width == 0 || !toNumber(info.dtype, expected.data(), number))
    return actual == expected ? 0 : INFINITY;
  double most = 0, scale = 0;
  for (size_t i = 0; i + width <= actual.size(); i += width) {
    double a = 0, e = 0;
    toNumber(info.dtype, &actual[i], a);
    toNumber(info.dtype, &expected[i], e);
    if (std::isnan(e) != std::isnan(a))
      return INFINITY;
    if (std::isnan(e) || a == e)
      continue;
    most = std::max(most, std::fabs(a - e));
    if (std::isfinite(e))
      scale = std::max(scale, std::fabs(e));
  }
  for (size_t i = 0; i + width <= expected.size(); i += width) {
    double e = 0;
    toNumber(info.dtype, &expected[i], e);
    if (std::isfinite(e))
      scale = std::max(scale, std::fabs(e));
  }
  return most == 0 ? 0 : most / std::max(scale, 1e-30);
}

/// One case in all its steps. Errors are texts.
class Run {
public:
  explicit Run(const std::string &folder) : folder(folder) {}
  ~Run() {
    if (session)
      tn_session_destroy(session);
    if (model)
      tn_model_release(model);
  }

  /// Opens the model; binds the first entry unless others are selected.
  bool load(bool profile, bool first = true) {
    tn_session_options options = TN_SESSION_OPTIONS_INIT;
    options.profile = profile;
    return ok(tn_model_load_file((folder + "/model.tenon").c_str(), nullptr,
                                 &model, &diagnostic)) &&
           ok(tn_session_create(model, &options, &session, &diagnostic)) &&
           (!first || bind());
  }
  bool run() { return ok(tn_session_run(session, entry, &diagnostic)); }

  /// Goes to another entry of the model, and to its files.
  bool select(const std::string &name) {
    prefix = name + "_";
    inputs.clear();
    outputs.clear();
    return ok(tn_model_find_entry(model, name.c_str(), &entry, &diagnostic)) &&
           bind();
  }

  /// The largest difference over the outputs of run number `step`.
  double compare(int step = 0) {
    double most = 0;
    for (uint32_t i = 0; i < outputs.size(); ++i) {
      tn_tensor_info info;
      Bytes all;
      size_t begin = outputs[i].size() * static_cast<size_t>(step);
      if (!ok(tn_model_output_info(model, entry, 0, i, &info, &diagnostic)) ||
          !readFile(file("output", i), all) ||
          all.size() < begin + outputs[i].size())
        return INFINITY;
      Bytes expected(
          all.begin() + static_cast<std::ptrdiff_t>(begin),
          all.begin() + static_cast<std::ptrdiff_t>(begin + outputs[i].size()));
      most = std::max(most, difference(info, outputs[i], expected));
    }
    return most;
  }

  /// The slowest steps, in microseconds each.
  void printKernels();

  std::string error() const { return diagnostic.message; }
  std::vector<Bytes> outputs;

private:
  bool ok(tn_code code) { return code == TN_OK; }
  std::string file(const char *kind, uint32_t i) const {
    return folder + "/" + prefix + kind + "_" + std::to_string(i) + ".bin";
  }
  bool bind() {
    for (uint32_t i = 0; i < tn_model_input_count(model, entry); ++i) {
      tn_tensor_info info;
      inputs.emplace_back();
      if (!ok(tn_model_input_info(model, entry, 0, i, &info, &diagnostic)))
        return false;
      if (!readFile(file("input", i), inputs.back()) ||
          inputs.back().size() != info.byte_size) {
        std::snprintf(diagnostic.message, sizeof(diagnostic.message),
                      "input_%u.bin is missing or of another size", i);
        return false;
      }
      tn_tensor tensor{info.dtype, info.rank, info.shape, inputs.back().data()};
      if (!ok(tn_session_bind_input(session, entry, i, &tensor, &diagnostic)))
        return false;
    }
    for (uint32_t i = 0; i < tn_model_output_count(model, entry); ++i) {
      tn_tensor_info info;
      if (!ok(tn_model_output_info(model, entry, 0, i, &info, &diagnostic)))
        return false;
      outputs.emplace_back(info.byte_size, 0xff);
      if (!ok(tn_session_bind_output(session, entry, i, outputs.back().data(),
                                     info.byte_size, &diagnostic)))
        return false;
    }
    return true;
  }

  std::string folder, prefix;
  uint32_t entry = 0;
  tn_diagnostic diagnostic = {};
  tn_model *model = nullptr;
  tn_session *session = nullptr;
  std::vector<Bytes> inputs;
};

void Run::printKernels() {
  struct Row {
    double microseconds;
    std::string name;
  };
  std::vector<Row> rows;
  double total = 0;
  tn_plan_info plan;
  if (!ok(tn_model_plan_info(model, 0, 0, &plan, &diagnostic)))
    return;
  for (uint32_t i = 0; i < plan.step_count; ++i) {
    tn_step_info step;
    tn_step_times times;
    tn_kernel_info kernel = {};
    if (!ok(tn_model_plan_step(model, 0, 0, i, &step, &diagnostic)) ||
        !ok(tn_session_step_times(session, 0, 0, i, &times, &diagnostic)))
      return;
    bool isLaunch = std::strcmp(step.kind, "launch") == 0;
    if (isLaunch &&
        !ok(tn_model_kernel_info(model, step.kernel, 0, &kernel, &diagnostic)))
      return;
    rows.push_back({static_cast<double>(times.least_duration) / 1e3,
                    isLaunch ? std::string(kernel.name) + ", " +
                                   std::to_string(kernel.num_tiles) + " blocks"
                             : "copy"});
    total += rows.back().microseconds;
  }
  std::sort(rows.begin(), rows.end(), [](const Row &a, const Row &b) {
    return a.microseconds > b.microseconds;
  });
  std::printf("      %zu kernels, %.1f us when each is waited for\n",
              rows.size(), total);
  for (size_t i = 0; i < rows.size() && i < 12; ++i)
    std::printf("      %8.1f us  %s\n", rows[i].microseconds,
                rows[i].name.c_str());
}

/// Runs a model that keeps state, from its beginning: the largest difference
/// of all steps, and what the last one gave.
double runSteps(const std::string &folder, int steps, std::vector<Bytes> &last,
                std::vector<double> &times, std::string &error) {
  Run run(folder);
  double most = 0;
  bool good = run.load(false);
  for (int step = 0; step < steps && good; ++step) {
    Clock::time_point begin = Clock::now();
    good = run.run();
    times.push_back(millisecondsSince(begin));
    most = std::max(most, run.compare(step));
  }
  last = run.outputs;
  error = run.error();
  return good ? most : INFINITY;
}

/// Trains twice: the same losses as elsewhere, and the same bits again.
bool runTraining(const std::string &folder, const std::string &name,
                 const Wishes &wishes) {
  std::vector<Bytes> first, second;
  std::vector<double> times;
  std::string error;
  double most = runSteps(folder, wishes.steps, first, times, error);
  times.clear();
  double again = runSteps(folder, wishes.steps, second, times, error);
  bool same = first == second;
  bool right = same && std::max(most, again) <= wishes.tolerance;
  std::sort(times.begin(), times.end());
  std::printf("%s  %s: %d steps, difference %.2e of %.0e%s; median %.3f ms, "
              "min %.3f ms a step\n",
              right ? "pass" : "FAIL", name.c_str(), wishes.steps, most,
              wishes.tolerance, same ? "" : ", other bits when run again",
              times[times.size() / 2], times[0]);
  if (!right)
    std::printf("      %s\n", error.c_str());
  return right;
}

/// Runs the entries of a model that holds many cases.
bool runRows(const std::string &folder, const std::string &name,
             const std::string &rows) {
  Clock::time_point start = Clock::now();
  Run run(folder);
  bool good = run.load(false, /*first=*/false);
  if (!good)
    std::printf("FAIL  %s: %s\n", name.c_str(), run.error().c_str());
  int passed = 0, failed = 0;
  size_t at = 0;
  while (good && at < rows.size()) {
    size_t end = std::min(rows.find('\n', at), rows.size());
    std::string line = rows.substr(at, end - at);
    at = end + 1;
    size_t space = line.find(' ');
    std::string entry = line.substr(0, space);
    double tolerance = std::atof(line.c_str() + space + 1);
    bool ran = run.select(entry) && run.run();
    std::vector<Bytes> before = run.outputs;
    double difference = ran ? run.compare() : INFINITY;
    ran = ran && run.run();
    bool right = ran && difference <= tolerance && before == run.outputs;
    (right ? passed : failed) += 1;
    if (!right)
      std::printf("      %s: difference %.2e of %.0e%s %s\n", entry.c_str(),
                  difference, tolerance,
                  before == run.outputs ? "" : ", other bits in another run",
                  ran ? "" : run.error().c_str());
  }
  if (good)
    std::printf("%s  %s: %d of %d rows, %.0f ms\n", failed ? "FAIL" : "pass",
                name.c_str(), passed, passed + failed,
                millisecondsSince(start));
  std::fflush(stdout);
  return good && failed == 0;
}

/// Runs the case twice over to see the same bits, then for its times.
bool runCase(const std::string &folder, const std::string &name) {
  Wishes wishes = readWishes(folder);
  Bytes rows;
  if (readFile(folder + "/rows.txt", rows))
    return runRows(folder, name, std::string(rows.begin(), rows.end()));
  if (wishes.steps > 1)
    return runTraining(folder, name, wishes);
  Run run(folder);
  Clock::time_point start = Clock::now();
  bool good = run.load(false) && run.run();
  double first = millisecondsSince(start);
  if (!good) {
    std::printf("FAIL  %s: %s\n", name.c_str(), run.error().c_str());
    return false;
  }
  double difference = run.compare();
  std::vector<Bytes> before = run.outputs;
  std::vector<double> times;
  start = Clock::now();
  while (times.size() < 5 ||
         (times.size() < 100 && millisecondsSince(start) < 300)) {
    Clock::time_point begin = Clock::now();
    good &= run.run();
    times.push_back(millisecondsSince(begin));
  }
  bool same = before == run.outputs;
  std::sort(times.begin(), times.end());
  bool right = good && same && difference <= wishes.tolerance;
  std::printf("%s  %s: difference %.2e of %.0e%s; load and first run %.1f ms, "
              "then median %.3f ms, min %.3f ms\n",
              right ? "pass" : "FAIL", name.c_str(), difference,
              wishes.tolerance, same ? "" : ", other bits in another run",
              first, times[times.size() / 2], times[0]);
  if (!good)
    std::printf("      %s\n", run.error().c_str());
  if (wishes.kernels && right) {
    Run profiled(folder);
    good = profiled.load(true);
    for (int i = 0; i < 10 && good; ++i)
      good = profiled.run();
    if (good)
      profiled.printKernels();
  }
  std::fflush(stdout);
  return right;
}

std::vector<std::string> listFolder(const std::string &path) {
  std::vector<std::string> names;
  if (DIR *folder = opendir(path.c_str())) {
    while (dirent *entry = readdir(folder))
      if (entry->d_name[0] != '.')
        names.push_back(entry->d_name);
    closedir(folder);
  }
  std::sort(names.begin(), names.end());
  return names;
}

} // namespace

int main(int argc, char **argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: gpu_runner FOLDER [CASE...]\n");
    return 2;
  }
  std::string cases = std::string(argv[1]) + "/cases";
  int passed = 0, failed = 0;
  for (const std::string &name : listFolder(cases)) {
    bool wanted = argc == 2;
    for (int i = 2; i < argc; ++i)
      wanted |= name.find(argv[i]) != std::string::npos;
    if (!wanted)
      continue;
    bool right = runCase(cases + "/" + name, name);
    (right ? passed : failed) += 1;
  }
  std::printf("%d passed, %d failed\n", passed, failed);
  return failed == 0 && passed > 0 ? 0 : 1;
}
