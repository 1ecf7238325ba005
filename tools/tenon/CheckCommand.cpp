#include "compiler/driver/OpLists.h"
#include "compiler/driver/Support.h"
#include "tools/tenon/Commands.h"
#include "tools/tenon/ModelFlags.h"
#include "tools/tenon/Tensors.h"

#include "compiler/report/Error.h"
#include "compiler/report/Summary.h"
#include "nlohmann/json.hpp"

namespace tenon::tool {
namespace {

struct CheckFlags {
  ModelFlags model;
  std::string listOps;
  bool json = false;
};

std::string toText(const std::string &model, const driver::ModelFacts &facts) {
  std::string text =
      model + (facts.unchecked.empty() ? ": supported\n" : ": sizes needed\n");
  if (!facts.unchecked.empty())
    text += "  what could be checked without them is supported; the rest "
            "failed at the sizes that were tried:\n    " +
            facts.unchecked + "\n";
  for (const std::string &dim : facts.openDims)
    text += "  dimension " + dim + " is open: --dim " + dim +
            "=SIZE fixes it, tenon run finds it by its inputs\n";
  for (const driver::EntrySpec &entry : facts.entries) {
    text += "  entry " + entry.name + describeDims(entry) + "\n";
    for (const driver::TensorSpec &spec : entry.inputs)
      text += "    input  " + spec.name + ": " + describe(spec) + "\n";
    for (const driver::TensorSpec &spec : entry.outputs)
      text += "    output " + spec.name + ": " + describe(spec) + "\n";
  }
  text += "  weights " + report::formatBytes(facts.weightsSize) + " in " +
          std::to_string(facts.weights) + " tensors\n  ops";
  for (const auto &[name, count] : facts.ops)
    text += " " + name + " " + std::to_string(count);
  return text + "\n";
}

std::string toJson(const std::string &model, const driver::ModelFacts &facts) {
  using Json = nlohmann::ordered_json;
  auto tensors = [](const std::vector<driver::TensorSpec> &specs) {
    Json list = Json::array();
    for (const driver::TensorSpec &spec : specs)
      list.push_back(
          {{"name", spec.name}, {"dtype", spec.dtype}, {"shape", spec.shape}});
    return list;
  };
  Json entries = Json::array();
  for (const driver::EntrySpec &entry : facts.entries) {
    Json dims = Json::object();
    for (const auto &[name, size] : entry.dims)
      dims[name] = size;
    entries.push_back({{"name", entry.name},
                       {"dims", dims},
                       {"inputs", tensors(entry.inputs)},
                       {"outputs", tensors(entry.outputs)}});
  }
  Json json = {{"model", model},
               {"entries", entries},
               {"weights", facts.weights},
               {"weights_size", facts.weightsSize},
               {"ops", facts.ops},
               {"open_dims", facts.openDims},
               {"unchecked", facts.unchecked}};
  return json.dump(2) + "\n";
}

/// The importer's tables, one line an op: name, versions, limits.
std::string opListText(const std::vector<driver::SupportedOp> &ops) {
  std::string text;
  for (const driver::SupportedOp &op : ops) {
    text += op.name;
    if (op.since)
      text += " " + std::to_string(op.since) + "-" + std::to_string(op.until);
    if (!op.isImported)
      text += ": not supported: " + op.limits;
    else if (!op.limits.empty())
      text += ": " + op.limits;
    text += op.instead.empty() ? "\n" : "; instead: " + op.instead + "\n";
  }
  return text;
}

std::string opListJson(const std::vector<driver::SupportedOp> &ops) {
  using Json = nlohmann::ordered_json;
  Json list = Json::array();
  for (const driver::SupportedOp &op : ops) {
    Json json = {{"op", op.name}, {"imported", op.isImported}};
    if (op.since)
      json["versions"] = {op.since, op.until};
    json["limits"] = op.limits;
    if (!op.instead.empty())
      json["instead"] = op.instead;
    list.push_back(std::move(json));
  }
  return list.dump(2) + "\n";
}

ExitCode runCheck(const CheckFlags &flags) {
  if (!flags.listOps.empty()) {
    std::vector<driver::SupportedOp> ops = driver::listOps(flags.listOps);
    std::fputs((flags.json ? opListJson(ops) : opListText(ops)).c_str(),
               stdout);
    return Done;
  }
  if (flags.model.model.empty())
    return reportFailure(
        report::makeError(report::ErrorCode::BadOption, "check needs a model"));
  auto request = flags.model.request();
  if (!request.ok())
    return reportFailure(request.status());
  auto facts = driver::checkModel(*request);
  if (!facts.ok())
    return reportFailure(facts.status());
  std::string text = flags.json ? toJson(flags.model.model, *facts)
                                : toText(flags.model.model, *facts);
  std::fputs(text.c_str(), stdout);
  return Done;
}

} // namespace

void addCheckCommand(CLI::App &app, ExitCode &exitCode) {
  auto flags = std::make_shared<CheckFlags>();
  CLI::App *command = app.add_subcommand(
      "check", "List everything in a model that is not supported");
  auto *model =
      flags->model.addModel(*command, "The model: .onnx, .mlir or .mlirbc");
  auto *list =
      command
          ->add_option("--list-ops", flags->listOps,
                       "List the ops of a format instead, with the versions "
                       "that are imported, limits, and what works instead")
          ->check(CLI::IsMember({"onnx", "stablehlo"}))
          ->type_name("FORMAT");
  model->required(false)->excludes(list);
  command->add_flag("--json", flags->json, "Print what was found as JSON");
  command->callback([flags, &exitCode] { exitCode = runCheck(*flags); });
}

} // namespace tenon::tool
