#include "runtime/core/Mapping.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace tenon::rt {

size_t systemPageSize() { return static_cast<size_t>(sysconf(_SC_PAGESIZE)); }

/// Asks for huge pages wherever a whole one fits, which saves walks of the page
/// tables. Only ever a hint.
static void preferHugePages(void *pages, size_t size) {
#ifdef MADV_HUGEPAGE
  madvise(pages, size, MADV_HUGEPAGE);
#else
  (void)pages;
  (void)size;
#endif
}

void prefault(const uint8_t *data, size_t size) {
#ifdef MADV_POPULATE_READ
  auto address = reinterpret_cast<uintptr_t>(data);
  uintptr_t inPage = address % systemPageSize();
  madvise(reinterpret_cast<void *>(address - inPage), size + inPage,
          MADV_POPULATE_READ);
#else
  (void)data;
  (void)size;
#endif
}

Mapping::~Mapping() {
  if (base)
    munmap(base, length);
}

Code Mapping::anonymous(size_t size, bool reserve, Mapping &mapping,
                        Diagnostic &diagnostic) {
  if (size == 0)
    return Code::Ok;
  int protection = reserve ? PROT_NONE : PROT_READ | PROT_WRITE;
  void *pages = mmap(nullptr, size, protection, MAP_PRIVATE | MAP_ANONYMOUS,
                     /*fd=*/-1, /*offset=*/0);
  if (pages == MAP_FAILED)
    return diagnostic.fail(Code::OutOfMemory, "no memory for %zu bytes", size);
  if (!reserve)
    preferHugePages(pages, size);
  Mapping made;
  made.base = static_cast<uint8_t *>(pages);
  made.length = size;
  mapping = std::move(made);
  return Code::Ok;
}

Code Mapping::file(int descriptor, size_t size, Mapping &mapping,
                   Diagnostic &diagnostic) {
  void *pages =
      mmap(nullptr, size, PROT_READ, MAP_PRIVATE, descriptor, /*offset=*/0);
  if (pages == MAP_FAILED)
    return diagnostic.fail(Code::FileUnreadable, "cannot map the file: %s",
                           strerror(errno));
  preferHugePages(pages, size);
  Mapping made;
  made.base = static_cast<uint8_t *>(pages);
  made.length = size;
  mapping = std::move(made);
  return Code::Ok;
}

File::~File() {
  if (descriptor >= 0)
    close(descriptor);
}

Code File::open(const char *path, File &file, uint64_t &size,
                Diagnostic &diagnostic) {
  File opened;
  // Non-blocking, so that a named pipe is refused below instead of awaited.
  opened.descriptor = ::open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  struct stat info;
  if (opened.descriptor < 0 || fstat(opened.descriptor, &info) != 0)
    return diagnostic.fail(Code::FileUnreadable, "cannot open %s: %s", path,
                           strerror(errno));
  if (!S_ISREG(info.st_mode))
    return diagnostic.fail(Code::FileUnreadable,
                           "cannot read %s: it is not a regular file", path);
  size = static_cast<uint64_t>(info.st_size);
  file = std::move(opened);
  return Code::Ok;
}

} // namespace tenon::rt
