//===- WeightBindings.cpp - weights from files beside a model -------------===//
#include "compiler/import/WeightBindings.h"

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include <filesystem>
#include <optional>

using namespace tenon;

namespace {

/// What a rule makes of a name of the model; nothing where it is for others.
std::optional<std::string> mappedBy(const WeightRule &rule,
                                    absl::string_view name) {
  size_t star = rule.model.find('*');
  if (star == std::string::npos)
    return name == rule.model ? std::optional(rule.tensor) : std::nullopt;
  absl::string_view before = absl::string_view(rule.model).substr(0, star);
  absl::string_view after = absl::string_view(rule.model).substr(star + 1);
  if (name.size() < before.size() + after.size() ||
      !absl::StartsWith(name, before) || !absl::EndsWith(name, after))
    return std::nullopt;
  absl::string_view middle =
      name.substr(before.size(), name.size() - before.size() - after.size());
  std::string result = rule.tensor;
  return result.replace(result.find('*'), 1, std::string(middle));
}

std::string typeText(const std::string &dtype,
                     const std::vector<int64_t> &shape) {
  auto size = [](std::string *out, int64_t dim) {
    dim < 0 ? absl::StrAppend(out, "?") : absl::StrAppend(out, dim);
  };
  return absl::StrCat(dtype, " [", absl::StrJoin(shape, ", ", size), "]");
}

bool fits(const StoredTensor &tensor, const std::string &dtype,
          const std::vector<int64_t> &shape) {
  return tensor.dtype == dtype && tensor.shape.size() == shape.size() &&
         std::equal(shape.begin(), shape.end(), tensor.shape.begin(),
                    [](int64_t want, int64_t have) {
                      return want < 0 || want == have;
                    });
}

} // namespace

bool WeightBindings::add(StoredTensor tensor) {
  std::string name = tensor.name;
  return tensors.emplace(std::move(name), std::move(tensor)).second;
}

const StoredTensor *WeightBindings::tensor(const std::string &name) const {
  auto it = tensors.find(name);
  return it == tensors.end() ? nullptr : &it->second;
}

const StoredTensor *WeightBindings::bind(const std::string &name,
                                         const std::string &dtype,
                                         const std::vector<int64_t> &shape) {
  std::string wanted = name;
  for (Rule &rule : rules)
    if (std::optional<std::string> mapped = mappedBy(rule.rule, name)) {
      rule.used = true;
      wanted = *mapped;
      if (!absl::StrContains(rule.rule.model, '*') && !tensor(wanted))
        problems.insert(absl::StrCat("'", name, "' is mapped to '", wanted,
                                     "', which no file of weights holds"));
      break;
    }
  const StoredTensor *found = tensor(wanted);
  if (!found)
    return nullptr;
  bound.insert(found->name);
  std::string where =
      absl::StrCat(" in '", found->file->path(), "'",
                   wanted == name ? "" : absl::StrCat(" as '", wanted, "'"));
  if (!fits(*found, dtype, shape)) {
    problems.insert(absl::StrCat("'", name, "' is ", typeText(dtype, shape),
                                 " in the model and ",
                                 typeText(found->dtype, found->shape), where));
    return nullptr;
  }
  if (dtype == "i1" &&
      absl::c_any_of(found->bytes(), [](char byte) { return byte & ~1; })) {
    problems.insert(
        absl::StrCat("'", name, "' holds bytes that are no booleans", where));
    return nullptr;
  }
  return found;
}

absl::Status WeightBindings::status(const std::string &path) const {
  std::set<std::string> all = problems;
  for (const Rule &rule : rules)
    if (!rule.used)
      all.insert(absl::StrCat("'", rule.rule.model,
                              "' is mapped, but names no tensor of the model"));
  if (bound.empty() && all.empty())
    all.insert(absl::StrCat("none of the tensors, such as '",
                            tensors.empty() ? "" : tensors.begin()->first,
                            "', is called as one of the model"));
  if (all.empty())
    return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "the weights do not fit '", path, "':\n  ", absl::StrJoin(all, "\n  ")));
}

std::vector<std::string> WeightBindings::unused() const {
  std::vector<std::string> names;
  for (const auto &[name, tensor] : tensors)
    if (!bound.contains(name))
      names.push_back(name);
  return names;
}

std::string tenon::pathFrom(const std::string &folder,
                            const std::string &path) {
  namespace fs = std::filesystem;
  fs::path base = fs::absolute(fs::path(folder)).lexically_normal();
  return fs::absolute(fs::path(path))
      .lexically_normal()
      .lexically_relative(base)
      .generic_string();
}
