//===- UnsupportedReport.cpp - everything unsupported, at once ------------===//
#include "compiler/import/onnx/UnsupportedReport.h"

#include "compiler/import/MissingOps.h"
#include "compiler/import/onnx/ModelReader.h"

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

using namespace tenon::onnx;

void UnsupportedReport::add(const std::string &op, const std::string &reason,
                            const std::string &node) {
  std::vector<std::string> &names = nodes[{op, reason}];
  // A function called twice or a second variant meets the same node again.
  if (!absl::c_linear_search(names, node))
    names.push_back(node);
}

absl::Status UnsupportedReport::status(const std::string &path) const {
  std::string text = absl::StrCat("'", path, "' asks for ", nodes.size(),
                                  nodes.size() == 1 ? " thing" : " things",
                                  " that Tenon does not support:");
  for (const auto &[what, names] : nodes) {
    auto quote = [](std::string *out, const std::string &name) {
      absl::StrAppend(out, quoteName(name));
    };
    absl::StrAppend(&text, "\n  ", what.first, ": ", what.second, " (",
                    names.size() == 1 ? std::string("node ")
                                      : absl::StrCat(names.size(), " nodes "),
                    absl::StrJoin(names, ", ", quote), ")");
    std::string instead = nearestThing(what.first, what.second);
    if (!instead.empty())
      absl::StrAppend(&text, "; instead: ", instead);
  }
  return absl::UnimplementedError(text);
}
