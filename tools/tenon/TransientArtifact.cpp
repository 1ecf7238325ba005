#include "tools/tenon/TransientArtifact.h"

#include "compiler/report/Error.h"
#include "tools/tenon/ArtifactRunner.h"
#include "tools/tenon/Progress.h"

#include "llvm/Support/FileSystem.h"

namespace tenon::tool {

absl::StatusOr<TransientArtifact>
TransientArtifact::get(const ModelFlags &flags) {
  if (isArtifact(flags.model)) {
    if (!flags.dims.empty())
      return report::makeError(report::ErrorCode::BadOption,
                               "--dim: an artifact's dimensions were fixed "
                               "when it was compiled");
    return TransientArtifact(flags.model, /*isOurs=*/false);
  }
  // A file that is no model either is best explained by the loader.
  llvm::StringRef name(flags.model);
  if (name.ends_with(".tenon"))
    return TransientArtifact(flags.model, /*isOurs=*/false);
  driver::CompileOptions options;
  options.model = flags.model;
  auto dims = flags.parseDims();
  if (!dims.ok())
    return dims.status();
  options.dims = std::move(*dims);
  auto targets = flags.parseTargets();
  if (!targets.ok())
    return targets.status();
  options.targets = std::move(*targets);
  options.replayFlags = flags.replayFlags();
  llvm::SmallString<128> path;
  if (std::error_code error =
          llvm::sys::fs::createUniqueFile(".tenon-run-%%%%%%%%.tenon", path))
    return report::makeError(report::ErrorCode::OutputUnwritable,
                             "this folder: " + error.message());
  TransientArtifact artifact(path.str().str(), /*isOurs=*/true);
  options.output = artifact.path();
  Progress progress(/*verbose=*/false);
  progress.watch(options);
  auto summary = driver::compile(options);
  if (!summary.ok())
    return summary.status();
  return artifact;
}

TransientArtifact::~TransientArtifact() {
  if (isOurs)
    (void)llvm::sys::fs::remove(file);
}

} // namespace tenon::tool
