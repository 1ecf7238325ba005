#include "tools/tenon/TransientArtifact.h"

#include "compiler/driver/ModuleText.h"
#include "compiler/report/Error.h"
#include "runtime/io/tenon_io.h"
#include "tools/tenon/ArtifactCache.h"
#include "tools/tenon/ArtifactRunner.h"
#include "tools/tenon/PendingArtifact.h"
#include "tools/tenon/Progress.h"
#include "tools/tenon/TemporaryFolder.h"
#include "tools/tenon/Tensors.h"

#include "llvm/Support/FileSystem.h"

#include <fstream>
#include <optional>

namespace tenon::tool {

using report::ErrorCode;

absl::StatusOr<TransientArtifact> TransientArtifact::create() {
  llvm::SmallString<128> path;
  if (std::error_code error =
          llvm::sys::fs::createUniqueFile(".tenon-run-%%%%%%%%.tenon", path))
    return report::makeError(ErrorCode::OutputUnwritable,
                             "this folder: " + error.message());
  return TransientArtifact(path.str().str(), /*isOurs=*/true);
}

absl::StatusOr<TransientArtifact>
TransientArtifact::get(const ModelFlags &flags) {
  // A file that is no model either is best explained by the loader.
  llvm::StringRef name(flags.model);
  if (isArtifact(flags.model) || name.ends_with(".tenon")) {
    if (absl::Status status = flags.refuseWeights(); !status.ok())
      return status;
    return TransientArtifact(flags.model, /*isOurs=*/false);
  }
  driver::CompileOptions options;
  if (absl::Status status = flags.apply(options); !status.ok())
    return status;
  auto artifact = create();
  if (!artifact.ok())
    return artifact.status();
  options.output = artifact->path();
  Progress progress(/*verbose=*/false);
  progress.watch(options);
  if (auto summary = driver::compile(options); !summary.ok())
    return summary.status();
  return artifact;
}

absl::StatusOr<TransientArtifact>
TransientArtifact::getSized(const ModelFlags &flags, const std::string &entry,
                            const std::vector<std::string> &inputs) {
  auto artifact = get(flags);
  if (!artifact.ok())
    return artifact.status();
  auto pending = PendingArtifact::open(artifact->path());
  if (!pending.ok())
    return pending.status();
  // The dimensions of a model are its artifact's already.
  std::vector<driver::DimSizes> given;
  if (isArtifact(flags.model)) {
    auto dims = flags.parseDims();
    if (!dims.ok())
      return dims.status();
    given = std::move(*dims);
  }
  if (!*pending && !given.empty())
    return report::makeError(ErrorCode::BadOption,
                             "--dim: an artifact's dimensions were fixed when "
                             "it was compiled");
  if (!*pending)
    return artifact;
  auto sized = bindInputs((*pending)->model(), given, entry, inputs);
  if (!sized.ok())
    return sized.status();
  return specialize(**pending, artifact->path(), sized->dims, flags);
}

/// What the code for `dims` depends on, but for this program.
static absl::StatusOr<std::string>
ingredients(const std::string &path, const std::vector<driver::DimSizes> &dims,
            const std::vector<target::TargetDescription> &targets) {
  // What a header states could be another artifact's digest.
  tn_diagnostic diagnostic;
  if (tn_verify_sha256(path.c_str(), &diagnostic) != TN_OK)
    return report::makeRuntimeError(diagnostic.code, diagnostic.message);
  char digest[32] = {};
  std::ifstream file(path, std::ios::binary);
  constexpr std::streamoff digestOffset = 48; // docs/artifact.md
  file.seekg(digestOffset).read(digest, sizeof digest);
  std::string text(digest, sizeof digest);
  for (const driver::DimSizes &dim : dims) {
    text += "\n" + dim.name;
    for (int64_t size : dim.sizes)
      text += "," + std::to_string(size);
  }
  for (const target::TargetDescription &target : targets)
    text += "\n" + target::printTargetDescription(target);
  return text;
}

absl::StatusOr<TransientArtifact> TransientArtifact::specialize(
    const PendingArtifact &pending, const std::string &path,
    const std::vector<driver::DimSizes> &dims, const ModelFlags &flags) {
  driver::CompileOptions options;
  options.dims = dims;
  options.targetRequest = pending.model().target;
  auto targets = driver::resolveTargets(options.targetRequest);
  if (!targets.ok())
    return targets.status();
  options.targets = std::move(*targets);
  options.replayFlags = flags.replayFlags();

  std::optional<ArtifactCache> cache;
  if (!flags.noCache) {
    auto opened = ArtifactCache::open(flags.cacheFolder);
    if (opened.ok())
      cache = std::move(*opened);
    else if (!flags.cacheFolder.empty())
      return opened.status();
  }
  std::optional<TransientArtifact> artifact;
  if (cache) {
    auto key = ingredients(path, dims, options.targets);
    if (!key.ok())
      return key.status();
    artifact.emplace(TransientArtifact(cache->pathFor(*key), /*isOurs=*/false));
    if (cache->holds(artifact->path()))
      return std::move(*artifact);
  } else {
    auto created = create();
    if (!created.ok())
      return created.status();
    artifact.emplace(std::move(*created));
  }
  options.output = artifact->path();
  auto folder = TemporaryFolder::create(driver::folderOf(options.output));
  if (!folder.ok())
    return folder.status();
  auto model = pending.extract(folder->path());
  if (!model.ok())
    return model.status();
  options.model = model->path;
  options.weights = model->weights;
  Progress progress(/*verbose=*/false);
  progress.watch(options);
  auto summary = driver::compile(options);
  // Whoever replays the failure needs the weights.
  if (!driver::replayCommand(summary.status()).empty())
    folder->keep();
  if (!summary.ok())
    return summary.status();
  if (cache)
    cache->trim(artifact->path());
  return std::move(*artifact);
}

TransientArtifact::~TransientArtifact() {
  if (isOurs)
    (void)llvm::sys::fs::remove(file);
}

} // namespace tenon::tool
