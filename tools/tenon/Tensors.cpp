#include "tools/tenon/Tensors.h"

#include "compiler/report/Error.h"
#include "tools/tenon/NpyFile.h"

#include "absl/strings/match.h"
#include "nlohmann/json.hpp"

#include <filesystem>
#include <fstream>
#include <optional>

namespace tenon::tool {

using driver::EntrySpec;
using driver::HostTensor;
using driver::TensorSpec;
using report::ErrorCode;
using report::makeError;

/// Whether an input or output is strings: the importer ends its name so.
static bool isStrings(const TensorSpec &spec) {
  return spec.dtype == "ui32" && !spec.shape.empty() &&
         absl::EndsWith(spec.name, ":strings");
}

/// The model's own name of an input or output.
static std::string modelName(const TensorSpec &spec) {
  return isStrings(spec) ? spec.name.substr(0, spec.name.rfind(':'))
                         : spec.name;
}

absl::StatusOr<EntrySpec> chooseEntry(const std::vector<EntrySpec> &entries,
                                      const std::string &name) {
  std::string wanted = name.empty() ? "predict" : name;
  std::string list;
  for (const EntrySpec &entry : entries) {
    if (entry.name == wanted || (name.empty() && entries.size() == 1))
      return entry;
    list += (list.empty() ? "" : ", ") + entry.name;
  }
  return makeError(ErrorCode::NoSuchEntry,
                   name.empty()
                       ? "--entry is needed, one of: " + list
                       : "there is no entry '" + name + "', only: " + list);
}

absl::StatusOr<std::vector<HostTensor>>
readInputs(const EntrySpec &entry, const std::vector<std::string> &flags) {
  std::vector<std::optional<std::string>> files(entry.inputs.size());
  std::vector<std::string> positional;
  for (const std::string &flag : flags) {
    size_t equals = flag.find('=');
    std::string name = flag.substr(0, equals);
    auto matches = [&](const TensorSpec &spec) {
      return spec.name == name || modelName(spec) == name;
    };
    auto input =
        std::find_if(entry.inputs.begin(), entry.inputs.end(), matches);
    if (equals == std::string::npos || std::filesystem::exists(flag)) {
      positional.push_back(flag);
    } else if (input == entry.inputs.end()) {
      std::string list;
      for (const TensorSpec &spec : entry.inputs)
        list += (list.empty() ? "" : ", ") + modelName(spec);
      return makeError(ErrorCode::NoSuchInput,
                       "--input=" + flag + ": entry '" + entry.name +
                           "' has no input '" + name + "', only: " + list);
    } else {
      auto &file = files[static_cast<size_t>(input - entry.inputs.begin())];
      if (file)
        return makeError(ErrorCode::NoSuchInput, "--input=" + flag + ": '" +
                                                     name +
                                                     "' was given before");
      file = flag.substr(equals + 1);
    }
  }
  auto next = positional.begin();
  for (std::optional<std::string> &file : files)
    if (!file && next != positional.end())
      file = *next++;
  if (next != positional.end())
    return makeError(ErrorCode::NoSuchInput, "--input=" + *next + ": entry '" +
                                                 entry.name + "' takes only " +
                                                 std::to_string(files.size()) +
                                                 " inputs");
  std::vector<HostTensor> inputs;
  for (size_t i = 0; i < files.size(); ++i) {
    const TensorSpec &spec = entry.inputs[i];
    if (!files[i])
      return makeError(ErrorCode::NoSuchInput, "input '" + spec.name + "', " +
                                                   describe(spec) +
                                                   ", needs an --input");
    auto tensor = isStrings(spec) ? readStrings(*files[i], spec.shape.back())
                                  : readNpy(*files[i], spec.dtype);
    if (!tensor.ok())
      return tensor.status();
    tensor->spec.name = spec.name;
    inputs.push_back(std::move(*tensor));
  }
  return inputs;
}

absl::StatusOr<SizedInputs>
bindInputs(const driver::PendingModel &pending,
           const std::vector<driver::DimSizes> &given, const std::string &entry,
           const std::vector<std::string> &flags) {
  const std::vector<DeclaredEntry> &declared = pending.declared.entries;
  std::vector<EntrySpec> entries;
  for (const DeclaredEntry &one : declared)
    entries.push_back(driver::entrySpec(one));
  auto chosen = chooseEntry(entries, entry);
  if (!chosen.ok())
    return chosen.status();
  SizedInputs result{std::move(*chosen), {}, {}};
  if (!flags.empty()) {
    auto inputs = readInputs(result.entry, flags);
    if (!inputs.ok())
      return inputs.status();
    result.inputs = std::move(*inputs);
  }
  auto isChosen = [&](const DeclaredEntry &one) {
    return one.name == result.entry.name;
  };
  auto dims = driver::bindSizes(
      pending, *std::find_if(declared.begin(), declared.end(), isChosen), given,
      result.inputs);
  if (!dims.ok())
    return dims.status();
  result.dims = std::move(*dims);
  return result;
}

absl::Status writeOutputs(const std::string &folder, const EntrySpec &entry,
                          const std::vector<HostTensor> &inputs,
                          const std::vector<HostTensor> &outputs) {
  using Json = nlohmann::ordered_json;
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  auto describeAll = [](const std::vector<HostTensor> &tensors) {
    Json list = Json::array();
    for (const HostTensor &tensor : tensors)
      list.push_back({{"name", tensor.spec.name},
                      {"dtype", tensor.spec.dtype},
                      {"shape", tensor.spec.shape}});
    return list;
  };
  Json signature = {{"entry", entry.name},
                    {"inputs", describeAll(inputs)},
                    {"outputs", describeAll(outputs)}};
  for (size_t i = 0; i < outputs.size(); ++i) {
    std::string file = "output_" + std::to_string(i) + ".npy";
    signature["outputs"][i]["file"] = file;
    std::string path = folder + "/" + file;
    absl::Status status = isStrings(outputs[i].spec)
                              ? writeStrings(path, outputs[i])
                              : writeNpy(path, outputs[i]);
    if (!status.ok())
      return status;
  }
  std::ofstream file(folder + "/signature.json");
  file << signature.dump(2) << "\n";
  if (!file.flush())
    return makeError(ErrorCode::OutputUnwritable,
                     folder + "/signature.json: cannot write the file");
  return absl::OkStatus();
}

} // namespace tenon::tool
