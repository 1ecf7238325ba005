#include "tools/tenon/ModelFlags.h"

#include "compiler/driver/Reproducer.h"
#include "compiler/report/Error.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "llvm/Support/MemoryBuffer.h"

namespace tenon::tool {

using report::ErrorCode;
using report::makeError;

CLI::Option *ModelFlags::addModel(CLI::App &command, const std::string &help) {
  CLI::Option *option = command.add_option("model", model, help);
  option->required()->type_name("MODEL");
  addDims(command);
  return option;
}

void ModelFlags::addDims(CLI::App &command) {
  command
      .add_option("--dim", dims,
                  "Fix a symbolic dimension; several sizes give one plan "
                  "of each entry per size")
      ->type_name("NAME=SIZE[,SIZE...]")
      ->allow_extra_args(false);
  auto *files =
      command
          .add_option("--weights", weights,
                      "Take tensors of the model from a safetensors file, by "
                      "name: weights, state, inputs (repeatable; an index of "
                      "several files is one, too)")
          ->type_name("FILE")
          ->allow_extra_args(false);
  command
      .add_option("--weight-map", weightMaps,
                  "The tensor that a name of the model stands for, where it "
                  "is another; one * in each stands for the same text; or a "
                  "JSON object of such pairs (repeatable)")
      ->type_name("NAME=TENSOR|FILE.json")
      ->allow_extra_args(false)
      ->needs(files);
}

void ModelFlags::addTarget(CLI::App &command) {
  command.add_option("--target", target, "Kind of device")
      ->check(CLI::IsMember({"cpu", "cuda"}))
      ->capture_default_str();
  auto *cpu =
      command
          .add_option("--target-cpu", targetCpu,
                      "native, portable (AVX2 and AVX-512, or sm_80 and sm_90, "
                      "in one artifact), or the name of a target description")
          ->type_name("NAME")
          ->capture_default_str();
  command
      .add_option("--target-spec", targetSpec,
                  "A target description of your own")
      ->type_name("FILE")
      ->excludes(cpu);
}

void ModelFlags::addCache(CLI::App &command) {
  auto *folder =
      command
          .add_option("--cache-dir", cacheFolder,
                      "Where code for open dimensions is kept, by default "
                      "tenon in the user's cache folder")
          ->type_name("DIR");
  command
      .add_flag("--no-cache", noCache,
                "Keep no code for open dimensions, compile it each time")
      ->excludes(folder);
}

absl::StatusOr<std::vector<driver::DimSizes>> ModelFlags::parseDims() const {
  std::vector<driver::DimSizes> parsed;
  for (const std::string &text : dims) {
    std::pair<std::string, std::string> parts =
        absl::StrSplit(text, absl::MaxSplits('=', 1));
    driver::DimSizes dim{parts.first, {}};
    for (absl::string_view size : absl::StrSplit(parts.second, ',')) {
      int64_t value = 0;
      if (dim.name.empty() || !absl::SimpleAtoi(size, &value) || value < 1)
        return makeError(ErrorCode::BadOption,
                         "--dim=" + text +
                             ": expected NAME=SIZE[,SIZE...] with sizes of 1 "
                             "and more");
      dim.sizes.push_back(value);
    }
    for (const driver::DimSizes &other : parsed)
      if (other.name == dim.name)
        return makeError(ErrorCode::BadOption, "--dim=" + text + ": " +
                                                   dim.name +
                                                   " was given before");
    parsed.push_back(std::move(dim));
  }
  return parsed;
}

absl::StatusOr<driver::WeightSources> ModelFlags::parseWeights() const {
  driver::WeightSources sources{weights, {}};
  for (const std::string &text : weightMaps) {
    if (text.find('=') != std::string::npos) {
      auto rule = driver::parseWeightRule(text);
      if (!rule.ok())
        return rule.status();
      sources.rules.push_back(std::move(*rule));
      continue;
    }
    auto rules = driver::readWeightMap(text);
    if (!rules.ok())
      return rules.status();
    sources.rules.insert(sources.rules.end(), rules->begin(), rules->end());
  }
  return sources;
}

absl::Status ModelFlags::refuseWeights() const {
  return weights.empty()
             ? absl::OkStatus()
             : makeError(ErrorCode::BadOption,
                         "--weights: " + model +
                             " is an artifact, which has its weights");
}

absl::StatusOr<driver::ModelRequest> ModelFlags::request() const {
  auto sizes = parseDims();
  if (!sizes.ok())
    return sizes.status();
  auto sources = parseWeights();
  if (!sources.ok())
    return sources.status();
  return driver::ModelRequest{model, std::move(*sizes), std::move(*sources)};
}

absl::StatusOr<driver::TargetRequest> ModelFlags::targetRequest() const {
  driver::TargetRequest request{target, targetCpu, "", targetSpec};
  if (targetSpec.empty())
    return request;
  auto buffer = llvm::MemoryBuffer::getFile(targetSpec);
  if (!buffer)
    return makeError(ErrorCode::TargetUnknown,
                     targetSpec + ": " + buffer.getError().message());
  request.description = (*buffer)->getBuffer().str();
  return request;
}

absl::Status ModelFlags::apply(driver::CompileOptions &options) const {
  auto said = this->request();
  if (!said.ok())
    return said.status();
  options.model = model;
  options.dims = std::move(said->dims);
  options.weights = std::move(said->weights);
  auto request = targetRequest();
  if (!request.ok())
    return request.status();
  auto targets = driver::resolveTargets(*request);
  if (!targets.ok())
    return targets.status();
  options.targetRequest = std::move(*request);
  options.targets = std::move(*targets);
  options.replayFlags = replayFlags();
  return absl::OkStatus();
}

std::string ModelFlags::replayFlags() const {
  std::string kind = target == "cpu" ? "" : "--target=" + target + " ";
  if (!targetSpec.empty())
    return kind + "--target-spec=" + driver::shellQuote(targetSpec);
  return kind + "--target-cpu=" + driver::shellQuote(targetCpu);
}

} // namespace tenon::tool
