#include "tools/tenon/PendingArtifact.h"

#include "compiler/report/Error.h"

#include <filesystem>
#include <fstream>

namespace tenon::tool {

absl::StatusOr<std::unique_ptr<PendingArtifact>>
PendingArtifact::open(const std::string &path) {
  tn_diagnostic diagnostic;
  tn_load_options options = TN_LOAD_OPTIONS_INIT;
  options.inspect_only = 1;
  // Whoever runs an artifact that holds code checks its weights.
  options.skip_weight_check = 1;
  tn_model *model = nullptr;
  if (tn_model_load_file(path.c_str(), &options, &model, &diagnostic) != TN_OK)
    return report::makeRuntimeError(diagnostic.code, diagnostic.message);
  std::unique_ptr<PendingArtifact> result(new PendingArtifact);
  result->loaded.reset(model);
  const char *description = tn_model_source_description(model);
  if (!description)
    return nullptr;
  auto pending = driver::parsePending(description);
  if (!pending.ok())
    return pending.status();
  result->pending = std::move(*pending);
  return result;
}

absl::StatusOr<driver::ModelRequest>
PendingArtifact::extract(const std::string &folder) const {
  namespace fs = std::filesystem;
  driver::ModelRequest request{"", pending.dims, pending.weights};
  for (std::string &file : request.weights.files)
    file = (fs::path(folder) / file).string();
  for (uint32_t i = 0; i < tn_model_source_file_count(loaded.get()); ++i) {
    tn_source_file source{};
    tn_diagnostic diagnostic;
    if (tn_model_source_file(loaded.get(), i, &source, &diagnostic) != TN_OK)
      return report::makeRuntimeError(diagnostic.code, diagnostic.message);
    // The loader has checked that the path stays inside.
    fs::path path = fs::path(folder) / source.path;
    std::error_code error;
    fs::create_directories(path.parent_path(), error);
    std::ofstream file(path, std::ios::binary);
    file.write(static_cast<const char *>(source.data),
               static_cast<std::streamsize>(source.size));
    if (!file.flush())
      return report::makeError(report::ErrorCode::OutputUnwritable,
                               path.string() + ": cannot write the file");
    if (i == 0)
      request.path = path.string();
  }
  return request;
}

} // namespace tenon::tool
