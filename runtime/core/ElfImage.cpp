#include "runtime/core/ElfImage.h"

#include "runtime/core/Mapping.h"
#include "runtime/schema/FileFormat.h"

#include <cstring>
#include <elf.h>

namespace tenon::rt {

namespace {

// No image of kernels is larger than this; the limit keeps sums of addresses
// far from overflow.
constexpr uint64_t kMaxSpan = uint64_t{1} << 31;

// Reads structures out of an image by copy, since nothing says that they are
// aligned.
class Reader {
public:
  Reader(const uint8_t *image, size_t size) : image(image), size(size) {}

  bool holds(uint64_t offset, uint64_t length) const {
    return offset <= size && length <= size - offset;
  }
  template <typename T> bool read(uint64_t offset, T &value) const {
    if (!holds(offset, sizeof(T)))
      return false;
    memcpy(&value, image + offset, sizeof(T));
    return true;
  }
  // A zero-terminated string, or null.
  const char *string(uint64_t offset, uint64_t end) const {
    if (end > size || offset >= end || !memchr(image + offset, 0, end - offset))
      return nullptr;
    return reinterpret_cast<const char *>(image + offset);
  }

private:
  const uint8_t *image;
  size_t size;
};

// One check of one image; the methods run in the order they stand in.
class Checker {
public:
  Checker(const uint8_t *image, size_t size, const char *arch,
          ElfLayout &layout, Diagnostic &diagnostic)
      : reader(image, size), arch(arch), layout(layout),
        diagnostic(diagnostic) {}

  Code run() {
    TN_TRY(checkHeader());
    TN_TRY(checkProgramHeaders());
    // Imports first: other faults of an image often follow from them.
    TN_TRY(checkDynamic());
    TN_TRY(checkSymbols());
    TN_TRY(checkSegments());
    return checkRelocations();
  }

private:
  Code refuse(const char *reason) {
    return diagnostic.fail(Code::CodeRefused, "code image refused: %s", reason);
  }

  Code checkHeader();
  Code checkProgramHeaders();
  Code addLoad(const Elf64_Phdr &header);
  Code checkDynamic();
  Code checkDynamicTag(const Elf64_Dyn &entry);
  Code checkSymbols();
  Code checkSegments();
  Code checkRelocations();

  Reader reader;
  const char *arch;
  ElfLayout &layout;
  Diagnostic &diagnostic;

