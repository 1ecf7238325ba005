// What the front ends import and what they do not, as lists.

#ifndef TENON_COMPILER_DRIVER_OPLISTS_H
#define TENON_COMPILER_DRIVER_OPLISTS_H

#include <string>
#include <vector>

namespace tenon::driver {

struct SupportedOp {
  std::string name;
  bool isImported;
  /// Versions of its operator set; 0 where the format has none, and of ops
  /// that are not imported.
  int since = 0, until = 0;
  /// What of it is not imported; of one that is not at all, what it needs.
  std::string limits;
  std::string instead; ///< of one that is not imported: what works
};

/// All ops of a format, `onnx` or `stablehlo`, sorted by name; of one, a row
/// for each range of versions.
std::vector<SupportedOp> listOps(const std::string &format);

} // namespace tenon::driver

#endif // TENON_COMPILER_DRIVER_OPLISTS_H
