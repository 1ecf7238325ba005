#include "compiler/report/Summary.h"
#include "tools/tenon/InspectJson.h"
#include "tools/tenon/Tensors.h"

namespace tenon::tool {
namespace {

using Json = nlohmann::ordered_json;

std::string bytes(const Json &value) {
  return report::formatBytes(value.get<uint64_t>());
}

/// `text`, filled up with blanks.
std::string pad(std::string text, size_t width) {
  if (text.size() < width)
    text.resize(width, ' ');
  return text;
}

std::string tensorLine(const char *role, const Json &tensor) {
  driver::TensorSpec spec{tensor["name"], tensor["dtype"],
                          tensor["shape"].get<std::vector<int64_t>>()};
  return std::string("  ") + role + " " + spec.name + ": " + describe(spec) +
         "\n";
}

std::string entryText(const Json &entry, bool withPlan) {
  std::string text = "\nentry " + entry["name"].get<std::string>();
  for (const auto &[name, size] : entry["dims"].items())
    text += " " + name + "=" + size.dump();
  text += "\n";
  for (const Json &tensor : entry["inputs"])
    text += tensorLine("input ", tensor);
  for (const Json &tensor : entry["outputs"])
    text += tensorLine("output", tensor);
  const Json &memory = entry["memory"];
  text += "  memory: arena " + bytes(memory["arena_size"]) + ", peak " +
          bytes(memory["peak"]) + ", lower bound " +
          bytes(memory["lower_bound"]) + ", scratch " +
          bytes(memory["scratch_size"]) + " per worker\n";
  text += "  plan: " + std::to_string(entry["steps"].size()) + " steps over " +
          std::to_string(entry["buffers"].size()) + " buffers\n";
  if (!withPlan)
    return text;
  const Json &buffers = entry["buffers"];
  size_t number = 0;
  for (const Json &step : entry["steps"]) {
    text += "    " + pad(std::to_string(number++), 4) +
            step.value("kernel", std::string("copy")) + " (";
    const char *separator = "";
    for (const Json &index : step["buffers"]) {
      const Json &buffer = buffers[index.get<size_t>()];
      text += separator + buffer["kind"].get<std::string>() +
              (buffer["kind"] == "arena" ? "+" + buffer["offset"].dump()
                                         : " " + buffer["name"].dump()) +
              " " + bytes(buffer["size"]);
      separator = ", ";
    }
    text += ")\n";
  }
  return text;
}

std::string kernelText(const Json &kernel) {
  std::string text = "  " + kernel["name"].get<std::string>() + ":";
  for (const Json &code : kernel["code"])
    text += " " + code["tiles"].dump() + " tiles, scratch " +
            bytes(code["scratch_size"]) + ";";
  text.back() = '\n';
  if (std::string nodes = kernel["nodes"]; !nodes.empty())
    text += "    nodes: " + nodes + "\n";
  for (const Json &stage : kernel.value("stages", Json::array())) {
    text += "    " + stage["kind"].get<std::string>() + ":";
    for (const Json &op : stage["ops"])
      text += " " + op.get<std::string>();
    text += "\n";
  }
  Json decisions = kernel.value("decisions", Json::object());
  for (const auto &[what, why] : decisions.items())
    text += "    " + what + ": " +
            (why.is_string() ? why.get<std::string>() : why.dump()) + "\n";
  return text;
}

/// What an artifact without code holds.
std::string sourceText(const Json &source) {
  std::string text = "\nnot compiled yet; open dimensions:";
  for (const Json &dim : source["open_dims"])
    text += " " + dim.get<std::string>();
  text += "\n  for target " + source["target"].get<std::string>() + ", " +
          source["target_cpu"].get<std::string>() + "\n";
  for (const auto &[name, sizes] : source["dims"].items())
    text += "  dimension " + name + " = " + sizes.dump() + "\n";
  for (const Json &entry : source["entries"]) {
    text += "\nentry " + entry["name"].get<std::string>() + "\n";
    for (const Json &tensor : entry["inputs"]) {
      driver::TensorSpec spec{
          tensor["name"], tensor["dtype"],
          tensor["shape"].get<std::vector<int64_t>>(),
          tensor["symbols"].get<std::vector<std::string>>()};
      text += "  input  " + spec.name + ": " + describe(spec) + "\n";
    }
  }
  text += "\nfiles:\n";
  for (const Json &file : source["files"])
    text += "  " + file["path"].get<std::string>() + ": " +
            bytes(file["size"]) + "\n";
  return text;
}

} // namespace

std::string inspectText(const Json &facts, bool withPlan) {
  const Json &file = facts["file"];
  std::string text = "artifact: " + bytes(file["size"]) + ", format " +
                     file["format_version"].dump() + ", by " +
                     file["producer"].get<std::string>() + " for " +
                     file["target_arch"].get<std::string>() + "\n";
  text += "sha256: " + file["sha256"].get<std::string>() + "\n";
  if (facts.contains("source"))
    return text + sourceText(facts["source"]);
  text += "variants:";
  for (const Json &variant : facts["variants"])
    text += " " + variant["name"].get<std::string>() +
            (variant["runs_here"].get<bool>() ? "" : " (not on this machine)");
  text += "\n";
  for (const Json &entry : facts["entries"])
    text += entryText(entry, withPlan);
  text += "\nkernels: " + std::to_string(facts["kernels"].size()) + "\n";
  for (const Json &kernel : facts["kernels"])
    text += kernelText(kernel);
  uint64_t weights = 0;
  for (const Json &weight : facts["weights"])
    weights += weight["stored_size"].get<uint64_t>();
  text += "\nsize:\n";
  for (const Json &section : facts["sections"])
    text += "  " + pad(section["kind"].get<std::string>(), 12) +
            bytes(section["size"]) + "\n";
  text += "  of which " + report::formatBytes(weights) + " are " +
          std::to_string(facts["weights"].size()) + " weights\n";
  return text;
}

} // namespace tenon::tool
