// Machine code in memory: an image that was checked, mapped and relocated
// without the system's dynamic loader.
#ifndef TENON_RUNTIME_LOADER_CODEIMAGE_H
#define TENON_RUNTIME_LOADER_CODEIMAGE_H

#include "runtime/core/ElfImage.h"
#include "runtime/core/Mapping.h"

namespace tenon::rt {

/// Where an image's bytes are.
struct ImageSource {
  const uint8_t *bytes = nullptr;
  size_t size = 0;
  int descriptor = -1;     ///< the file that holds them, or -1 to copy them
  uint64_t fileOffset = 0; ///< of the image in that file, whole pages
};

/// An image that can be called into until the object goes. No page of it is
/// ever writable and executable; after load none is writable.
class CodeImage {
public:
  /// Maps the image's segments, from the file where there is one, and applies
  /// its relocations. `layout` comes from checkElfImage on the same bytes.
  static Code load(const ImageSource &source, const ElfLayout &layout,
                   CodeImage &image, Diagnostic &diagnostic);

  /// The address of a symbol offset.
  const uint8_t *at(uint64_t offset) const { return memory.data() + offset; }

  uint64_t span() const { return memory.size(); }

private:
  Mapping memory;
};

} // namespace tenon::rt

#endif // TENON_RUNTIME_LOADER_CODEIMAGE_H
