// tenon-fuzz: random graphs through the compiler and the interpreter.

#include "compiler/driver/RandomCheck.h"
#include "compiler/report/Error.h"

#include <CLI/CLI.hpp>

#include <cstdio>

using namespace tenon;
using driver::Agreement;

namespace {

struct Flags {
  uint64_t first = 0;
  uint64_t count = 100;
  std::string folder = "fuzz";
  std::string targetCpu = "native";
  std::string module;
  bool print = false;
  bool verbose = false;
};

const char *verdictName(Agreement::Verdict verdict) {
  switch (verdict) {
  case Agreement::Agrees:
    return "agrees";
  case Agreement::Refused:
    return "refused";
  case Agreement::NotCompiled:
    return "fails";
  case Agreement::Differs:
    return "differs";
  case Agreement::NoOracle:
    return "no oracle";
  }
  return "";
}

int run(const Flags &flags) {
  if (flags.print) {
    auto text = driver::printRandomGraph(flags.first, ".");
    std::puts(text.ok() ? text->c_str()
                        : report::describe(text.status()).c_str());
    return text.ok() ? 0 : 1;
  }
  auto target = target::lookupTarget(flags.targetCpu);
  if (!target) {
    std::fprintf(stderr, "tenon-fuzz: error: %s\n",
                 llvm::toString(target.takeError()).c_str());
    return 2;
  }
  if (!flags.module.empty()) {
    driver::AgreementOptions options;
    options.folder = flags.folder;
    options.target = *target;
    options.seed = flags.first;
    auto result = driver::checkModule(flags.module, options);
    if (!result.ok()) {
      std::fprintf(stderr, "tenon-fuzz: error: %s\n",
                   report::describe(result.status()).c_str());
      return 1;
    }
    std::printf("%s %s\n", verdictName(result->verdict),
                result->reason.c_str());
    return result->verdict == Agreement::Agrees ? 0 : 1;
  }
  uint64_t wrong = 0;
  check::Coverage coverage;
  for (uint64_t seed = flags.first; seed < flags.first + flags.count; ++seed) {
    Agreement result =
        driver::checkSeed(seed, flags.folder, *target, /*portable=*/nullptr);
    coverage.compared += result.coverage.compared;
    coverage.unknown += result.coverage.unknown;
    bool agrees = result.verdict == Agreement::Agrees;
    wrong += !agrees;
    if (!agrees || flags.verbose)
      std::printf("seed %llu %s%s%s\n", static_cast<unsigned long long>(seed),
                  verdictName(result.verdict), agrees ? "" : ": ",
                  result.reason.c_str());
    std::fflush(stdout);
  }
  std::printf("%llu graphs, %llu wrong; %lld elements compared, %lld open to "
              "rounding\n",
              static_cast<unsigned long long>(flags.count),
              static_cast<unsigned long long>(wrong),
              static_cast<long long>(coverage.compared),
              static_cast<long long>(coverage.unknown));
  return wrong == 0 ? 0 : 1;
}

} // namespace

int main(int argc, char **argv) {
  CLI::App app("Compiles random graphs and compares what they compute with the "
               "reference interpreter. Exit code 0: all agree; 1: some do not; "
               "2: wrong usage.",
               "tenon-fuzz");
  Flags flags;
  app.add_option("--first", flags.first, "The first seed")
      ->capture_default_str();
  app.add_option("--count", flags.count, "How many seeds")
      ->capture_default_str();
  app.add_option("--folder", flags.folder,
                 "Where graphs that go wrong are left, each in seed-N")
      ->type_name("DIR")
      ->capture_default_str();
  app.add_option("--target-cpu", flags.targetCpu,
                 "A target description that this machine can run")
      ->type_name("NAME")
      ->capture_default_str();
  app.add_option("--module", flags.module,
                 "Check this module instead, with its weights in --folder and "
                 "inputs by --first")
      ->type_name("FILE");
  app.add_flag("--print", flags.print,
               "Print the first seed's graph, with its weights in this folder");
  app.add_flag("-v,--verbose", flags.verbose, "One line per seed");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError &error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  return run(flags);
}
