#include "runtime/loader/Model.h"

#include "runtime/core/CpuFeatures.h"
#include "runtime/loader/DebugInfo.h"
#include "runtime/loader/GpuImage.h"
#include "runtime/loader/Metadata.h"
#include "runtime/loader/MetadataCheck.h"
#include "runtime/loader/SourceCheck.h"
#include "runtime/loader/WeightCheck.h"

#include <cstdio>
#include <cstring>

namespace tenon::rt {

namespace {

// Writes the features of a variant that this machine lacks, "a, b"; returns
// false when it lacks none.
bool missingFeatures(const fb::Variant &variant, char *text, size_t size) {
  size_t used = 0;
  text[0] = 0;
  for (const flatbuffers::String *name : *variant.features()) {
    if (cpuFeature(name->c_str(), name->size()) == Feature::Present)
      continue;
    int n = snprintf(text + used, size - used, "%s%s", used ? ", " : "",
                     name->c_str());
    used += n > 0 ? static_cast<size_t>(n) : 0;
    if (used >= size)
      break;
  }
  return text[0] != 0;
}

} // namespace

Code Model::loadFile(const char *path, const LoadOptions &options,
                     Model *&model, Diagnostic &diagnostic) {
  Model *made = make<Model>();
  if (!made)
    return diagnostic.fail(Code::OutOfMemory, "no memory for a model");
  Code code =
      ArtifactFile::open(path, options.integrity, made->file, diagnostic);
  if (!failed(code)) {
    code = made->finish(options, diagnostic);
    if (failed(code))
      diagnostic.prefix(path);
  }
  if (failed(code))
    made->release();
  else
    model = made;
  return code;
}

Code Model::loadMemory(const void *data, size_t size,
                       const LoadOptions &options, Model *&model,
                       Diagnostic &diagnostic) {
  Model *made = make<Model>();
  if (!made)
    return diagnostic.fail(Code::OutOfMemory, "no memory for a model");
  Code code = ArtifactFile::borrow(data, size, options.integrity, made->file,
                                   diagnostic);
  if (!failed(code))
    code = made->finish(options, diagnostic);
  if (failed(code))
    made->release();
  else
    model = made;
  return code;
}

void Model::release() {
  if (owners.fetch_sub(1, std::memory_order_acq_rel) == 1)
    destroy(this);
}

Model::~Model() { withdrawCode(published); }

Code Model::finish(const LoadOptions &options, Diagnostic &diagnostic) {
  TN_TRY(readMetadata(diagnostic));
  if (root->source() && !options.inspectOnly)
    return refuseOpenSizes(*root->source(), diagnostic);
  if (!options.integrity.skipWeights)
    TN_TRY(checkWeights(file, *root, diagnostic));
  TN_TRY(checkImages(diagnostic));
  if (!entryTable.create(*root))
    return diagnostic.fail(Code::OutOfMemory, "no memory for the entries");
  if (options.inspectOnly)
    return Code::Ok;
  TN_TRY(chooseVariant(options, diagnostic));
  TN_TRY(loadCode(options, diagnostic));
  ready = true;
  options.log.write(LogLevel::Info, "variant %s, %zu kernels",
                    root->variants()->Get(variant)->name()->c_str(),
                    kernels.size());
  return Code::Ok;
}

Code Model::readMetadata(Diagnostic &diagnostic) {
  // A private copy: what was checked cannot be changed under the checks by
  // someone who writes the file.
  SectionBytes metadata = file.section(SectionKind::Metadata);
  if (!metadataCopy.create((metadata.size + 7) / 8))
    return diagnostic.fail(Code::OutOfMemory, "no memory for the metadata");
  if (metadata.size != 0)
    memcpy(metadataCopy.data(), metadata.data, metadata.size);

  MetadataContext context;
  context.weightsSize = file.section(SectionKind::Weights).size;
  context.constantsSize = file.section(SectionKind::Constants).size;
  context.stateImageSize = file.section(SectionKind::State).size;
  context.codeSections = file.sectionCount(SectionKind::Code);
  context.sourceSize = file.section(SectionKind::Source).size;
  return checkMetadata(reinterpret_cast<const uint8_t *>(metadataCopy.data()),
                       metadata.size, context, root, diagnostic);
}

Code Model::checkImages(Diagnostic &diagnostic) {
  for (uint32_t i = 0; i < root->variants()->size(); ++i) {
    SectionBytes image = file.section(SectionKind::Code, i);
    if (isForGpu()) {
      TN_TRY(
          checkGpuImage(image, file.section(SectionKind::Ptx, i), diagnostic));
      continue;
    }
    ElfLayout layout;
    TN_TRY(checkElfImage(image.data, image.size, root->target_arch()->c_str(),
                         layout, diagnostic));
    TN_TRY(checkKernelSymbols(*root, i, layout, diagnostic));
  }
  return Code::Ok;
}

bool Model::isForGpu() const {
  return strcmp(root->target_arch()->c_str(), kGpuArch) == 0;
}

bool Model::imageFits(uint32_t index, int capability) const {
  int made = variantCapability(*root->variants()->Get(index));
  if (made > capability)
    return false;
  return isPtx(file.section(SectionKind::Code, index)) ||
         made / 10 == capability / 10;
}

Code Model::chooseGpuVariant(const LoadOptions &options,
                             Diagnostic &diagnostic) {
  if (!options.gpuCapability)
    return diagnostic.fail(Code::ForeignTarget,
                           "compiled for a GPU, and this program can use none");
  int capability = 0;
  TN_TRY(options.gpuCapability(capability, diagnostic));
  bool known = false;
  // An image that fits comes before PTX that the driver must compile.
  for (bool compiles : {false, true})
    for (uint32_t i = 0; i < root->variants()->size(); ++i) {
      const fb::Variant &v = *root->variants()->Get(i);
      if (options.variant && strcmp(options.variant, v.name()->c_str()) != 0)
        continue;
      known = true;
      bool newer = compiles && file.section(SectionKind::Ptx, i).size != 0 &&
                   variantCapability(v) <= capability;
      if (!newer && !imageFits(i, capability))
        continue;
      variant = i;
      return Code::Ok;
    }
  if (!known)
    return diagnostic.fail(Code::NoSuchVariant, "there is no variant '%s'",
                           options.variant);
  return diagnostic.fail(
      Code::GpuUnsuitable,
      "the GPU has compute capability %d.%d, which no variant is made for",
      capability / 10, capability % 10);
}

Code Model::chooseVariant(const LoadOptions &options, Diagnostic &diagnostic) {
  if (isForGpu())
    return chooseGpuVariant(options, diagnostic);
  const char *arch = root->target_arch()->c_str();
  if (strcmp(arch, hostArch()) != 0)
    return diagnostic.fail(Code::ForeignTarget,
                           "compiled for %s, this machine is %s", arch,
                           hostArch());
  char missing[200], all[400];
  size_t used = 0;
  all[0] = 0;
  for (uint32_t i = 0; i < root->variants()->size(); ++i) {
    const fb::Variant &v = *root->variants()->Get(i);
    bool forced = options.variant != nullptr;
    if (forced && strcmp(options.variant, v.name()->c_str()) != 0)
      continue;
    if (!missingFeatures(v, missing, sizeof(missing))) {
      variant = i;
      return Code::Ok;
    }
    int n = snprintf(all + used, sizeof(all) - used, "%s%s needs %s",
                     used ? "; " : "", v.name()->c_str(), missing);
    used = n > 0 && used + n < sizeof(all) ? used + n : sizeof(all) - 1;
  }
  if (used == 0)
    return diagnostic.fail(Code::NoSuchVariant, "there is no variant '%s'",
                           options.variant);
  return diagnostic.fail(Code::CpuFeatures, "this CPU cannot execute it: %s",
                         all);
}

Code Model::loadCode(const LoadOptions &options, Diagnostic &diagnostic) {
  if (isForGpu()) {
    // A device loads the code for itself.
    if (!kernels.create(root->kernels()->size()))
      return diagnostic.fail(Code::OutOfMemory, "no memory for the kernels");
    for (uint32_t i = 0; i < kernels.size(); ++i) {
      const fb::KernelCode &c = *root->kernels()->Get(i)->code()->Get(variant);
      kernels[i] = {nullptr, c.num_tiles(), c.scratch_size()};
    }
    return Code::Ok;
  }
  SectionBytes section = file.section(SectionKind::Code, variant);
  ElfLayout layout;
  TN_TRY(checkElfImage(section.data, section.size, root->target_arch()->c_str(),
                       layout, diagnostic));
  ImageSource source{section.data, section.size, file.descriptor(),
                     section.fileOffset};
  TN_TRY(CodeImage::load(source, layout, code, diagnostic));
  if (!kernels.create(root->kernels()->size()))
    return diagnostic.fail(Code::OutOfMemory, "no memory for the kernels");
  for (uint32_t i = 0; i < kernels.size(); ++i) {
    const fb::KernelCode &c = *root->kernels()->Get(i)->code()->Get(variant);
    auto address = reinterpret_cast<uintptr_t>(code.at(c.symbol_offset()));
    kernels[i] = {reinterpret_cast<tn_kernel_fn>(address), c.num_tiles(),
                  c.scratch_size()};
  }
  if (options.publishCode)
    published = publishCode(source, code, *root, variant);
  return Code::Ok;
}

const uint8_t *Model::weightData(uint32_t i) const {
  return file.section(SectionKind::Weights).data +
         root->weights()->Get(i)->offset();
}

const uint8_t *Model::sourceData(uint32_t i) const {
  return file.section(SectionKind::Source).data +
         root->source()->files()->Get(i)->offset();
}

const uint8_t *Model::constantData(uint32_t i) const {
  return file.section(SectionKind::Constants).data +
         root->constants()->Get(i)->offset();
}

} // namespace tenon::rt
