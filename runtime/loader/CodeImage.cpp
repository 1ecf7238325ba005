#include "runtime/loader/CodeImage.h"

#include "runtime/schema/FileFormat.h"

#include <cerrno>
#include <cstring>
#include <sys/mman.h>

namespace tenon::rt {

namespace {

Code systemError(Diagnostic &diagnostic, const char *what) {
  return diagnostic.fail(Code::System, "cannot %s the code: %s", what,
                         strerror(errno));
}

int protectionOf(const ElfSegment &segment) {
  return segment.executable ? PROT_READ | PROT_EXEC : PROT_READ;
}

// Maps a segment's pages from the file over the reserved range.
Code mapSegment(const ImageSource &source, const ElfSegment &segment,
                uint8_t *base, Diagnostic &diagnostic) {
  uint64_t inPage = segment.address % kPageSize;
  uint8_t *start = base + (segment.address - inPage);
  uint64_t fileEnd = alignUp(inPage + segment.fileSize, kPageSize);
  uint64_t end = alignUp(inPage + segment.memorySize, kPageSize);
  int protection =
      segment.relocated ? PROT_READ | PROT_WRITE : protectionOf(segment);
  if (segment.fileSize != 0) {
    auto offset =
        static_cast<off_t>(source.fileOffset + segment.fileOffset - inPage);
    if (mmap(start, fileEnd, protection, MAP_PRIVATE | MAP_FIXED,
             source.descriptor, offset) == MAP_FAILED)
      return systemError(diagnostic, "map");
  } else {
    fileEnd = 0;
  }
  if (end > fileEnd &&
      mprotect(start + fileEnd, end - fileEnd, PROT_READ | PROT_WRITE) != 0)
    return systemError(diagnostic, "map");
  // What follows the segment in the file's last page is not part of it.
  if (segment.relocated && segment.fileSize != 0) {
    uint64_t used = inPage + segment.fileSize;
    memset(start + used, 0, fileEnd - used);
  }
  return Code::Ok;
}

} // namespace

Code CodeImage::load(const ImageSource &source, const ElfLayout &layout,
                     CodeImage &image, Diagnostic &diagnostic) {
  // The image's pages can be the system's only where these have one size.
  bool fromFile = source.descriptor >= 0 && systemPageSize() == kPageSize;
  uint64_t span = alignUp(layout.span, systemPageSize());
  TN_TRY(Mapping::anonymous(span, /*reserve=*/true, image.memory, diagnostic));
  uint8_t *base = image.memory.data();

  if (!fromFile && mprotect(base, span, PROT_READ | PROT_WRITE) != 0)
    return systemError(diagnostic, "place");
  for (size_t i = 0; i < layout.segmentCount; ++i) {
    const ElfSegment &segment = layout.segments[i];
    if (fromFile)
      TN_TRY(mapSegment(source, segment, base, diagnostic));
    else
      memcpy(base + segment.address, source.bytes + segment.fileOffset,
             segment.fileSize);
  }

  for (uint64_t i = 0; i < layout.relocationCount; ++i) {
    ElfRelocation relocation = elfRelocation(source.bytes, layout, i);
    uint64_t value = reinterpret_cast<uintptr_t>(base) + relocation.addend;
    memcpy(base + relocation.address, &value, sizeof(value));
  }

  for (size_t i = 0; i < layout.segmentCount; ++i) {
    const ElfSegment &segment = layout.segments[i];
    uint64_t begin = segment.address & ~(systemPageSize() - 1);
    uint64_t end =
        alignUp(segment.address + segment.memorySize, systemPageSize());
    if (mprotect(base + begin, end - begin, protectionOf(segment)) != 0)
      return systemError(diagnostic, "protect");
  }
  // x86 keeps its caches in step; others must be told about copied code.
  if (!fromFile)
    __builtin___clear_cache(reinterpret_cast<char *>(base),
                            reinterpret_cast<char *>(base + span));
  return Code::Ok;
}

} // namespace tenon::rt
