#include "compiler/report/Decisions.h"

#include "compiler/report/Provenance.h"
#include "passes/analysis/Work.h"

#include "nlohmann/json.hpp"
#include "llvm/ADT/TypeSwitch.h"

namespace tenon::report {
namespace {

using Json = nlohmann::ordered_json;

std::string attributeText(mlir::Attribute attribute) {
  std::string text;
  llvm::raw_string_ostream(text) << attribute;
  return text;
}

/// Dictionaries, lists, strings and numbers as such, the rest as text.
Json toJson(mlir::Attribute attribute) {
  return llvm::TypeSwitch<mlir::Attribute, Json>(attribute)
      .Case([](mlir::DictionaryAttr dictionary) {
        Json object = Json::object();
        for (mlir::NamedAttribute entry : dictionary)
          object[entry.getName().str()] = toJson(entry.getValue());
        return object;
      })
      .Case([](mlir::ArrayAttr array) {
        Json list = Json::array();
        for (mlir::Attribute element : array)
          list.push_back(toJson(element));
        return list;
      })
      .Case([](mlir::StringAttr text) { return Json(text.str()); })
      .Case([](mlir::BoolAttr flag) { return Json(flag.getValue()); })
      .Case([](mlir::IntegerAttr number) { return Json(number.getInt()); })
      .Case([](mlir::FloatAttr number) {
        return Json(number.getValueAsDouble());
      })
      .Case([](mlir::UnitAttr) { return Json(true); })
      .Case([](mlir::DenseI64ArrayAttr numbers) {
        return Json(std::vector<int64_t>(numbers.asArrayRef()));
      })
      .Default(
          [](mlir::Attribute other) { return Json(attributeText(other)); });
}

Json describe(kernel::FusedOp op) {
  Json stages = Json::array();
  for (kernel::StageOp stage : op.getStages()) {
    Json ops = Json::array();
    for (mlir::Operation &inner : stage.getBody().front().without_terminator())
      ops.push_back(inner.getName().getStringRef().str());
    stages.push_back(
        {{"kind", kernel::stringifyStageKind(stage.getKind()).str()},
         {"ops", ops}});
  }
  Json object = {{"name", op.getKernelName().str()},
                 {"nodes", nodeNames(op.getLoc())},
                 {"flops", getFlops(op)},
                 {"bytes", getTraffic(op)},
                 {"stages", stages}};
  if (auto decisions = op.getDecisions())
    object["decisions"] = toJson(*decisions);
  return object;
}

} // namespace

std::string decisionsJson(llvm::ArrayRef<kernel::FusedOp> kernels) {
  Json list = Json::array();
  for (kernel::FusedOp op : kernels)
    list.push_back(describe(op));
  return Json{{"kernels", list}}.dump() + "\n";
}

} // namespace tenon::report
