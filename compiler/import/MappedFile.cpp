//===- MappedFile.cpp - a read-only file mapping --------------------------===//
#include "compiler/import/MappedFile.h"

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

#include <cassert>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

using namespace tenon;

absl::StatusOr<std::shared_ptr<const MappedFile>>
MappedFile::open(const std::string &path) {
  // O_NONBLOCK: opening a named pipe must not wait for a writer.
  int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) {
    std::string message =
        absl::StrCat("cannot open '", path, "': ", std::strerror(errno));
    return errno == ENOENT ? absl::NotFoundError(message)
                           : absl::InvalidArgumentError(message);
  }
  struct stat info;
  if (::fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) {
    ::close(fd);
    return absl::InvalidArgumentError(
        absl::StrCat("'", path, "' is not a regular file"));
  }
  auto size = static_cast<uint64_t>(info.st_size);
  void *address = nullptr;
  // An empty mapping is an error to mmap.
  if (size != 0) {
    address = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (address == MAP_FAILED) {
      std::string reason = std::strerror(errno);
      ::close(fd);
      return absl::InvalidArgumentError(
          absl::StrCat("cannot map '", path, "': ", reason));
    }
  }
  ::close(fd);
  return std::shared_ptr<const MappedFile>(
      new MappedFile(path, static_cast<const char *>(address), size));
}

MappedFile::~MappedFile() {
  if (length != 0)
    ::munmap(const_cast<char *>(data), length);
}

absl::string_view MappedFile::bytes(uint64_t offset, uint64_t count) const {
  assert(contains(offset, count) && "range outside the file");
  return {data + offset, count};
}

std::string tenon::contentHash(absl::string_view bytes) {
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical,
                           XXH3_128bits(bytes.data(), bytes.size()));
  return absl::BytesToHexString(
      absl::string_view(reinterpret_cast<const char *>(canonical.digest),
                        sizeof(canonical.digest)));
}
