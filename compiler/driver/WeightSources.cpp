#include "compiler/driver/WeightSources.h"

#include "compiler/report/Error.h"
#include "ir/graph/GraphOps.h"
#include "ir/graph/WeightTensor.h"
#include "runtime/io/tenon_io.h"

#include "mlir/IR/Builders.h"
#include "nlohmann/json.hpp"
#include "llvm/Support/raw_ostream.h"

#include <filesystem>
#include <fstream>

namespace tenon::driver {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;
using report::ErrorCode;
using report::makeError;

/// An open safetensors file.
class TensorFile {
public:
  static absl::StatusOr<TensorFile> open(const std::string &path) {
    tn_diagnostic diagnostic;
    tn_safetensors *opened = nullptr;
    if (tn_safetensors_open(path.c_str(), &opened, &diagnostic) != TN_OK)
      return report::makeRuntimeError(diagnostic.code, diagnostic.message);
    TensorFile result;
    result.header.reset(opened);
    auto mapped = MappedFile::open(path);
    if (!mapped.ok())
      return makeError(ErrorCode::ModelUnreadable,
                       std::string(mapped.status().message()));
    result.file = std::move(*mapped);
    return result;
  }

  std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (uint32_t i = 0; i < tn_safetensors_count(header.get()); ++i)
      names.push_back(tn_safetensors_name(header.get(), i));
    return names;
  }

  std::optional<StoredTensor> find(const std::string &name) const {
    tn_tensor tensor;
    if (tn_safetensors_find(header.get(), name.c_str(), &tensor, nullptr) !=
        TN_OK)
      return std::nullopt;
    StoredTensor stored;
    stored.name = name;
    stored.dtype = tn_dtype_name(tensor.dtype);
    stored.shape.assign(tensor.shape, tensor.shape + tensor.rank);
    stored.file = file;
    stored.offset = tn_safetensors_offset(header.get(), name.c_str());
    stored.size = static_cast<uint64_t>(tn_dtype_bits(tensor.dtype)) / 8;
    for (int64_t size : stored.shape)
      stored.size *= static_cast<uint64_t>(size);
    // Another process may have made the file shorter since its header was read.
    if (!file->contains(stored.offset, stored.size))
      return std::nullopt;
    return stored;
  }

private:
  struct Close {
    void operator()(tn_safetensors *opened) const {
      tn_safetensors_close(opened);
    }
  };

  std::unique_ptr<tn_safetensors, Close> header;
  std::shared_ptr<const MappedFile> file;
};

absl::Status unfit(const std::string &reason) {
  return makeError(ErrorCode::WeightsUnfit, reason);
}

/// A JSON file that is one object; nothing where it is not.
std::optional<Json> readObject(const std::string &path) {
  std::ifstream file(path, std::ios::binary);
  Json json = Json::parse(file, nullptr, /*allow_exceptions=*/false);
  return json.is_object() ? std::optional(std::move(json)) : std::nullopt;
}

/// An index of several files: of each tensor's name, its file.
using WeightIndex = std::vector<std::pair<std::string, std::string>>;

absl::StatusOr<WeightIndex> readIndex(const std::string &path) {
  std::optional<Json> json = readObject(path);
  if (!json || !json->contains("weight_map") ||
      !(*json)["weight_map"].is_object())
    return unfit("'" + path +
                 "' is no index of safetensors files: it holds no object "
                 "'weight_map'");
  WeightIndex index;
  for (const auto &[tensor, file] : (*json)["weight_map"].items()) {
    if (!file.is_string())
      return unfit("'" + path + "' names no file for tensor '" + tensor + "'");
    // An index is a stranger's, as a model is.
    fs::path name(file.get<std::string>());
    if (name.empty() || name.is_absolute() ||
        llvm::is_contained(name, fs::path("..")))
      return unfit("'" + path + "': file '" + name.string() +
                   "' lies outside of its folder");
    index.emplace_back(tensor, (fs::path(path).parent_path() / name).string());
  }
  return index;
}

bool isIndex(const std::string &path) {
  return fs::path(path).extension() == ".json";
}

absl::Status addTensors(const TensorFile &file,
                        const std::vector<std::string> &names,
                        const std::string &path, WeightBindings &bindings) {
  for (const std::string &name : names) {
    std::optional<StoredTensor> tensor = file.find(name);
    if (!tensor)
      return unfit("'" + path + "' does not hold tensor '" + name +
                   "', which its index says");
    if (!bindings.add(std::move(*tensor)))
      return unfit("tensor '" + name + "' of '" + path +
                   "' is in another file of weights, too");
  }
  return absl::OkStatus();
}

absl::Status addIndexed(const std::string &path, WeightBindings &bindings) {
  auto index = readIndex(path);
  if (!index.ok())
    return index.status();
  std::map<std::string, std::vector<std::string>> names;
  for (auto &[tensor, file] : *index)
    names[file].push_back(tensor);
  for (const auto &[file, tensors] : names) {
    auto opened = TensorFile::open(file);
    if (!opened.ok())
      return opened.status();
    if (absl::Status status = addTensors(*opened, tensors, file, bindings);
        !status.ok())
      return status;
  }
  return absl::OkStatus();
}

