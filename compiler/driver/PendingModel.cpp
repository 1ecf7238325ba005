#include "compiler/driver/PendingModel.h"

#include "compiler/report/Error.h"

#include "nlohmann/json.hpp"

#include <algorithm>
#include <map>
#include <optional>

namespace tenon::driver {
namespace {

using Json = nlohmann::ordered_json;
using report::ErrorCode;
using report::makeError;

Json dimsJson(const std::vector<DimSizes> &dims) {
  Json json = Json::object();
  for (const DimSizes &dim : dims)
    json[dim.name] = dim.sizes;
  return json;
}

/// Thrown inside of this file, as nlohmann's own exceptions are by fields that
/// are missing or of another type.
struct Malformed {
  std::string what;
};

DeclaredEntry readEntry(const Json &json) {
  DeclaredEntry entry{json.at("name").get<std::string>(), {}};
  for (const Json &input : json.at("inputs")) {
    entry.inputs.push_back(
        {input.at("name").get<std::string>(),
         input.at("dtype").get<std::string>(),
         input.at("shape").get<std::vector<int64_t>>(),
         input.at("symbols").get<std::vector<std::string>>()});
    if (entry.inputs.back().shape.size() != entry.inputs.back().symbols.size())
      throw Malformed{"an input has not as many symbols as dimensions"};
  }
  return entry;
}

PendingModel read(const Json &json) {
  PendingModel pending;
  for (const Json &entry : json.at("entries"))
    pending.declared.entries.push_back(readEntry(entry));
  pending.declared.openDims =
      json.at("open_dims").get<std::vector<std::string>>();
  pending.declared.files = json.at("files").get<std::vector<std::string>>();
  for (const auto &[name, sizes] : json.at("dims").items())
    pending.dims.push_back({name, sizes.get<std::vector<int64_t>>()});
  const Json &target = json.at("target");
  pending.target = {target.at("kind").get<std::string>(),
                    target.at("name").get<std::string>(),
                    target.at("description").get<std::string>(),
                    target.at("file").get<std::string>()};
  // Absent in artifacts of a time before there were such files.
  if (json.contains("weights")) {
    pending.weights.files =
        json["weights"].at("files").get<std::vector<std::string>>();
    for (const Json &rule : json["weights"].at("rules"))
      pending.weights.rules.push_back(
          {rule.at(0).get<std::string>(), rule.at(1).get<std::string>()});
  }
  return pending;
}

/// Sizes as they become known, and who said so.
class Sizes {
public:
  /// Notes a size; T0115 where another is known.
  absl::Status add(const std::string &dim, int64_t size,
                   const std::string &place) {
    auto [it, isNew] = known.emplace(dim, Known{size, place});
    if (isNew || it->second.size == size)
      return absl::OkStatus();
    return makeError(ErrorCode::SizesContradict,
                     "dimension '" + dim + "' is " +
                         std::to_string(it->second.size) + " in " +
                         it->second.place + " and " + std::to_string(size) +
                         " in " + place);
  }

