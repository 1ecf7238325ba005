// Reading and writing NumPy files.

#include "runtime/io/NpyHeader.h"
#include "runtime/io/Report.h"

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <sys/stat.h>
#include <unistd.h>

using namespace tenon::io;

namespace {

using FilePtr = std::unique_ptr<FILE, int (*)(FILE *)>;

Problem malformed(std::string text) {
  return {TN_NPY_MALFORMED, std::move(text)};
}

// Bytes of a dense tensor; false on overflow.
bool byteSize(int32_t dtype, const int64_t *shape, int32_t rank,
              uint64_t &bytes) {
  int64_t total = tn_dtype_bits(dtype) / 8;
  bool empty = false;
  for (int32_t i = 0; i < rank; ++i) {
    if (shape[i] == 0)
      empty = true;
    else if (shape[i] < 0 || __builtin_mul_overflow(total, shape[i], &total))
      return false;
  }
  bytes = empty ? 0 : static_cast<uint64_t>(total);
  return true;
}

// Reads magic, version, length and text.
Problem readHeader(FILE *file, uint64_t fileSize, std::string &text) {
  unsigned char start[8];
  if (fread(start, 1, sizeof(start), file) != sizeof(start) ||
      memcmp(start, "\x93NUMPY", 6) != 0)
    return malformed("not a .npy file: the first bytes differ");
  unsigned major = start[6];
  if (major < 1 || major > 3)
    return {TN_NPY_NOT_SUPPORTED,
            "format version " + std::to_string(major) + " is not supported"};
  unsigned char length[4] = {};
  size_t lengthSize = major == 1 ? 2 : 4;
  if (fread(length, 1, lengthSize, file) != lengthSize)
    return malformed("truncated in the header");
  uint64_t size = length[0] | uint64_t{length[1]} << 8 |
                  uint64_t{length[2]} << 16 | uint64_t{length[3]} << 24;
  if (size > fileSize)
    return malformed("truncated in the header");
  text.resize(size);
  if (fread(text.data(), 1, size, file) != size)
    return malformed("truncated in the header");
  return {};
}

// Copies column-major elements to row-major ones.
template <typename Word>
void transpose(const NpyHeader &header, const Word *from, Word *to,
               size_t words, size_t count) {
  int64_t index[TN_MAX_RANK] = {};
  for (size_t at = 0; at < count; ++at) {
    // The place in Fortran order of the element that comes next in C order.
    size_t source = 0;
    for (int32_t d = header.rank; d-- > 0;)
      source = source * static_cast<size_t>(header.shape[d]) +
               static_cast<size_t>(index[d]);
    memcpy(to + at * words, from + source * words, words * sizeof(Word));
    for (int32_t d = header.rank; d-- > 0;) {
      if (++index[d] < header.shape[d])
        break;
      index[d] = 0;
    }
  }
}

struct FreeDeleter {
  void operator()(void *memory) const { free(memory); }
};
using Memory = std::unique_ptr<void, FreeDeleter>;

Memory allocate(uint64_t size) {
  return Memory(size ? aligned_alloc(64, (size + 63) / 64 * 64) : nullptr);
}

Problem readData(FILE *file, const NpyHeader &header, tn_array &array) {
  Memory data = allocate(array.byte_size);
  if (array.byte_size && !data)
    return {TN_OUT_OF_MEMORY, "no memory for the array"};
  if (fread(data.get(), 1, array.byte_size, file) != array.byte_size)
    return malformed("truncated in the data");
  if (header.fortranOrder && header.rank > 1 && array.byte_size) {
    Memory ordered = allocate(array.byte_size);
    if (!ordered)
      return {TN_OUT_OF_MEMORY, "no memory for the array"};
    size_t element = static_cast<size_t>(tn_dtype_bits(array.dtype)) / 8;
    transpose(header, static_cast<const char *>(data.get()),
              static_cast<char *>(ordered.get()), element,
              array.byte_size / element);
    data = std::move(ordered);
  }
  if (array.dtype == TN_I1)
    for (uint64_t i = 0; i < array.byte_size; ++i)
      if (static_cast<const unsigned char *>(data.get())[i] > 1)
        return malformed("a boolean is neither 0 nor 1");
  array.data = data.release();
  return {};
}

} // namespace

