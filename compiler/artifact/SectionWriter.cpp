#include "compiler/artifact/SectionWriter.h"

#include "runtime/core/Checksum.h"

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <openssl/evp.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

namespace tenon::artifact {

namespace {
// Huge pages, written whole and at their multiples: some file systems keep them
// in one piece, and then weights are mapped as such.
constexpr size_t kBufferSize = size_t{2} << 20;

absl::Status fileError(int error, const std::string &path, const char *what) {
  return absl::ErrnoToStatus(error, absl::StrCat("cannot ", what, " ", path));
}
} // namespace

struct SectionWriter::Hashes {
  XXH3_state_t section;
  XXH3_state_t source;
};

SectionWriter::SectionWriter() : hashes(std::make_unique<Hashes>()) {}

absl::StatusOr<std::unique_ptr<SectionWriter>>
SectionWriter::create(const std::string &path, uint32_t sectionCount) {
  if (sectionCount > rt::kMaxSections)
    return absl::InvalidArgumentError("too many sections for an artifact");
  std::unique_ptr<SectionWriter> writer(new SectionWriter());
  writer->path = path;
  static std::atomic<unsigned> counter{0};
  std::string name = absl::StrCat(path, ".", getpid(), ".", counter++);
  // Exclusive: never through a link that someone left there.
  writer->descriptor =
      open(name.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (writer->descriptor < 0)
    return fileError(errno, path, "create");
  writer->temporary = name;
  writer->announced = sectionCount;
  writer->buffer.reserve(kBufferSize);
  std::vector<uint8_t> room(sizeof(rt::FileHeader) +
                            sectionCount * sizeof(rt::SectionHeader));
  if (absl::Status status = writer->put(room.data(), room.size()); !status.ok())
    return status;
  return writer;
}

SectionWriter::~SectionWriter() {
  if (descriptor >= 0)
    close(descriptor);
  if (!temporary.empty())
    unlink(temporary.c_str());
}

absl::Status SectionWriter::flush() {
  size_t done = 0;
  while (done < buffer.size()) {
    ssize_t n = write(descriptor, buffer.data() + done, buffer.size() - done);
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      return fileError(errno, path, "write");
    done += static_cast<size_t>(n);
  }
  buffer.clear();
  return absl::OkStatus();
}

absl::Status SectionWriter::put(const void *data, size_t size) {
  const auto *bytes = static_cast<const uint8_t *>(data);
  position += size;
  while (size != 0) {
    size_t n = std::min(size, kBufferSize - buffer.size());
    buffer.insert(buffer.end(), bytes, bytes + n);
    bytes += n;
    size -= n;
    if (buffer.size() == kBufferSize)
      if (absl::Status status = flush(); !status.ok())
        return status;
  }
  return absl::OkStatus();
}

absl::Status SectionWriter::padTo(uint64_t alignment) {
  static constexpr uint8_t kZeros[rt::kPageSize] = {};
  return put(kZeros, (alignment - position % alignment) % alignment);
}

absl::Status SectionWriter::begin(rt::SectionKind kind, uint32_t index) {
  if (absl::Status status = padTo(rt::kPageSize); !status.ok())
    return status;
  sections.push_back({static_cast<uint32_t>(kind), index, position, 0, 0});
  XXH3_64bits_reset(&hashes->section);
  return absl::OkStatus();
}

absl::StatusOr<Placed> SectionWriter::append(const ByteSource &source) {
  uint64_t start = sections.back().offset;
  static constexpr uint8_t kZeros[rt::kTensorAlignment] = {};
  size_t gap =
      (rt::kTensorAlignment - (position - start) % rt::kTensorAlignment) %
      rt::kTensorAlignment;
  XXH3_64bits_update(&hashes->section, kZeros, gap);
  if (absl::Status status = put(kZeros, gap); !status.ok())
    return status;

  Placed placed{position - start, source.size, 0};
  uint64_t given = 0;
  XXH3_64bits_reset(&hashes->source);
  absl::Status status =
      source.produce([&](std::span<const uint8_t> piece) -> absl::Status {
        given += piece.size();
        if (given > source.size)
          return absl::InvalidArgumentError(absl::StrCat(
              "a source gave more than the ", source.size, " bytes it states"));
        XXH3_64bits_update(&hashes->section, piece.data(), piece.size());
        XXH3_64bits_update(&hashes->source, piece.data(), piece.size());
        return put(piece.data(), piece.size());
      });
  if (!status.ok())
    return status;
  if (given != source.size)
    return absl::InvalidArgumentError(absl::StrCat(
        "a source gave ", given, " of the ", source.size, " bytes it states"));
  placed.hash = XXH3_64bits_digest(&hashes->source);
  return placed;
}

absl::StatusOr<uint64_t> SectionWriter::end() {
  rt::SectionHeader &section = sections.back();
  section.size = position - section.offset;
  section.checksum = XXH3_64bits_digest(&hashes->section);
  return section.size;
}

absl::Status SectionWriter::stateSha256(rt::FileHeader &header) {
  size_t size = header.fileSize;
  void *pages =
      mmap(nullptr, size, PROT_READ, MAP_PRIVATE, descriptor, /*offset=*/0);
  if (pages == MAP_FAILED)
    return fileError(errno, path, "read back");
  absl::Cleanup unmap = [&] { munmap(pages, size); };
  EVP_MD_CTX *context = EVP_MD_CTX_new();
  absl::Cleanup freeContext = [&] { EVP_MD_CTX_free(context); };
  // The header as it will stand, with zeros where the digest goes; the digest
  // is not in the file yet.
  unsigned length = 0;
  if (!context || !EVP_DigestInit_ex(context, EVP_sha256(), nullptr) ||
      !EVP_DigestUpdate(context, pages, size) ||
      !EVP_DigestFinal_ex(context, header.sha256, &length) ||
      length != sizeof(header.sha256))
    return absl::InternalError("SHA-256 is not available");
  return absl::OkStatus();
}

absl::StatusOr<uint64_t> SectionWriter::finish() {
  if (sections.size() != announced)
    return absl::InternalError("sections were announced and not written");
  if (absl::Status status = flush(); !status.ok())
    return status;
  rt::FileHeader header = {};
  memcpy(header.magic, rt::kFileMagic, sizeof(header.magic));
  header.formatVersion = rt::kFormatVersion;
  header.sectionCount = announced;
  header.fileSize = position;
  header.checksum = rt::headerChecksum(header, sections.data());
  auto writeAt = [&](const void *data, size_t size, off_t offset) {
    return pwrite(descriptor, data, size, offset) == static_cast<ssize_t>(size)
               ? absl::OkStatus()
               : fileError(errno, path, "write");
  };
  if (absl::Status status =
          writeAt(sections.data(), sections.size() * sizeof(rt::SectionHeader),
                  sizeof(header));
      !status.ok())
    return status;
  if (absl::Status status = writeAt(&header, sizeof(header), 0); !status.ok())
    return status;
  if (absl::Status status = stateSha256(header); !status.ok())
    return status;
  if (absl::Status status = writeAt(&header, sizeof(header), 0); !status.ok())
    return status;
  return position;
}

absl::Status SectionWriter::commit() {
  int closed = close(descriptor);
  descriptor = -1;
  if (closed != 0)
    return fileError(errno, path, "write");
  if (rename(temporary.c_str(), path.c_str()) != 0)
    return fileError(errno, path, "write");
  temporary.clear();
  return absl::OkStatus();
}

} // namespace tenon::artifact
