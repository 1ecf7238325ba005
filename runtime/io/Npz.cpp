// Reading NumPy's archives: a ZIP file of .npy files.

#include "runtime/io/NpyHeader.h"
#include "runtime/io/Report.h"
#include "runtime/io/tenon_io.h"

#include <memory>
#include <string_view>
#include <vector>
#include <zip.h>

using namespace tenon::io;

namespace {

using ArchivePtr = std::unique_ptr<zip_t, void (*)(zip_t *)>;

/// Bytes that an archive may unpack to in one array; more is a bomb.
constexpr uint64_t kMostBytes = uint64_t{1} << 40;

Problem openArchive(const char *path, ArchivePtr &archive) {
  int code = 0;
  archive.reset(zip_open(path, ZIP_RDONLY, &code));
  if (archive)
    return {};
  zip_error_t error;
  zip_error_init_with_code(&error, code);
  std::string text = zip_error_strerror(&error);
  zip_error_fini(&error);
  bool missing = code == ZIP_ER_NOENT || code == ZIP_ER_OPEN;
  return {missing ? TN_FILE_UNREADABLE : TN_NPY_MALFORMED,
          (missing ? "cannot open: " : "not a .npz file: ") + text};
}

Problem readMember(zip_t *archive, const std::string &member, tn_array &array) {
  zip_stat_t info;
  if (zip_stat(archive, member.c_str(), 0, &info) != 0)
    return {TN_NO_SUCH_NAME, "the archive has no '" + member + "'"};
  bool known = (info.valid & ZIP_STAT_SIZE) != 0 && info.size <= kMostBytes;
  std::unique_ptr<zip_file_t, int (*)(zip_file_t *)> file(
      known ? zip_fopen_index(archive, info.index, 0) : nullptr, zip_fclose);
  if (!file)
    return {TN_NPY_MALFORMED,
            "'" + member + "' cannot be unpacked: " + zip_strerror(archive)};
  std::vector<char> bytes(info.size);
  size_t at = 0;
  while (at < bytes.size()) {
    zip_int64_t got =
        zip_fread(file.get(), bytes.data() + at, bytes.size() - at);
    if (got <= 0)
      return {TN_NPY_MALFORMED, "'" + member + "' is damaged"};
    at += static_cast<size_t>(got);
  }
  std::unique_ptr<FILE, int (*)(FILE *)> stream(
      bytes.empty() ? nullptr : fmemopen(bytes.data(), bytes.size(), "rb"),
      fclose);
  if (!stream)
    return {TN_NPY_MALFORMED, "'" + member + "' is empty"};
  Problem problem = readNpyStream(stream.get(), bytes.size(), 0, array);
  if (problem.code != TN_OK)
    problem.text = "'" + member + "': " + problem.text;
  return problem;
}

} // namespace

tn_code tn_npz_read(const char *path, const char *name, tn_array *array,
                    tn_diagnostic *diagnostic) {
  if (!path || !name || !array)
    return report(diagnostic, "",
                  {TN_INVALID_ARGUMENT, "path, name or array is NULL"});
  return guarded(diagnostic, path, [&]() -> Problem {
    ArchivePtr archive(nullptr, zip_discard);
    Problem problem = openArchive(path, archive);
    tn_array read = {};
    if (problem.code == TN_OK)
      problem = readMember(archive.get(), std::string(name) + ".npy", read);
    if (problem.code == TN_OK)
      *array = read;
    return problem;
  });
}

tn_code tn_npz_names(const char *path,
                     void (*visit)(void *user, const char *name), void *user,
                     tn_diagnostic *diagnostic) {
  if (!path || !visit)
    return report(diagnostic, "",
                  {TN_INVALID_ARGUMENT, "path or visit is NULL"});
  return guarded(diagnostic, path, [&]() -> Problem {
    ArchivePtr archive(nullptr, zip_discard);
    Problem problem = openArchive(path, archive);
    if (problem.code != TN_OK)
      return problem;
    zip_int64_t count = zip_get_num_entries(archive.get(), 0);
    for (zip_int64_t i = 0; i < count; ++i) {
      const char *member =
          zip_get_name(archive.get(), static_cast<zip_uint64_t>(i), 0);
      std::string_view text = member ? member : "";
      if (text.ends_with(".npy"))
        visit(user, std::string(text.substr(0, text.size() - 4)).c_str());
    }
    return {};
  });
}
