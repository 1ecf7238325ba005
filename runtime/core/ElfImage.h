// The one form of code image that an artifact may hold, and the check of it:
// a position-independent ELF64 shared object that needs nothing and runs
// nothing when it is loaded. Writer and loader share this check.
#ifndef TENON_RUNTIME_CORE_ELFIMAGE_H
#define TENON_RUNTIME_CORE_ELFIMAGE_H

#include "runtime/core/Diagnostic.h"

#include <cstddef>
#include <cstdint>

namespace tenon::rt {

/// A part of the image that is mapped; all values were checked.
struct ElfSegment {
  uint64_t fileOffset; ///< in the image, congruent to `address` in a page
  uint64_t fileSize;
  uint64_t address; ///< as linked, with the image at 0
  uint64_t memorySize;
  bool executable;
  bool relocated; ///< written while relocating, read-only from then on
};

/// What the loader needs of an image.
struct ElfLayout {
  static constexpr size_t kMaxSegments = 16;
  ElfSegment segments[kMaxSegments];
  size_t segmentCount = 0;
  uint64_t span = 0;             ///< bytes of address space from 0, whole pages
  uint64_t relocationOffset = 0; ///< of the table, in the image
  uint64_t relocationCount = 0;

  /// True when an instruction may stand at `address`.
  bool isExecutable(uint64_t address) const;
};

/// Size of one Elf64_Rela.
inline constexpr size_t kElfRelocationSize = 24;

/// A RELATIVE relocation: the word at `address` becomes load base + addend.
struct ElfRelocation {
  uint64_t address;
  uint64_t addend;
};

/// Reads relocation `i` of a checked image.
ElfRelocation elfRelocation(const uint8_t *image, const ElfLayout &layout,
                            uint64_t i);

/// Checks an image for `arch` (x86_64 or aarch64) and gives its layout.
///
/// Refused with CodeRefused and the reason: another class, machine or type of
/// file; a segment outside the image, overlapping another, or writable and
/// executable; data that stays writable; thread-local storage; an
/// interpreter; constructors; needed libraries; undefined symbols; lazy
/// binding; any relocation but RELATIVE, or one that points outside.
Code checkElfImage(const uint8_t *image, size_t size, const char *arch,
                   ElfLayout &layout, Diagnostic &diagnostic);

/// Finds a defined function in the dynamic symbol table of a checked image.
/// Returns false when there is none.
bool findElfSymbol(const uint8_t *image, size_t size, const char *name,
                   uint64_t &address);

} // namespace tenon::rt

#endif // TENON_RUNTIME_CORE_ELFIMAGE_H
