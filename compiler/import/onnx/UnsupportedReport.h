//===- UnsupportedReport.h - everything unsupported, at once ----*- C++ -*-===//
//
// Collects what a model asks for and Tenon does not have, so that a user sees
// all of it in one run.
//
//===----------------------------------------------------------------------===//
#ifndef TENON_COMPILER_IMPORT_ONNX_UNSUPPORTEDREPORT_H
#define TENON_COMPILER_IMPORT_ONNX_UNSUPPORTEDREPORT_H

#include "absl/status/status.h"

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace tenon::onnx {

/// Reasons and the nodes they hold for.
class UnsupportedReport {
public:
  /// Notes that `node` cannot be imported. `op` is its type.
  void add(const std::string &op, const std::string &reason,
           const std::string &node);
  bool empty() const { return nodes.empty(); }
  /// One Unimplemented status: a line that counts, then one line per op type
  /// and reason, sorted, with the names of all its nodes.
  absl::Status status(const std::string &path) const;

private:
  std::map<std::pair<std::string, std::string>, std::vector<std::string>> nodes;
};

} // namespace tenon::onnx

#endif // TENON_COMPILER_IMPORT_ONNX_UNSUPPORTEDREPORT_H
