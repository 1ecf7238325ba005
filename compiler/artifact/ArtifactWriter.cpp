#include "compiler/artifact/ArtifactWriter.h"

#include "compiler/artifact/MetadataBuilder.h"
#include "compiler/artifact/SectionWriter.h"
#include "runtime/core/ElfImage.h"
#include "runtime/loader/Model.h"

#include "absl/strings/str_cat.h"

namespace tenon::artifact {

ByteSource ByteSource::fromSpan(std::span<const uint8_t> bytes) {
  return {bytes.size(), [bytes](const ByteSink &sink) { return sink(bytes); }};
}

ByteSource ByteSource::fromVector(std::vector<uint8_t> bytes) {
  uint64_t size = bytes.size();
  return {size, [owned = std::move(bytes)](const ByteSink &sink) {
            return sink(owned);
          }};
}

namespace {

uint64_t alignedOffset(uint64_t offset) {
  return (offset + rt::kTensorAlignment - 1) / rt::kTensorAlignment *
         rt::kTensorAlignment;
}

// One artifact being written; the methods run in the order they stand in.
class Writer {
public:
  Writer(const ArtifactContents &contents, SectionWriter &file)
      : contents(contents), file(file) {}

  absl::StatusOr<ArtifactSummary> run() {
    for (auto step :
         {&Writer::resolveSymbols, &Writer::writeCode, &Writer::writeConstants,
          &Writer::writeState, &Writer::writeWeights, &Writer::writeDebug,
          &Writer::writeSource, &Writer::writeMetadata})
      if (absl::Status status = (this->*step)(); !status.ok())
        return status;
    absl::StatusOr<uint64_t> size = file.finish();
    if (!size.ok())
      return size.status();
    summary.fileSize = *size;
    return summary;
  }

  // How many sections the methods below will write.
  static uint32_t sectionCount(const ArtifactContents &contents) {
    size_t ptx = 0;
    for (const Variant &variant : contents.variants)
      ptx += !variant.ptx.empty();
    return static_cast<uint32_t>(
        1 + contents.variants.size() + ptx + !contents.constants.empty() +
        hasState(contents) + !contents.weights.empty() +
        !contents.debugJson.empty() + contents.source.has_value());
  }

private:
  static bool hasState(const ArtifactContents &contents) {
    for (const Variable &v : contents.variables)
      if (v.initial)
        return true;
    return false;
  }

  absl::Status resolveSymbols();
  absl::Status writeCode();
  absl::Status writeConstants();
  absl::Status writeState();
  absl::Status writeWeights();
  absl::Status writeDebug();
  absl::Status writeSource();
  absl::Status writeMetadata();

  // Writes a section that consists of the sources, one after another.
  absl::Status writeSection(rt::SectionKind kind, uint32_t index,
                            const std::vector<const ByteSource *> &sources,
                            std::vector<Placed> &placed, uint64_t &size);

