#include "runtime/io/AtomicFile.h"

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <memory>
#include <unistd.h>

namespace tenon::io {
namespace {

Problem unwritable(const char *what) {
  return {TN_FILE_UNWRITABLE, std::string(what) + ": " + strerror(errno)};
}

/// A rename is safe only once the folder that holds the name is on the disk.
bool syncFolder(const std::string &path) {
  size_t slash = path.rfind('/');
  std::string folder = slash == std::string::npos ? "."
                       : slash == 0               ? "/"
                                                  : path.substr(0, slash);
  int descriptor = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0)
    return false;
  // Some file systems cannot; then there is nothing to wait for.
  bool synced = fsync(descriptor) == 0 || errno == EINVAL;
  close(descriptor);
  return synced;
}

} // namespace

Problem writeAtomically(const std::string &path,
                        const std::function<bool(const ByteWriter &)> &body) {
  static std::atomic<unsigned> counter{0};
  std::string temporary = path + "." + std::to_string(getpid()) + "." +
                          std::to_string(counter++) + ".tmp";
  // Exclusive: never through a link that someone left there.
  std::unique_ptr<FILE, int (*)(FILE *)> file(fopen(temporary.c_str(), "wbxe"),
                                              fclose);
  if (!file)
    return unwritable("cannot create");
  bool written = body([&](const void *data, size_t size) {
    return size == 0 || fwrite(data, 1, size, file.get()) == size;
  });
  written =
      written && fflush(file.get()) == 0 && fsync(fileno(file.get())) == 0;
  written = fclose(file.release()) == 0 && written;
  if (written && rename(temporary.c_str(), path.c_str()) == 0 &&
      syncFolder(path))
    return {};
  Problem problem = unwritable("cannot write");
  unlink(temporary.c_str());
  return problem;
}

} // namespace tenon::io
