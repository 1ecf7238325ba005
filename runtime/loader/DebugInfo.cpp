#include "runtime/loader/DebugInfo.h"

#include "runtime/core/Array.h"
#include "runtime/loader/Metadata.h"

#include <cstdio>
#include <cstring>
#include <elf.h>
#include <pthread.h>
#include <unistd.h>

// gdb's JIT interface: names and layout are fixed by gdb's manual, section
// "JIT Compilation Interface". Weak, because a process may hold several JITs
// that all define them.
extern "C" {
struct jit_code_entry {
  jit_code_entry *next_entry;
  jit_code_entry *prev_entry;
  const char *symfile_addr;
  uint64_t symfile_size;
};
struct jit_descriptor {
  uint32_t version;
  uint32_t action_flag;
  jit_code_entry *relevant_entry;
  jit_code_entry *first_entry;
};
__attribute__((weak, visibility("default"))) jit_descriptor
    __jit_debug_descriptor = {1, 0, nullptr, nullptr};
__attribute__((weak, visibility("default"), noinline)) void
__jit_debug_register_code() {
  __asm__ volatile("" ::: "memory");
}
}

namespace tenon::rt {

namespace {

enum : uint32_t { JitNoAction = 0, JitRegister = 1, JitUnregister = 2 };

pthread_mutex_t jitMutex = PTHREAD_MUTEX_INITIALIZER;

struct Published {
  jit_code_entry entry = {};
  Array<uint8_t> symbols;
};

void tellDebugger(jit_code_entry *entry, uint32_t action) {
  __jit_debug_descriptor.relevant_entry = entry;
  __jit_debug_descriptor.action_flag = action;
  __jit_debug_register_code();
  __jit_debug_descriptor.action_flag = JitNoAction;
}

void writePerfMap(const CodeImage &code, const fb::Artifact &artifact,
                  uint32_t variant) {
  char path[64];
  snprintf(path, sizeof(path), "/tmp/perf-%d.map", static_cast<int>(getpid()));
  FILE *map = fopen(path, "ae");
  if (!map)
    return;
  for (const fb::Kernel *kernel : *artifact.kernels()) {
    uint64_t begin = kernel->code()->Get(variant)->symbol_offset();
    uint64_t end = code.span();
    // A kernel reaches to the next one, at most.
    for (const fb::Kernel *other : *artifact.kernels()) {
      uint64_t next = other->code()->Get(variant)->symbol_offset();
      if (next > begin && next < end)
        end = next;
    }
    fprintf(map, "%llx %llx %s\n",
            reinterpret_cast<unsigned long long>(code.at(begin)),
            static_cast<unsigned long long>(end - begin),
            kernel->name()->c_str());
  }
  fclose(map);
}

// gdb takes the sections' addresses from the copy as they stand, so they and
// the symbols are moved to where the image was loaded.
bool moveSymbols(uint8_t *image, size_t size, uint64_t base) {
  Elf64_Ehdr header;
  memcpy(&header, image, sizeof(header));
  auto holds = [&](uint64_t offset, uint64_t length) {
    return offset <= size && length <= size - offset;
  };
  if (header.e_shentsize != sizeof(Elf64_Shdr) ||
      !holds(header.e_shoff, uint64_t{header.e_shnum} * sizeof(Elf64_Shdr)))
    return false;
  for (unsigned i = 0; i < header.e_shnum; ++i) {
    uint8_t *at = image + header.e_shoff + i * sizeof(Elf64_Shdr);
    Elf64_Shdr section;
    memcpy(&section, at, sizeof(section));
    if (section.sh_flags & SHF_ALLOC) {
      section.sh_addr += base;
      memcpy(at, &section, sizeof(section));
    }
    if (section.sh_type != SHT_SYMTAB && section.sh_type != SHT_DYNSYM)
      continue;
    if (!holds(section.sh_offset, section.sh_size))
      return false;
    for (uint64_t s = 0; s + sizeof(Elf64_Sym) <= section.sh_size;
         s += sizeof(Elf64_Sym)) {
      Elf64_Sym symbol;
      memcpy(&symbol, image + section.sh_offset + s, sizeof(symbol));
      if (symbol.st_shndx == SHN_UNDEF || symbol.st_shndx >= SHN_LORESERVE)
        continue;
      symbol.st_value += base;
      memcpy(image + section.sh_offset + s, &symbol, sizeof(symbol));
    }
  }
  return true;
}

} // namespace

void *publishCode(const ImageSource &source, const CodeImage &code,
                  const fb::Artifact &artifact, uint32_t variant) {
  writePerfMap(code, artifact, variant);
  Published *published = make<Published>();
  if (!published)
    return nullptr;
  if (!published->symbols.create(source.size)) {
    destroy(published);
    return nullptr;
  }
  memcpy(published->symbols.data(), source.bytes, source.size);
  if (!moveSymbols(published->symbols.data(), source.size,
                   reinterpret_cast<uintptr_t>(code.at(0)))) {
    destroy(published);
    return nullptr;
  }
  published->entry.symfile_addr =
      reinterpret_cast<const char *>(published->symbols.data());
  published->entry.symfile_size = source.size;
  pthread_mutex_lock(&jitMutex);
  published->entry.next_entry = __jit_debug_descriptor.first_entry;
  if (published->entry.next_entry)
    published->entry.next_entry->prev_entry = &published->entry;
  __jit_debug_descriptor.first_entry = &published->entry;
  tellDebugger(&published->entry, JitRegister);
  pthread_mutex_unlock(&jitMutex);
  return published;
}

void withdrawCode(void *handle) {
  auto *published = static_cast<Published *>(handle);
  if (!published)
    return;
  pthread_mutex_lock(&jitMutex);
  jit_code_entry &entry = published->entry;
  if (entry.prev_entry)
    entry.prev_entry->next_entry = entry.next_entry;
  else
    __jit_debug_descriptor.first_entry = entry.next_entry;
  if (entry.next_entry)
    entry.next_entry->prev_entry = entry.prev_entry;
  tellDebugger(&entry, JitUnregister);
  pthread_mutex_unlock(&jitMutex);
  destroy(published);
}

} // namespace tenon::rt