  const ArtifactContents &contents;
  SectionWriter &file;
  Placements placements;
  ArtifactSummary summary;
};

absl::Status Writer::resolveSymbols() {
  if (contents.isForGpu()) {
    // The driver finds functions by name.
    for (const Kernel &kernel : contents.kernels)
      placements.symbols.emplace_back(kernel.code.size(), 0);
    return absl::OkStatus();
  }
  for (const Variant &variant : contents.variants) {
    rt::ElfLayout layout;
    rt::Diagnostic diagnostic;
    if (rt::failed(rt::checkElfImage(variant.image.data(), variant.image.size(),
                                     contents.targetArch.c_str(), layout,
                                     diagnostic)))
      return absl::InvalidArgumentError(
          absl::StrCat("variant ", variant.name, ": ", diagnostic.message()));
  }
  for (const Kernel &kernel : contents.kernels) {
    std::vector<uint64_t> &symbols = placements.symbols.emplace_back();
    if (kernel.code.size() != contents.variants.size())
      return absl::InvalidArgumentError(absl::StrCat(
          "kernel ", kernel.name, " has code for ", kernel.code.size(),
          " variants of ", contents.variants.size()));
    for (size_t v = 0; v < kernel.code.size(); ++v) {
      const std::vector<uint8_t> &image = contents.variants[v].image;
      uint64_t address = 0;
      if (!rt::findElfSymbol(image.data(), image.size(),
                             kernel.code[v].symbol.c_str(), address))
        return absl::InvalidArgumentError(
            absl::StrCat("variant ", contents.variants[v].name,
                         " has no function '", kernel.code[v].symbol, "'"));
      symbols.push_back(address);
    }
  }
  return absl::OkStatus();
}

absl::Status
Writer::writeSection(rt::SectionKind kind, uint32_t index,
                     const std::vector<const ByteSource *> &sources,
                     std::vector<Placed> &placed, uint64_t &size) {
  if (absl::Status status = file.begin(kind, index); !status.ok())
    return status;
  for (const ByteSource *source : sources) {
    absl::StatusOr<Placed> place = file.append(*source);
    if (!place.ok())
      return place.status();
    placed.push_back(*place);
  }
  absl::StatusOr<uint64_t> written = file.end();
  if (!written.ok())
    return written.status();
  size += *written;
  return absl::OkStatus();
}

absl::Status Writer::writeCode() {
  for (uint32_t i = 0; i < contents.variants.size(); ++i) {
    std::vector<Placed> placed;
    ByteSource image = ByteSource::fromSpan(contents.variants[i].image);
    if (absl::Status status = writeSection(rt::SectionKind::Code, i, {&image},
                                           placed, summary.codeSize);
        !status.ok())
      return status;
  }
  for (uint32_t i = 0; i < contents.variants.size(); ++i) {
    if (contents.variants[i].ptx.empty())
      continue;
    std::vector<Placed> placed;
    ByteSource ptx = ByteSource::fromSpan(contents.variants[i].ptx);
    if (absl::Status status = writeSection(rt::SectionKind::Ptx, i, {&ptx},
                                           placed, summary.codeSize);
        !status.ok())
      return status;
  }
  return absl::OkStatus();
}

absl::Status Writer::writeConstants() {
  if (contents.constants.empty())
    return absl::OkStatus();
  std::vector<ByteSource> sources;
  for (const Constant &constant : contents.constants)
    sources.push_back(ByteSource::fromSpan(constant.bytes));
  std::vector<const ByteSource *> pointers;
  for (const ByteSource &source : sources)
    pointers.push_back(&source);
  return writeSection(rt::SectionKind::Constants, 0, pointers,
                      placements.constants, summary.constantsSize);
}

absl::Status Writer::writeState() {
  // Variables with initial values come first in the block, so that the rest
  // needs no bytes in the file.
  const std::vector<Variable> &variables = contents.variables;
  placements.variableOffsets.resize(variables.size());
  std::vector<const ByteSource *> sources;
  uint64_t offset = 0;
  auto place = [&](size_t i) {
    placements.variableOffsets[i] = offset;
    offset = alignedOffset(offset + variables[i].size);
  };
  for (size_t i = 0; i < variables.size(); ++i) {
    if (!variables[i].initial)
      continue;
    if (variables[i].initial->size != variables[i].size)
      return absl::InvalidArgumentError(absl::StrCat(
          "variable ", variables[i].name, " has ", variables[i].size,
          " bytes and an initial value of ", variables[i].initial->size));
    sources.push_back(&*variables[i].initial);
    place(i);
  }
  for (size_t i = 0; i < variables.size(); ++i)
    if (!variables[i].initial)
      place(i);
  placements.stateSize = offset;
  if (sources.empty())
    return absl::OkStatus();
  std::vector<Placed> placed;
  return writeSection(rt::SectionKind::State, 0, sources, placed,
                      summary.stateSize);
}

absl::Status Writer::writeWeights() {
  if (contents.weights.empty())
    return absl::OkStatus();
  std::vector<const ByteSource *> sources;
  for (const Weight &weight : contents.weights)
    sources.push_back(&weight.data);
  return writeSection(rt::SectionKind::Weights, 0, sources, placements.weights,
                      summary.weightsSize);
}

absl::Status Writer::writeDebug() {
  if (contents.debugJson.empty())
    return absl::OkStatus();
  const auto *text =
      reinterpret_cast<const uint8_t *>(contents.debugJson.data());
  ByteSource source = ByteSource::fromSpan({text, contents.debugJson.size()});
  std::vector<Placed> placed;
  return writeSection(rt::SectionKind::Debug, 0, {&source}, placed,
                      summary.debugSize);
}

absl::Status Writer::writeSource() {
  if (!contents.source)
    return absl::OkStatus();
  std::vector<const ByteSource *> sources;
  for (const SourceFile &sourceFile : contents.source->files)
    sources.push_back(&sourceFile.data);
  return writeSection(rt::SectionKind::Source, 0, sources,
                      placements.sourceFiles, summary.sourceSize);
}

absl::Status Writer::writeMetadata() {
  absl::StatusOr<std::vector<uint8_t>> metadata =
      buildMetadata(contents, placements);
  if (!metadata.ok())
    return metadata.status();
  ByteSource source = ByteSource::fromSpan(*metadata);
  std::vector<Placed> placed;
  return writeSection(rt::SectionKind::Metadata, 0, {&source}, placed,
                      summary.metadataSize);
}

} // namespace

absl::StatusOr<ArtifactSummary> writeArtifact(const ArtifactContents &contents,
                                              absl::string_view path) {
  absl::StatusOr<std::unique_ptr<SectionWriter>> file =
      SectionWriter::create(std::string(path), Writer::sectionCount(contents));
  if (!file.ok())
    return file.status();
  absl::StatusOr<ArtifactSummary> summary = Writer(contents, **file).run();
  if (!summary.ok())
    return summary;

  // What a loader would refuse is never given its name.
  rt::LoadOptions options;
  options.inspectOnly = true;
  rt::Model *model = nullptr;
  rt::Diagnostic diagnostic;
  if (rt::failed(rt::Model::loadFile((*file)->temporaryPath().c_str(), options,
                                     model, diagnostic)))
    return absl::InvalidArgumentError(
        absl::StrCat("the contents are inconsistent: ", diagnostic.message()));
  model->release();
  if (absl::Status status = (*file)->commit(); !status.ok())
    return status;
  return summary;
}

} // namespace tenon::artifact