  Elf64_Ehdr header = {};
  Elf64_Phdr dynamic = {};
  uint64_t relroBegin = 0, relroEnd = 0;
  uint64_t relaAddress = 0, relaSize = 0, relaEntry = kElfRelocationSize;
};

Code Checker::checkHeader() {
  if (!reader.read(0, header) || memcmp(header.e_ident, ELFMAG, SELFMAG) != 0)
    return refuse("it is not an ELF file");
  if (header.e_ident[EI_CLASS] != ELFCLASS64 ||
      header.e_ident[EI_DATA] != ELFDATA2LSB ||
      header.e_ident[EI_VERSION] != EV_CURRENT)
    return refuse("it is not a 64-bit little-endian ELF file");
  if (header.e_type != ET_DYN)
    return refuse("it is not position-independent (ELF type is not DYN)");
  uint16_t machine = strcmp(arch, "x86_64") == 0    ? EM_X86_64
                     : strcmp(arch, "aarch64") == 0 ? EM_AARCH64
                                                    : EM_NONE;
  if (machine == EM_NONE || header.e_machine != machine)
    return refuse("its machine is not the artifact's target");
  if (header.e_phentsize != sizeof(Elf64_Phdr) ||
      !reader.holds(header.e_phoff,
                    uint64_t{header.e_phnum} * sizeof(Elf64_Phdr)))
    return refuse("its program headers lie outside the image");
  return Code::Ok;
}

Code Checker::addLoad(const Elf64_Phdr &p) {
  if (p.p_memsz == 0)
    return Code::Ok;
  if (layout.segmentCount == ElfLayout::kMaxSegments)
    return refuse("it has too many segments");
  if (!reader.holds(p.p_offset, p.p_filesz) || p.p_filesz > p.p_memsz)
    return refuse("a segment lies outside the image");
  if (p.p_vaddr > kMaxSpan || p.p_memsz > kMaxSpan)
    return refuse("a segment is too large");
  if ((p.p_offset - p.p_vaddr) % kPageSize != 0)
    return refuse("a segment cannot be mapped: offset and address differ "
                  "within the page");
  if (!(p.p_flags & PF_R))
    return refuse("a segment is not readable");
  if ((p.p_flags & PF_W) && (p.p_flags & PF_X))
    return refuse("a segment is writable and executable");
  layout.segments[layout.segmentCount++] = {
      p.p_offset,
      p.p_filesz,
      p.p_vaddr,
      p.p_memsz,
      /*executable=*/(p.p_flags & PF_X) != 0,
      /*relocated=*/(p.p_flags & PF_W) != 0};
  return Code::Ok;
}

Code Checker::checkProgramHeaders() {
  for (unsigned i = 0; i < header.e_phnum; ++i) {
    Elf64_Phdr p;
    if (!reader.read(header.e_phoff + i * sizeof(p), p))
      return refuse("its program headers lie outside the image");
    switch (p.p_type) {
    case PT_LOAD:
      TN_TRY(addLoad(p));
      break;
    case PT_DYNAMIC:
      dynamic = p;
      break;
    case PT_GNU_RELRO:
      if (p.p_vaddr > kMaxSpan || p.p_memsz > kMaxSpan)
        return refuse("a segment is too large");
      relroBegin = p.p_vaddr;
      relroEnd = p.p_vaddr + p.p_memsz;
      break;
    case PT_INTERP:
      return refuse("it asks for an interpreter");
    case PT_TLS:
      return refuse("it has thread-local storage");
    case PT_GNU_STACK:
      if (p.p_flags & PF_X)
        return refuse("it asks for an executable stack");
      break;
    case PT_NULL:
    case PT_PHDR:
    case PT_NOTE:
    case PT_GNU_EH_FRAME:
    case PT_GNU_PROPERTY:
      break;
    default:
      return refuse("it has a program header of an unknown type");
    }
  }
  return Code::Ok;
}

Code Checker::checkDynamicTag(const Elf64_Dyn &entry) {
  switch (entry.d_tag) {
  case DT_RELA:
    relaAddress = entry.d_un.d_val;
    return Code::Ok;
  case DT_RELASZ:
    relaSize = entry.d_un.d_val;
    return Code::Ok;
  case DT_RELAENT:
    relaEntry = entry.d_un.d_val;
    return Code::Ok;
  case DT_FLAGS:
    if (entry.d_un.d_val & (DF_TEXTREL | DF_STATIC_TLS))
      return refuse("it relocates code or uses thread-local storage");
    return Code::Ok;
  case DT_HASH:
  case DT_GNU_HASH:
  case DT_STRTAB:
  case DT_SYMTAB:
  case DT_STRSZ:
  case DT_SYMENT:
  case DT_SONAME:
  case DT_RELACOUNT:
  case DT_FLAGS_1:
  case DT_BIND_NOW:
  case DT_SYMBOLIC:
  case DT_DEBUG:
    return Code::Ok;
  case DT_NEEDED:
    return refuse("it needs another library");
  case DT_INIT:
  case DT_FINI:
  case DT_INIT_ARRAY:
  case DT_FINI_ARRAY:
  case DT_PREINIT_ARRAY:
  case DT_INIT_ARRAYSZ:
  case DT_FINI_ARRAYSZ:
  case DT_PREINIT_ARRAYSZ:
    return refuse("it has constructors or destructors");
  case DT_JMPREL:
  case DT_PLTRELSZ:
  case DT_PLTREL:
    return refuse("it imports functions");
  default:
    return refuse("it has a dynamic entry that is not allowed");
  }
}

Code Checker::checkDynamic() {
  if (dynamic.p_memsz == 0)
    return Code::Ok;
  for (uint64_t at = 0; at + sizeof(Elf64_Dyn) <= dynamic.p_filesz;
       at += sizeof(Elf64_Dyn)) {
    Elf64_Dyn entry;
    if (!reader.read(dynamic.p_offset + at, entry))
      return refuse("its dynamic section lies outside the image");
    if (entry.d_tag == DT_NULL)
      return Code::Ok;
    TN_TRY(checkDynamicTag(entry));
  }
  return refuse("its dynamic section has no end");
}

// Finds the dynamic symbol table through the section headers, which every
// linker writes. Without any relocation but RELATIVE an import could not be
// bound anyway; this only makes the refusal speak plainly.
bool findDynamicSymbols(const Reader &reader, const Elf64_Ehdr &header,
                        Elf64_Shdr &symbols, Elf64_Shdr &strings) {
  if (header.e_shentsize != sizeof(Elf64_Shdr))
    return false;
  for (unsigned i = 0; i < header.e_shnum; ++i) {
    if (!reader.read(header.e_shoff + i * sizeof(symbols), symbols))
      return false;
    if (symbols.sh_type == SHT_DYNSYM)
      return reader.read(header.e_shoff +
                             uint64_t{symbols.sh_link} * sizeof(strings),
                         strings) &&
             reader.holds(symbols.sh_offset, symbols.sh_size) &&
             reader.holds(strings.sh_offset, strings.sh_size);
  }
  return false;
}

Code Checker::checkSymbols() {
  Elf64_Shdr symbols, strings;
  if (!findDynamicSymbols(reader, header, symbols, strings))
    return Code::Ok;
  for (uint64_t at = sizeof(Elf64_Sym);
       at + sizeof(Elf64_Sym) <= symbols.sh_size; at += sizeof(Elf64_Sym)) {
    Elf64_Sym symbol;
    if (!reader.read(symbols.sh_offset + at, symbol))
      break;
    if (symbol.st_shndx != SHN_UNDEF)
      continue;
    const char *name = reader.string(strings.sh_offset + symbol.st_name,
                                     strings.sh_offset + strings.sh_size);
    return diagnostic.fail(Code::CodeRefused,
                           "code image refused: it imports '%s'",
                           name ? name : "?");
  }
  return Code::Ok;
}

Code Checker::checkSegments() {
  if (layout.segmentCount == 0)
    return refuse("it has no segments");
  uint64_t end = 0;
  for (size_t i = 0; i < layout.segmentCount; ++i) {
    const ElfSegment &s = layout.segments[i];
    uint64_t begin = s.address & ~(kPageSize - 1);
    if (i > 0 && begin < end)
      return refuse("its segments overlap or are not sorted");
    if (i == 0 && begin != 0)
      return refuse("it is not linked to address 0");
    end = alignUp(s.address + s.memorySize, kPageSize);
    if (s.relocated &&
        (s.address < relroBegin || s.address + s.memorySize > relroEnd))
      return refuse("it has data that stays writable");
    if (!s.relocated && s.memorySize != s.fileSize)
      return refuse("a read-only segment is larger than its contents");
  }
  if (end > kMaxSpan)
    return refuse("it is too large");
  layout.span = end;
  return Code::Ok;
}

Code Checker::checkRelocations() {
  if (relaSize == 0)
    return Code::Ok;
  if (relaEntry != sizeof(Elf64_Rela) || relaSize % sizeof(Elf64_Rela) != 0)
    return refuse("its relocation table is malformed");
  bool found = false;
  for (size_t i = 0; i < layout.segmentCount; ++i) {
    const ElfSegment &s = layout.segments[i];
    if (relaAddress >= s.address && relaAddress - s.address <= s.fileSize &&
        relaSize <= s.fileSize - (relaAddress - s.address)) {
      layout.relocationOffset = s.fileOffset + (relaAddress - s.address);
      found = true;
    }
  }
  if (!found)
    return refuse("its relocation table lies outside the image");
  layout.relocationCount = relaSize / sizeof(Elf64_Rela);

  uint32_t relative =
      header.e_machine == EM_X86_64 ? R_X86_64_RELATIVE : R_AARCH64_RELATIVE;
  for (uint64_t i = 0; i < layout.relocationCount; ++i) {
    Elf64_Rela rela;
    if (!reader.read(layout.relocationOffset + i * sizeof(rela), rela))
      return refuse("its relocation table lies outside the image");
    if (ELF64_R_TYPE(rela.r_info) != relative || ELF64_R_SYM(rela.r_info) != 0)
      return refuse("it has a relocation other than RELATIVE");
    if (rela.r_addend < 0 || static_cast<uint64_t>(rela.r_addend) > layout.span)
      return refuse("a relocation points outside the image");
    bool inside = false;
    for (size_t k = 0; k < layout.segmentCount; ++k) {
      const ElfSegment &s = layout.segments[k];
      inside |= s.relocated && s.memorySize >= 8 &&
                rela.r_offset >= s.address &&
                rela.r_offset - s.address <= s.memorySize - 8;
    }
    if (!inside)
      return refuse("a relocation writes outside the relocated data");
  }
  return Code::Ok;
}

} // namespace

bool ElfLayout::isExecutable(uint64_t address) const {
  for (size_t i = 0; i < segmentCount; ++i)
    if (segments[i].executable && address >= segments[i].address &&
        address - segments[i].address < segments[i].fileSize)
      return true;
  return false;
}

ElfRelocation elfRelocation(const uint8_t *image, const ElfLayout &layout,
                            uint64_t i) {
  Elf64_Rela rela;
  memcpy(&rela, image + layout.relocationOffset + i * sizeof(rela),
         sizeof(rela));
  return {rela.r_offset, static_cast<uint64_t>(rela.r_addend)};
}

Code checkElfImage(const uint8_t *image, size_t size, const char *arch,
                   ElfLayout &layout, Diagnostic &diagnostic) {
  static_assert(sizeof(Elf64_Rela) == kElfRelocationSize);
  layout = ElfLayout();
  return Checker(image, size, arch, layout, diagnostic).run();
}

bool findElfSymbol(const uint8_t *image, size_t size, const char *name,
                   uint64_t &address) {
  Reader reader(image, size);
  Elf64_Ehdr header;
  Elf64_Shdr symbols, strings;
  if (!reader.read(0, header) ||
      !findDynamicSymbols(reader, header, symbols, strings))
    return false;
  for (uint64_t at = sizeof(Elf64_Sym);
       at + sizeof(Elf64_Sym) <= symbols.sh_size; at += sizeof(Elf64_Sym)) {
    Elf64_Sym symbol;
    if (!reader.read(symbols.sh_offset + at, symbol))
      return false;
    const char *found = reader.string(strings.sh_offset + symbol.st_name,
                                      strings.sh_offset + strings.sh_size);
    if (found && symbol.st_shndx != SHN_UNDEF &&
        ELF64_ST_TYPE(symbol.st_info) == STT_FUNC && strcmp(found, name) == 0) {
      address = symbol.st_value;
      return true;
    }
  }
  return false;
}

} // namespace tenon::rt
