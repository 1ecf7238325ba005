// From one object to a position-independent ELF image, linked in process.

#ifndef TENON_BACKENDS_CPU_CODEGEN_IMAGELINKER_H
#define TENON_BACKENDS_CPU_CODEGEN_IMAGELINKER_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <cstdint>
#include <string>
#include <vector>

namespace tenon::cpu {

/// An exported kernel: its virtual address in the image, relative to where the
/// image is mapped.
struct ImageSymbol {
  std::string name;
  uint64_t offset = 0;
};

/// A linked ELF image with no import, no constructor, no writable data and no
/// relocation that needs a symbol.
struct CodeImage {
  std::vector<char> bytes;
  /// Sorted by name.
  std::vector<ImageSymbol> symbols;
};

struct LinkOptions {
  /// Keep line tables and local symbols.
  bool debugInfo = false;
};

/// Links `object`. An undefined symbol is an error that names it. Safe to call
/// again and from several threads; calls wait for each other.
llvm::Expected<CodeImage> linkImage(llvm::ArrayRef<char> object,
                                    const LinkOptions &options);

/// Checks what CodeImage promises: ELF of the host's class and byte order,
/// no undefined symbol, RELATIVE relocations only, no constructors, no segment
/// that is writable. An error names the first violation.
llvm::Error verifyImage(llvm::ArrayRef<char> image);

} // namespace tenon::cpu

#endif // TENON_BACKENDS_CPU_CODEGEN_IMAGELINKER_H
