#include "tools/tenon/ModelFlags.h"

#include "compiler/driver/Reproducer.h"
#include "compiler/report/Error.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "llvm/Support/MemoryBuffer.h"

namespace tenon::tool {

using report::ErrorCode;
using report::makeError;

void ModelFlags::addModel(CLI::App &command, const std::string &help) {
  command.add_option("model", model, help)->required()->type_name("MODEL");
  addDims(command);
}

void ModelFlags::addDims(CLI::App &command) {
  command
      .add_option("--dim", dims,
                  "Fix a symbolic dimension; several sizes give one plan "
                  "of each entry per size")
      ->type_name("NAME=SIZE[,SIZE...]")
      ->allow_extra_args(false);
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
  options.model = model;
  auto sizes = parseDims();
  if (!sizes.ok())
    return sizes.status();
  options.dims = std::move(*sizes);
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