Problem tenon::io::readNpyStream(FILE *file, uint64_t fileSize, int32_t wanted,
                                 tn_array &array) {
  std::string text;
  Problem problem = readHeader(file, fileSize, text);
  NpyHeader header;
  if (problem.code == TN_OK)
    problem = parseNpyHeader(text, header);
  if (problem.code != TN_OK)
    return problem;
  array.dtype = dtypeOfDescr(header.descr, wanted);
  if (!array.dtype)
    return {TN_NPY_NOT_SUPPORTED,
            "elements of type '" + header.descr + "' are not supported"};
  if (wanted && array.dtype != wanted)
    return {TN_DTYPE_MISMATCH, std::string("holds ") +
                                   tn_dtype_name(array.dtype) + ", not " +
                                   tn_dtype_name(wanted)};
  int64_t characters = charactersOfDescr(header.descr);
  if (characters >= 0) {
    if (header.rank == TN_MAX_RANK || (header.fortranOrder && header.rank > 1))
      return {TN_NPY_NOT_SUPPORTED,
              "strings in Fortran order or of that many dimensions"};
    header.shape[header.rank++] = characters;
    header.fortranOrder = false;
  }
  array.rank = header.rank;
  memcpy(array.shape, header.shape, sizeof(array.shape));
  if (!byteSize(array.dtype, array.shape, array.rank, array.byte_size))
    return malformed("the shape is too large");
  auto start = static_cast<uint64_t>(ftell(file));
  if (fileSize - start != array.byte_size)
    return malformed("holds " + std::to_string(fileSize - start) +
                     " bytes of data, the shape needs " +
                     std::to_string(array.byte_size));
  return readData(file, header, array);
}

namespace {

Problem readNpy(const char *path, int32_t wanted, tn_array &array) {
  FilePtr file(fopen(path, "rbe"), fclose);
  struct stat info;
  if (!file || fstat(fileno(file.get()), &info) != 0)
    return {TN_FILE_UNREADABLE, std::string("cannot open: ") + strerror(errno)};
  if (!S_ISREG(info.st_mode))
    return {TN_FILE_UNREADABLE, "not a regular file"};
  return readNpyStream(file.get(), static_cast<uint64_t>(info.st_size), wanted,
                       array);
}

Problem writeNpy(const char *path, const tn_tensor &tensor,
                 const std::string &preamble) {
  if (preamble.empty())
    return {TN_NPY_NOT_SUPPORTED, std::string("NumPy has no type for ") +
                                      tn_dtype_name(tensor.dtype)};
  uint64_t bytes = 0;
  if (!byteSize(tensor.dtype, tensor.shape, tensor.rank, bytes) ||
      (bytes && !tensor.data))
    return {TN_INVALID_ARGUMENT, "the tensor has no data or a bad shape"};
  static std::atomic<unsigned> counter{0};
  std::string temporary = std::string(path) + "." + std::to_string(getpid()) +
                          "." + std::to_string(counter++);
  // Exclusive: never through a link that someone left there.
  FilePtr file(fopen(temporary.c_str(), "wbxe"), fclose);
  if (!file)
    return {TN_FILE_UNWRITABLE,
            std::string("cannot create: ") + strerror(errno)};
  bool written =
      fwrite(preamble.data(), 1, preamble.size(), file.get()) ==
          preamble.size() &&
      (bytes == 0 || fwrite(tensor.data, 1, bytes, file.get()) == bytes);
  written &= fclose(file.release()) == 0;
  if (written && rename(temporary.c_str(), path) == 0)
    return {};
  Problem problem{TN_FILE_UNWRITABLE,
                  std::string("cannot write: ") + strerror(errno)};
  unlink(temporary.c_str());
  return problem;
}

} // namespace

tn_code tn_npy_read(const char *path, int32_t wanted, tn_array *array,
                    tn_diagnostic *diagnostic) {
  if (!path || !array)
    return report(diagnostic, "",
                  {TN_INVALID_ARGUMENT, "path or array is NULL"});
  return guarded(diagnostic, path, [&]() -> Problem {
    tn_array read = {};
    Problem problem = readNpy(path, wanted, read);
    if (problem.code == TN_OK)
      *array = read;
    return problem;
  });
}

void tn_array_free(tn_array *array) {
  if (!array)
    return;
  free(array->data);
  *array = {};
}

static bool hasShape(const char *path, const tn_tensor *tensor) {
  return path && tensor && tensor->rank >= 0 && tensor->rank <= TN_MAX_RANK &&
         (!tensor->rank || tensor->shape);
}

tn_code tn_npy_write(const char *path, const tn_tensor *tensor,
                     tn_diagnostic *diagnostic) {
  if (!hasShape(path, tensor))
    return report(diagnostic, "",
                  {TN_INVALID_ARGUMENT, "path, tensor or shape is missing"});
  return guarded(diagnostic, path, [&] {
    return writeNpy(
        path, *tensor,
        formatNpyPreamble(tensor->dtype, tensor->shape, tensor->rank));
  });
}

tn_code tn_npy_write_strings(const char *path, const tn_tensor *tensor,
                             tn_diagnostic *diagnostic) {
  if (!hasShape(path, tensor) || tensor->rank == 0 || tensor->dtype != TN_UI32)
    return report(diagnostic, "",
                  {TN_INVALID_ARGUMENT, "no tensor of code points"});
  return guarded(diagnostic, path, [&] {
    int32_t rank = tensor->rank - 1;
    return writeNpy(
        path, *tensor,
        formatNpyPreamble("<U" + std::to_string(tensor->shape[rank]),
                          tensor->shape, rank));
  });
}
