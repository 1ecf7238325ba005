// The files of `--dump-ir`: numbered in the order of compilation, one per
// pass and one per phase.

#ifndef TENON_COMPILER_DRIVER_DUMPWRITER_H
#define TENON_COMPILER_DRIVER_DUMPWRITER_H

#include "absl/status/status.h"

#include <string>

namespace tenon::driver {

/// Writes into one folder, which is created. The first failure is kept and
/// later files are not tried.
class DumpWriter {
public:
  explicit DumpWriter(std::string folder);

  const std::string &folder() const { return directory; }

  /// Writes NN-NAME.EXTENSION.
  void write(const std::string &name, const std::string &extension,
             const std::string &text);

  /// Ok, or the first failure, which carries T0301.
  absl::Status status() const { return firstFailure; }

private:
  std::string directory;
  unsigned count = 0;
  absl::Status firstFailure;
};

} // namespace tenon::driver

#endif // TENON_COMPILER_DRIVER_DUMPWRITER_H
