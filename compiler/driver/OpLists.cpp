#include "compiler/driver/OpLists.h"

#include "compiler/import/MissingOps.h"
#include "compiler/import/onnx/OpList.h"
#include "compiler/import/stablehlo/RuleTable.h"

#include <algorithm>
#include <tuple>

namespace tenon::driver {

std::vector<SupportedOp> listOps(const std::string &format) {
  std::vector<SupportedOp> list;
  bool isOnnx = format == "onnx";
  if (isOnnx)
    for (const onnx::ListedOp &op : onnx::listOps())
      list.push_back({op.name, true, op.since, op.until, op.limits, ""});
  else
    for (const auto &[name, rule] : stablehlo::ruleTable().all())
      list.push_back({name, true, 0, 0, rule.limits, ""});
  for (const MissingOp &op : isOnnx ? missingOnnxOps() : missingStablehloOps())
    list.push_back({op.op, false, 0, 0, op.why, op.instead});
  std::sort(list.begin(), list.end(),
            [](const SupportedOp &a, const SupportedOp &b) {
              return std::tie(a.name, a.since) < std::tie(b.name, b.since);
            });
  return list;
}

} // namespace tenon::driver