  std::optional<int64_t> find(const std::string &dim) const {
    auto it = known.find(dim);
    return it == known.end() ? std::nullopt
                             : std::optional<int64_t>(it->second.size);
  }

private:
  struct Known {
    int64_t size;
    std::string place;
  };
  std::map<std::string, Known> known;
};

/// The sizes of one input; T1025 where it cannot be that input at any size.
absl::Status addInput(const TensorSpec &want, const TensorSpec &have,
                      size_t index, Sizes &sizes) {
  constexpr int shapeMismatch = 1025;
  bool fits = want.shape.size() == have.shape.size();
  for (size_t d = 0; fits && d < want.shape.size(); ++d)
    fits = want.shape[d] == -1 || want.shape[d] == have.shape[d];
  if (!fits)
    return report::makeRuntimeError(shapeMismatch,
                                    "input " + std::to_string(index) + " ('" +
                                        want.name + "') is " + describe(want) +
                                        ", not " + describe(have));
  for (size_t d = 0; d < want.shape.size(); ++d)
    if (want.shape[d] == -1)
      if (absl::Status status = sizes.add(want.symbols[d], have.shape[d],
                                          "input '" + want.name + "'");
          !status.ok())
        return status;
  return absl::OkStatus();
}

} // namespace

std::string toJson(const PendingModel &pending) {
  Json entries = Json::array();
  for (const DeclaredEntry &entry : pending.declared.entries) {
    Json inputs = Json::array();
    for (const DeclaredInput &input : entry.inputs)
      inputs.push_back({{"name", input.name},
                        {"dtype", input.dtype},
                        {"shape", input.shape},
                        {"symbols", input.symbols}});
    entries.push_back({{"name", entry.name}, {"inputs", inputs}});
  }
  Json json = {{"entries", entries},
               {"open_dims", pending.declared.openDims},
               {"files", pending.declared.files},
               {"dims", dimsJson(pending.dims)},
               {"target",
                {{"kind", pending.target.kind},
                 {"name", pending.target.name},
                 {"description", pending.target.description},
                 {"file", pending.target.file}}}};
  if (!pending.weights.empty()) {
    Json rules = Json::array();
    for (const WeightRule &rule : pending.weights.rules)
      rules.push_back({rule.model, rule.tensor});
    json["weights"] = {{"files", pending.weights.files}, {"rules", rules}};
  }
  // A name that is no UTF-8 must not stop the compiler.
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

absl::StatusOr<PendingModel> parsePending(const std::string &text) {
  auto malformed = [](const std::string &what) {
    constexpr int code = 1005;
    return report::makeRuntimeError(
        code, "malformed: the description of the model that it holds: " + what);
  };
  try {
    return read(Json::parse(text));
  } catch (const Json::exception &error) {
    return malformed(error.what());
  } catch (const Malformed &error) {
    return malformed(error.what);
  }
}

EntrySpec entrySpec(const DeclaredEntry &entry) {
  EntrySpec spec{entry.name, {}, {}};
  for (const DeclaredInput &input : entry.inputs)
    spec.inputs.push_back(
        {input.name, input.dtype, input.shape, input.symbols});
  return spec;
}

absl::StatusOr<std::vector<DimSizes>>
bindSizes(const PendingModel &pending, const DeclaredEntry &entry,
          const std::vector<DimSizes> &given,
          const std::vector<HostTensor> &inputs) {
  const std::vector<std::string> &open = pending.declared.openDims;
  std::vector<DimSizes> result = pending.dims;
  Sizes sizes;
  for (const DimSizes &dim : given) {
    if (std::find(open.begin(), open.end(), dim.name) == open.end())
      return makeError(ErrorCode::BadOption, "--dim=" + dim.name +
                                                 ": the model has no open "
                                                 "dimension of that name");
    result.push_back(dim);
    if (dim.sizes.size() == 1)
      if (absl::Status status = sizes.add(dim.name, dim.sizes[0], "--dim");
          !status.ok())
        return status;
  }
  EntrySpec spec = entrySpec(entry);
  for (size_t i = 0; i < std::min(inputs.size(), spec.inputs.size()); ++i)
    if (absl::Status status =
            addInput(spec.inputs[i], inputs[i].spec, i, sizes);
        !status.ok())
      return status;
  std::string missing;
  for (const std::string &dim : open) {
    auto isDim = [&](const DimSizes &other) { return other.name == dim; };
    if (std::any_of(result.begin(), result.end(), isDim))
      continue;
    if (std::optional<int64_t> size = sizes.find(dim)) {
      result.push_back({dim, {*size}});
      continue;
    }
    missing += (missing.empty() ? "'" : ", '") + dim + "'";
    std::string places;
    for (const TensorSpec &input : spec.inputs)
      if (std::find(input.symbols.begin(), input.symbols.end(), dim) !=
          input.symbols.end())
        places += (places.empty() ? "" : ", ") + ("'" + input.name + "'");
    missing += places.empty() ? " (no input has it)" : " (of " + places + ")";
  }
  if (!missing.empty())
    return makeError(ErrorCode::SizesOpen,
                     "no size is known of dimension " + missing +
                         ": inputs or --dim NAME=SIZE say it");
  return result;
}

} // namespace tenon::driver