std::string typeText(const StoredTensor &tensor) {
  std::string text = "tensor<";
  for (int64_t size : tensor.shape)
    text += std::to_string(size) + "x";
  return text + tensor.dtype + ">";
}

absl::Status locate(graph::WeightOp weight, const std::string &name,
                    const TensorFile &file, const std::string &path) {
  std::string prefix = "weight '" + weight.getSymName().str() + "': ";
  std::optional<StoredTensor> tensor = file.find(name);
  if (!tensor)
    return makeError(ErrorCode::ModelMalformed,
                     prefix + path + " has no tensor '" + name + "'");
  std::string type;
  llvm::raw_string_ostream(type) << weight.getType();
  if (type != typeText(*tensor))
    return makeError(ErrorCode::ModelMalformed,
                     prefix + "it is " + type + ", and '" + name + "' in " +
                         path + " " + typeText(*tensor));
  mlir::Builder builder(weight.getContext());
  weight->removeAttr(graph::kWeightTensorAttr);
  weight.setOffsetAttr(
      builder.getI64IntegerAttr(static_cast<int64_t>(tensor->offset)));
  if (!weight.getHash())
    weight.setHashAttr(
        builder.getStringAttr("xxh3:" + contentHash(tensor->bytes())));
  return absl::OkStatus();
}

} // namespace

absl::StatusOr<WeightBindings> openWeights(const WeightSources &sources) {
  WeightBindings bindings;
  for (const WeightRule &rule : sources.rules)
    bindings.addRule(rule);
  for (const std::string &path : sources.files) {
    absl::Status status;
    if (isIndex(path)) {
      status = addIndexed(path, bindings);
    } else {
      auto file = TensorFile::open(path);
      status = file.ok() ? addTensors(*file, file->names(), path, bindings)
                         : file.status();
    }
    if (!status.ok())
      return status;
  }
  return bindings;
}

absl::StatusOr<std::vector<std::string>>
weightFiles(const WeightSources &sources) {
  std::vector<std::string> files;
  for (const std::string &path : sources.files) {
    files.push_back(path);
    if (!isIndex(path))
      continue;
    auto index = readIndex(path);
    if (!index.ok())
      return index.status();
    std::set<std::string> shards;
    for (const auto &[tensor, file] : *index)
      shards.insert(file);
    files.insert(files.end(), shards.begin(), shards.end());
  }
  return files;
}

/// Why a rule cannot be one; empty where it can.
static std::string whyNoRule(const WeightRule &rule) {
  auto stars = [](const std::string &name) {
    return std::count(name.begin(), name.end(), '*');
  };
  if (rule.model.empty() || rule.tensor.empty())
    return "expected a name of the model and one of a tensor";
  if (stars(rule.model) != stars(rule.tensor) || stars(rule.model) > 1)
    return "expected one * in both names, or none";
  return "";
}

absl::StatusOr<WeightRule> parseWeightRule(const std::string &text) {
  size_t at = text.find('=');
  WeightRule rule{text.substr(0, at),
                  at == std::string::npos ? "" : text.substr(at + 1)};
  if (std::string why = whyNoRule(rule); !why.empty())
    return makeError(ErrorCode::BadOption, "--weight-map=" + text + ": " + why);
  return rule;
}

absl::StatusOr<std::vector<WeightRule>> readWeightMap(const std::string &path) {
  auto fail = [&](const std::string &why) {
    return makeError(ErrorCode::BadOption, "--weight-map=" + path + ": " + why);
  };
  std::optional<Json> json = readObject(path);
  if (!json)
    return fail("neither MODEL=TENSOR nor a file with one JSON object");
  std::vector<WeightRule> rules;
  for (const auto &[model, tensor] : json->items()) {
    if (!tensor.is_string())
      return fail("'" + model + "' is not mapped to a name");
    rules.push_back({model, tensor.get<std::string>()});
    if (std::string why = whyNoRule(rules.back()); !why.empty())
      return fail("'" + model + "': " + why);
  }
  return rules;
}

absl::Status locateWeightTensors(mlir::ModuleOp module,
                                 const std::string &folder) {
  std::map<std::string, TensorFile> files;
  for (auto weight : module.getOps<graph::WeightOp>()) {
    auto name =
        weight->getAttrOfType<mlir::StringAttr>(graph::kWeightTensorAttr);
    if (!name)
      continue;
    std::string path = (fs::path(folder) / weight.getFile()->str()).string();
    auto file = files.find(path);
    if (file == files.end()) {
      auto opened = TensorFile::open(path);
      if (!opened.ok())
        return opened.status();
      file = files.emplace(path, std::move(*opened)).first;
    }
    if (absl::Status status = locate(weight, name.str(), file->second, path);
        !status.ok())
      return status;
  }
  return absl::OkStatus();
}

} // namespace tenon::driver
