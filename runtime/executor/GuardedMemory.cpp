#include "runtime/executor/GuardedMemory.h"

#include <cerrno>
#include <cstring>
#include <sys/mman.h>

namespace tenon::rt {

Code GuardedBuffer::create(Guard guard, uint64_t size, uint64_t alignment,
                           GuardedBuffer &buffer, Diagnostic &diagnostic) {
  uint64_t page = systemPageSize();
  uint64_t body = size == 0 ? page : alignUp(size, page);
  TN_TRY(Mapping::anonymous(body + 2 * page, /*reserve=*/true, buffer.mapping,
                            diagnostic));
  buffer.pages = buffer.mapping.data() + page;
  buffer.pagesSize = body;
  if (mprotect(buffer.pages, body, PROT_READ | PROT_WRITE) != 0)
    return diagnostic.fail(Code::System, "cannot place a guarded buffer: %s",
                           strerror(errno));
  buffer.length = size;
  uint64_t room = body - size;
  buffer.start = buffer.pages +
                 (guard == Guard::End ? room & ~(alignment - 1) : uint64_t{0});
  buffer.poison();
  return Code::Ok;
}

void GuardedBuffer::poison() { memset(pages, kPoison, pagesSize); }

bool GuardedBuffer::surroundingsIntact() const {
  for (const uint8_t *p = pages; p < start; ++p)
    if (*p != kPoison)
      return false;
  for (const uint8_t *p = start + length; p < pages + pagesSize; ++p)
    if (*p != kPoison)
      return false;
  return true;
}

void GuardedBuffer::makeReadOnly() { mprotect(pages, pagesSize, PROT_READ); }

} // namespace tenon::rt
