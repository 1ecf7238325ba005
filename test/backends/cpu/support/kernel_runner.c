// Runs one kernel of a code image from files, for machines reached through an
// emulator:
//   kernel_runner IMAGE OFFSET SCRATCH BEGIN END BUFFER...
// OFFSET is the kernel's address in the image. Each BUFFER is a file that is
// read before the kernel runs over tiles [BEGIN, END), and written back after.

#include <elf.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

typedef void (*kernel_function)(void *const *buffers, const int64_t *scalars,
                                void *scratch, int64_t tile_begin,
                                int64_t tile_end);

static char *read_file(const char *path, size_t *size) {
  FILE *file = fopen(path, "rb");
  if (!file) {
    fprintf(stderr, "cannot open %s\n", path);
    exit(1);
  }
  fseek(file, 0, SEEK_END);
  *size = (size_t)ftell(file);
  rewind(file);
  char *data = aligned_alloc(64, (*size + 127) / 64 * 64);
  if (fread(data, 1, *size, file) != *size)
    exit(1);
  fclose(file);
  return data;
}

// Copies the segments of an image that needs no relocation but its own place.
static char *load_image(const char *path) {
  size_t size;
  char *bytes = read_file(path, &size);
  const Elf64_Ehdr *header = (const Elf64_Ehdr *)bytes;
  const Elf64_Phdr *segments = (const Elf64_Phdr *)(bytes + header->e_phoff);
  uint64_t end = 0;
  for (int i = 0; i < header->e_phnum; ++i)
    if (segments[i].p_type == PT_LOAD &&
        segments[i].p_vaddr + segments[i].p_memsz > end)
      end = segments[i].p_vaddr + segments[i].p_memsz;
  char *base =
      mmap(0, end, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (base == MAP_FAILED)
    exit(1);
  for (int i = 0; i < header->e_phnum; ++i)
    if (segments[i].p_type == PT_LOAD)
      memcpy(base + segments[i].p_vaddr, bytes + segments[i].p_offset,
             segments[i].p_filesz);
  if (mprotect(base, end, PROT_READ | PROT_EXEC))
    exit(1);
  __builtin___clear_cache(base, base + end);
  return base;
}

int main(int argc, char **argv) {
  if (argc < 6)
    return 2;
  char *base = load_image(argv[1]);
  kernel_function kernel;
  char *address = base + strtoull(argv[2], 0, 10);
  memcpy(&kernel, &address, sizeof kernel);
  size_t scratch_size = strtoull(argv[3], 0, 10);
  void *scratch = aligned_alloc(64, (scratch_size + 127) / 64 * 64);
  int count = argc - 6;
  void **buffers = calloc((size_t)count + 1, sizeof *buffers);
  size_t *sizes = calloc((size_t)count + 1, sizeof *sizes);
  for (int i = 0; i < count; ++i)
    buffers[i] = read_file(argv[6 + i], &sizes[i]);
  kernel(buffers, 0, scratch, strtoll(argv[4], 0, 10), strtoll(argv[5], 0, 10));
  for (int i = 0; i < count; ++i) {
    FILE *file = fopen(argv[6 + i], "wb");
    if (!file || fwrite(buffers[i], 1, sizes[i], file) != sizes[i])
      return 1;
    fclose(file);
  }
  return 0;
}
