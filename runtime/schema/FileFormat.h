// The frame of an artifact file: a header, a table of sections, and the
// sections, each at a page boundary. Everything is little endian. The writer
// and the loader share this file; docs/artifact.md says the same in words.
#ifndef TENON_RUNTIME_SCHEMA_FILEFORMAT_H
#define TENON_RUNTIME_SCHEMA_FILEFORMAT_H

#include <cstddef>
#include <cstdint>

namespace tenon::rt {

/// The first eight bytes. The high bit and the line ends show a transfer that
/// changed the file as if it were text.
inline constexpr unsigned char kFileMagic[8] = {0x89, 'T',  'N',  'O',
                                                'N',  '\r', '\n', 0x1a};

/// Raised when a reader of the older format would misread the file.
inline constexpr uint32_t kFormatVersion = 1;

/// Sections start at multiples of this, so that they can be mapped.
inline constexpr uint64_t kPageSize = 4096;

/// Tensors inside a section start at multiples of this.
inline constexpr uint64_t kTensorAlignment = 64;

/// No file has more sections than this.
inline constexpr uint32_t kMaxSections = 64;

enum class SectionKind : uint32_t {
  Metadata = 1,  ///< FlatBuffers, artifact.fbs
  Code = 2,      ///< an ELF image or PTX; `index` is the variant
  Weights = 3,   ///< frozen tensors, mapped read-only
  Constants = 4, ///< small tensors that belong to the code
  State = 5,     ///< initial image of the variables
  Debug = 6,     ///< decisions and remarks as JSON
  Graph = 7,     ///< reserved: the graph that was compiled
  Ptx = 8,       ///< what a GPU variant was assembled from; `index` as in Code
  Source = 9,    ///< the files of a model that is not compiled yet
};

/// One row of the section table, 32 bytes.
struct SectionHeader {
  uint32_t kind;
  uint32_t index;
  uint64_t offset;
  uint64_t size;
  uint64_t checksum; ///< XXH3, 64 bits, of the section's bytes
};
static_assert(sizeof(SectionHeader) == 32);

/// Offset 0 of the file, 80 bytes; the section table follows at once.
struct FileHeader {
  unsigned char magic[8];
  uint32_t formatVersion;
  uint32_t sectionCount;
  uint64_t fileSize;
  uint64_t reserved[2]; ///< zero
  /// XXH3, 64 bits, of the header and the table with this field and `sha256`
  /// taken as zeros.
  uint64_t checksum;
  /// SHA-256 of the whole file with this field taken as zeros.
  unsigned char sha256[32];
};
static_assert(sizeof(FileHeader) == 80);
static_assert(offsetof(FileHeader, checksum) == 40);
static_assert(offsetof(FileHeader, sha256) == 48);

} // namespace tenon::rt

#endif // TENON_RUNTIME_SCHEMA_FILEFORMAT_H
