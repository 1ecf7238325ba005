#include "runtime/train/Checkpoint.h"

#include <algorithm>
#include <charconv>
#include <filesystem>

namespace tenon::training {
namespace {

namespace fs = std::filesystem;

Problem problemOf(const tn_diagnostic &diagnostic) {
  return {static_cast<tn_code>(diagnostic.code), diagnostic.message};
}

constexpr std::string_view kPrefix = "step-", kSuffix = ".safetensors";

/// The step in a checkpoint's name.
std::optional<int64_t> stepOf(const std::string &name) {
  if (!name.starts_with(kPrefix) || !name.ends_with(kSuffix))
    return std::nullopt;
  std::string_view digits(name);
  digits.remove_prefix(kPrefix.size());
  digits.remove_suffix(kSuffix.size());
  int64_t step = 0;
  auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), step);
  if (error != std::errc() || end != digits.data() + digits.size() || step < 0)
    return std::nullopt;
  return step;
}

std::vector<int64_t> stepsIn(const std::string &path) {
  std::vector<int64_t> steps;
  std::error_code error;
  for (const auto &entry : fs::directory_iterator(path, error))
    if (auto step = stepOf(entry.path().filename().string()))
      steps.push_back(*step);
  std::sort(steps.begin(), steps.end());
  return steps;
}

std::string describe(const tn_tensor &tensor) {
  std::string text = tn_dtype_name(tensor.dtype);
  text += " [";
  for (int32_t i = 0; i < tensor.rank; ++i)
    text += (i ? ", " : "") + std::to_string(tensor.shape[i]);
  return text + "]";
}

} // namespace

Problem writeCheckpoint(const TrainingSession &session, const std::string &path,
                        const Metadata &metadata) {
  std::vector<tn_named_tensor> tensors;
  std::vector<std::vector<uint8_t>> contents;
  for (size_t i = 0; i < session.variables().size(); ++i) {
    const Variable &variable = session.variables()[i];
    contents.emplace_back(variable.bytes);
    if (Problem problem = session.read(i, contents.back().data());
        problem.code != TN_OK)
      return problem;
    tensors.push_back(
        {variable.name.c_str(),
         {variable.dtype, static_cast<int32_t>(variable.shape.size()),
          variable.shape.data(), contents.back().data()}});
  }
  std::vector<const char *> pairs;
  for (const auto &[key, value] : metadata) {
    pairs.push_back(key.c_str());
    pairs.push_back(value.c_str());
  }
  tn_diagnostic diagnostic;
  if (tn_safetensors_write(path.c_str(), tensors.data(), tensors.size(),
                           pairs.data(), metadata.size(), &diagnostic) != TN_OK)
    return problemOf(diagnostic);
  return {};
}

Problem readCheckpoint(const std::string &path, const StateTarget &target,
                       Metadata &metadata) {
  tn_diagnostic diagnostic;
  tn_safetensors *opened = nullptr;
  if (tn_safetensors_open(path.c_str(), &opened, &diagnostic) != TN_OK)
    return problemOf(diagnostic);
  std::unique_ptr<tn_safetensors, decltype(&tn_safetensors_close)> file(
      opened, tn_safetensors_close);
  auto mismatch = [&](const std::string &what) {
    return Problem{TN_CHECKPOINT_MISMATCH, path + ": " + what};
  };
  std::vector<const void *> contents;
  for (const Variable &variable : target.variables) {
    tn_tensor tensor;
    if (tn_safetensors_find(opened, variable.name.c_str(), &tensor, nullptr) !=
        TN_OK)
      return mismatch("has no '" + variable.name + "'");
    tn_tensor wanted{variable.dtype,
                     static_cast<int32_t>(variable.shape.size()),
                     variable.shape.data(), nullptr};
    if (describe(tensor) != describe(wanted))
      return mismatch("'" + variable.name + "' is " + describe(tensor) +
                      ", the artifact has " + describe(wanted));
    contents.push_back(tensor.data);
  }
  for (uint32_t i = 0; i < tn_safetensors_count(opened); ++i) {
    std::string name = tn_safetensors_name(opened, i);
    if (std::none_of(target.variables.begin(), target.variables.end(),
                     [&](const Variable &v) { return v.name == name; }))
      return mismatch("has '" + name + "', which the artifact has not");
  }
  for (size_t i = 0; i < contents.size(); ++i)
    if (Problem problem = target.write(i, contents[i]); problem.code != TN_OK)
      return problem;
  for (auto &[key, value] : metadata)
    if (const char *text = tn_safetensors_metadata(opened, key.c_str()))
      value = text;
  return {};
}

Problem CheckpointFolder::create() const {
  std::error_code error;
  fs::create_directories(path, error);
  if (error)
    return {TN_FILE_UNWRITABLE, path + ": " + error.message()};
  return {};
}

std::string CheckpointFolder::file(int64_t step) const {
  // As many digits as sort well in a listing.
  std::string digits = std::to_string(step);
  digits.insert(0, digits.size() < 8 ? 8 - digits.size() : 0, '0');
  return path + "/" + std::string(kPrefix) + digits + std::string(kSuffix);
}

std::optional<int64_t> CheckpointFolder::latest() const {
  std::vector<int64_t> steps = stepsIn(path);
  return steps.empty() ? std::nullopt : std::optional(steps.back());
}

void CheckpointFolder::keep(size_t count) const {
  std::error_code error;
  std::vector<int64_t> steps = stepsIn(path);
  for (size_t i = 0; i + count < steps.size(); ++i)
    fs::remove(file(steps[i]), error);
  for (const auto &entry : fs::directory_iterator(path, error)) {
    std::string name = entry.path().filename().string();
    if (name.starts_with(kPrefix) && name.ends_with(".tmp"))
      fs::remove(entry.path(), error);
  }
}

} // namespace tenon::training
