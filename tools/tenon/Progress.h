// Shows a person who waits which phase runs and how long each took.

#ifndef TENON_TOOLS_TENON_PROGRESS_H
#define TENON_TOOLS_TENON_PROGRESS_H

#include "compiler/driver/Compile.h"

namespace tenon::tool {

/// On a terminal, one line on standard error that is rewritten per phase and
/// wiped at the end; with `verbose`, one line per phase anywhere; silent
/// otherwise.
class Progress {
public:
  explicit Progress(bool verbose);
  Progress(const Progress &) = delete;
  Progress &operator=(const Progress &) = delete;
  ~Progress();

  /// Hooks itself into `options`, which must not outlive it.
  void watch(driver::CompileOptions &options);

private:
  void wipe();

  bool verbose;
  bool live;
};

} // namespace tenon::tool

#endif // TENON_TOOLS_TENON_PROGRESS_H
