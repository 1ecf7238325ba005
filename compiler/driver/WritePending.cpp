#include "compiler/driver/WritePending.h"

#include "compiler/artifact/ArtifactWriter.h"
#include "compiler/driver/ModuleText.h"
#include "compiler/driver/PendingModel.h"
#include "compiler/driver/Support.h"
#include "compiler/report/Error.h"

#include "llvm/Support/MemoryBuffer.h"

#include <chrono>

namespace tenon::driver {

using report::ErrorCode;

/// The files that the artifact holds: their names there, and where they are.
/// Files of weights come from anywhere; they get folders of their own, and
/// `pending` their new names.
static absl::StatusOr<std::vector<std::pair<std::string, std::string>>>
heldFiles(const CompileOptions &options, PendingModel &pending) {
  std::vector<std::pair<std::string, std::string>> files;
  for (const std::string &file : pending.declared.files)
    files.emplace_back(file, folderOf(options.model) + "/" + file);
  for (auto [i, source] : llvm::enumerate(pending.weights.files)) {
    auto paths = weightFiles({{source}, {}});
    if (!paths.ok())
      return paths.status();
    std::string folder = "tenon.weights/" + std::to_string(i) + "/";
    std::string from = folderOf(source);
    for (const std::string &path : *paths)
      files.emplace_back(folder + pathFrom(from, path), path);
    source = folder + pathFrom(from, source);
  }
  return files;
}

absl::StatusOr<report::CompileSummary>
writePendingArtifact(const CompileOptions &options) {
  auto start = std::chrono::steady_clock::now();
  auto pending = describePending(options.request());
  if (!pending.ok())
    return pending.status();
  pending->target = options.targetRequest;
  auto facts =
      checkPending(options.request(), *pending, options.targets.front().kind);
  if (!facts.ok())
    return facts.status();

  artifact::ArtifactContents contents;
  contents.producer = "tenon " TENON_VERSION;
  // Code of no machine, until there is code.
  contents.targetArch = "any";
  contents.source.emplace();
  contents.source->openDims = pending->declared.openDims;
  auto files = heldFiles(options, *pending);
  if (!files.ok())
    return files.status();
  contents.source->description = toJson(*pending);
  std::vector<std::unique_ptr<llvm::MemoryBuffer>> mapped;
  for (const auto &[file, path] : *files) {
    auto buffer = llvm::MemoryBuffer::getFile(path, /*IsText=*/false,
                                              /*RequiresNullTerminator=*/false);
    if (!buffer)
      return report::makeError(ErrorCode::ModelUnreadable,
                               path + ": " + buffer.getError().message());
    mapped.push_back(std::move(*buffer));
    const auto *bytes =
        reinterpret_cast<const uint8_t *>(mapped.back()->getBufferStart());
    contents.source->files.push_back(
        {file, artifact::ByteSource::fromSpan(
                   {bytes, mapped.back()->getBufferSize()})});
  }
  auto written = artifact::writeArtifact(contents, options.output);
  if (!written.ok())
    return report::withCode(written.status(),
                            absl::IsInvalidArgument(written.status())
                                ? ErrorCode::ArtifactRefused
                                : ErrorCode::OutputUnwritable);
  report::CompileSummary summary;
  summary.model = options.model;
  summary.output = options.output;
  summary.openDims = pending->declared.openDims;
  for (const auto &[file, path] : *files)
    summary.files.push_back(file);
  summary.unchecked = facts->unchecked;
  summary.fileSize = written->fileSize;
  summary.seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start)
          .count();
  return summary;
}

} // namespace tenon::driver
