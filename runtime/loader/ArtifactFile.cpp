#include "runtime/loader/ArtifactFile.h"

#include "runtime/core/Checksum.h"

#include <cstring>

namespace tenon::rt {

const char *sectionKindName(uint32_t kind) {
  switch (static_cast<SectionKind>(kind)) {
  case SectionKind::Metadata:
    return "metadata";
  case SectionKind::Code:
    return "code";
  case SectionKind::Weights:
    return "weights";
  case SectionKind::Constants:
    return "constants";
  case SectionKind::State:
    return "state";
  case SectionKind::Debug:
    return "debug";
  case SectionKind::Graph:
    return "graph";
  case SectionKind::Ptx:
    return "ptx";
  case SectionKind::Source:
    return "source";
  }
  return "unknown";
}

Code ArtifactFile::open(const char *path, const IntegrityOptions &options,
                        ArtifactFile &file, Diagnostic &diagnostic) {
  TN_TRY(File::open(path, file.file, file.size, diagnostic));
  Code code = Code::Ok;
  if (file.size < sizeof(FileHeader)) {
    code = diagnostic.fail(Code::NotAnArtifact,
                           "not a tenon artifact: only %llu bytes",
                           static_cast<unsigned long long>(file.size));
  } else {
    code = Mapping::file(file.file.get(), file.size, file.mapping, diagnostic);
    if (!failed(code)) {
      file.bytes = file.mapping.data();
      code = file.check(options, diagnostic);
    }
  }
  if (failed(code))
    diagnostic.prefix(path);
  return code;
}

Code ArtifactFile::borrow(const void *data, size_t size,
                          const IntegrityOptions &options, ArtifactFile &file,
                          Diagnostic &diagnostic) {
  if (reinterpret_cast<uintptr_t>(data) % kTensorAlignment != 0)
    return diagnostic.fail(Code::Misaligned,
                           "the artifact's bytes must be aligned to %u",
                           static_cast<unsigned>(kTensorAlignment));
  if (size < sizeof(FileHeader))
    return diagnostic.fail(Code::NotAnArtifact,
                           "not a tenon artifact: only %zu bytes", size);
  file.bytes = static_cast<const uint8_t *>(data);
  file.size = size;
  return file.check(options, diagnostic);
}

Code ArtifactFile::check(const IntegrityOptions &options,
                         Diagnostic &diagnostic) {
  memcpy(&frame, bytes, sizeof(frame));
  if (memcmp(frame.magic, kFileMagic, sizeof(kFileMagic)) != 0)
    return diagnostic.fail(Code::NotAnArtifact,
                           "not a tenon artifact: the first bytes differ");
  // Before the checksum: a newer format may compute it differently.
  if (frame.formatVersion != kFormatVersion)
    return diagnostic.fail(Code::FormatVersion,
                           "format version %u, this runtime reads version %u",
                           frame.formatVersion, kFormatVersion);
  if (frame.sectionCount == 0 || frame.sectionCount > kMaxSections)
    return diagnostic.fail(Code::Damaged,
                           "damaged: the header states %u sections",
                           frame.sectionCount);
  uint64_t tableSize = frame.sectionCount * sizeof(SectionHeader);
  if (size < sizeof(FileHeader) + tableSize)
    return diagnostic.fail(Code::Damaged,
                           "damaged: truncated in the section table");
  memcpy(sections, bytes + sizeof(FileHeader), tableSize);
  if (headerChecksum(frame, sections) != frame.checksum)
    return diagnostic.fail(Code::Damaged,
                           "damaged: the header's checksum differs");
  if (frame.fileSize != size)
    return diagnostic.fail(Code::Damaged,
                           "damaged: holds %llu bytes, the header states %llu",
                           static_cast<unsigned long long>(size),
                           static_cast<unsigned long long>(frame.fileSize));
  if (options.expectedSha256 &&
      memcmp(options.expectedSha256, frame.sha256, sizeof(frame.sha256)) != 0)
    return diagnostic.fail(
        Code::DigestMismatch,
        "the stated SHA-256 is not the one that was asked for");
  return checkSections(diagnostic);
}

Code ArtifactFile::checkSections(Diagnostic &diagnostic) {
  uint64_t end =
      sizeof(FileHeader) + frame.sectionCount * sizeof(SectionHeader);
  for (uint32_t i = 0; i < frame.sectionCount; ++i) {
    const SectionHeader &s = sections[i];
    const char *name = sectionKindName(s.kind);
    if (s.offset < end || s.offset % kPageSize != 0 || s.offset > size ||
        s.size > size - s.offset)
      return diagnostic.fail(Code::Malformed,
                             "malformed: section %u (%s) is out of place", i,
                             name);
    end = s.offset + s.size;
    for (uint32_t k = 0; k < i; ++k)
      if (sections[k].kind == s.kind && sections[k].index == s.index)
        return diagnostic.fail(Code::Malformed,
                               "malformed: section %u (%s) is there twice", i,
                               name);
    // What the metadata speaks of as weights waits until that is checked.
    bool waits =
        s.index == 0 && s.kind == static_cast<uint32_t>(SectionKind::Weights);
    if (!waits)
      TN_TRY(checkSum(i, diagnostic));
  }
  return Code::Ok;
}

Code ArtifactFile::checkSum(uint32_t i, Diagnostic &diagnostic) const {
  const SectionHeader &s = sections[i];
  if (checksum(bytes + s.offset, s.size) == s.checksum)
    return Code::Ok;
  return diagnostic.fail(Code::Damaged,
                         "damaged: the checksum of section %u (%s) differs", i,
                         sectionKindName(s.kind));
}

Code ArtifactFile::checkSection(SectionKind kind,
                                Diagnostic &diagnostic) const {
  for (uint32_t i = 0; i < frame.sectionCount; ++i)
    if (sections[i].kind == static_cast<uint32_t>(kind) &&
        sections[i].index == 0)
      return checkSum(i, diagnostic);
  return Code::Ok;
}

SectionBytes ArtifactFile::section(SectionKind kind, uint32_t index) const {
  for (uint32_t i = 0; i < frame.sectionCount; ++i)
    if (sections[i].kind == static_cast<uint32_t>(kind) &&
        sections[i].index == index)
      return {bytes + sections[i].offset, sections[i].size, sections[i].offset};
  return {};
}

uint32_t ArtifactFile::sectionCount(SectionKind kind) const {
  uint32_t count = 0;
  for (uint32_t i = 0; i < frame.sectionCount; ++i)
    count += sections[i].kind == static_cast<uint32_t>(kind);
  return count;
}

} // namespace tenon::rt
