#include "tools/tenon/ArtifactCache.h"

#include "compiler/report/Error.h"
#include "runtime/capi/tenon.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/SHA256.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <vector>

namespace tenon::tool {

namespace fs = std::filesystem;

/// Empty where the user has no such folder.
static std::string userCacheFolder() {
  const char *cache = std::getenv("XDG_CACHE_HOME");
  // The specification has relative paths ignored.
  if (cache && cache[0] == '/')
    return std::string(cache) + "/tenon";
  const char *home = std::getenv("HOME");
  return home && home[0] == '/' ? std::string(home) + "/.cache/tenon" : "";
}

absl::StatusOr<ArtifactCache> ArtifactCache::open(const std::string &folder) {
  ArtifactCache cache(folder.empty() ? userCacheFolder() : folder);
  std::error_code error;
  if (!cache.folder.empty())
    fs::create_directories(cache.folder, error);
  if (cache.folder.empty() || error)
    return report::makeError(report::ErrorCode::OutputUnwritable,
                             cache.folder.empty()
                                 ? "there is no cache folder"
                                 : cache.folder + ": " + error.message());
  return cache;
}

std::string ArtifactCache::pathFor(const std::string &ingredients) const {
  // A program that was built anew has another time, if not another size.
  std::error_code error;
  fs::path program = "/proc/self/exe";
  std::string text =
      ingredients + "\nprogram " +
      std::to_string(fs::file_size(program, error)) + " " +
      std::to_string(
          fs::last_write_time(program, error).time_since_epoch().count());
  llvm::SHA256 hash;
  hash.update(text);
  return folder + "/" + llvm::toHex(hash.final(), /*LowerCase=*/true) +
         ".tenon";
}

bool ArtifactCache::holds(const std::string &path) const {
  tn_load_options options = TN_LOAD_OPTIONS_INIT;
  options.inspect_only = 1;
  options.skip_weight_check = 1;
  tn_model *model = nullptr;
  if (tn_model_load_file(path.c_str(), &options, &model, nullptr) != TN_OK)
    return false;
  tn_model_release(model);
  std::error_code error;
  fs::last_write_time(path, fs::file_time_type::clock::now(), error);
  return true;
}

void ArtifactCache::trim(const std::string &newest, uint64_t capacity) const {
  struct Kept {
    fs::file_time_type time;
    fs::path path;
    uint64_t size;
  };
  std::vector<Kept> all;
  uint64_t total = 0;
  std::error_code error;
  for (const fs::directory_entry &entry :
       fs::directory_iterator(folder, error)) {
    if (entry.path().extension() != ".tenon" || entry.path() == newest)
      continue;
    all.push_back(
        {entry.last_write_time(error), entry.path(), entry.file_size(error)});
    // Another process may have removed it meanwhile.
    if (error)
      all.pop_back();
    else
      total += all.back().size;
  }
  std::sort(all.begin(), all.end(),
            [](const Kept &a, const Kept &b) { return a.time < b.time; });
  for (const Kept &kept : all) {
    if (total <= capacity)
      return;
    fs::remove(kept.path, error);
    total -= kept.size;
  }
}

} // namespace tenon::tool
