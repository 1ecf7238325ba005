#include "tools/tenon/Progress.h"

#include <cstdio>
#include <unistd.h>

namespace tenon::tool {

Progress::Progress(bool verbose)
    : verbose(verbose), live(isatty(STDERR_FILENO) == 1) {}

Progress::~Progress() { wipe(); }

void Progress::wipe() {
  if (live)
    std::fputs("\r\033[K", stderr);
}

void Progress::watch(driver::CompileOptions &options) {
  options.phaseBegins = [this](const pipeline::PhaseInfo &phase) {
    if (live)
      std::fprintf(stderr, "\r\033[K[%u/%zu] %s",
                   static_cast<unsigned>(phase.phase) + 1,
                   pipeline::phases().size(), phase.name.data());
  };
  options.phaseEnds = [this](const pipeline::PhaseInfo &phase, double seconds) {
    if (!verbose)
      return;
    wipe();
    std::fprintf(stderr, "%-10s %9s  %s\n", phase.name.data(),
                 report::formatSeconds(seconds).c_str(),
                 phase.description.data());
  };
}

} // namespace tenon::tool
