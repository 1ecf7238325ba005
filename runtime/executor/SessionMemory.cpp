#include "runtime/executor/SessionMemory.h"

#include "runtime/loader/Metadata.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <sys/mman.h>

namespace tenon::rt {

namespace {

// Two cache lines, since the hardware fetches them in pairs.
constexpr uint64_t kScratchAlignment = 128;

Code outOfMemory(Diagnostic &diagnostic) {
  return diagnostic.fail(Code::OutOfMemory, "no memory for a session");
}

} // namespace

MemoryNeeds memoryNeeds(const Model &model, int workers) {
  MemoryNeeds needs;
  needs.alignment = kScratchAlignment;
  for (const fb::Entry *entry : *model.metadata().entries()) {
    needs.arenaSize = std::max(needs.arenaSize, entry->arena_size());
    needs.alignment = std::max(needs.alignment, entry->arena_alignment());
  }
  uint64_t scratch = 0;
  for (uint32_t i = 0; i < model.metadata().kernels()->size(); ++i)
    scratch = std::max(scratch, model.kernel(i).scratchSize);
  needs.scratchStride = alignUp(scratch, kScratchAlignment);
  needs.size = alignUp(needs.arenaSize, kScratchAlignment) +
               needs.scratchStride * static_cast<uint64_t>(workers);
  return needs;
}

Code SessionMemory::create(const Model &model, const Options &options,
                           Diagnostic &diagnostic) {
  this->model = &model;
  guardMode = options.guard;
  MemoryNeeds needs = memoryNeeds(model, options.workers);
  if (!scratchPointers.create(static_cast<size_t>(options.workers)))
    return outOfMemory(diagnostic);
  if (options.device)
    return createOnDevice(options, needs, diagnostic);
  TN_TRY(createState(diagnostic));
  if (guardMode != Guard::Off)
    return createGuarded(needs, options.workers, diagnostic);

  if (options.arena) {
    if (options.arenaSize < needs.size)
      return diagnostic.fail(
          Code::SizeMismatch, "the arena holds %zu bytes, %llu are needed",
          options.arenaSize, static_cast<unsigned long long>(needs.size));
    if (reinterpret_cast<uintptr_t>(options.arena) % needs.alignment != 0)
      return diagnostic.fail(Code::Misaligned,
                             "the arena must be aligned to %llu",
                             static_cast<unsigned long long>(needs.alignment));
    arenaBase = static_cast<uint8_t *>(options.arena);
  } else {
    TN_TRY(
        Mapping::anonymous(needs.size, /*reserve=*/false, owned, diagnostic));
    arenaBase = owned.data();
  }
  uint8_t *scratch = arenaBase + alignUp(needs.arenaSize, kScratchAlignment);
  for (void *&pointer : scratchPointers) {
    pointer = scratch;
    scratch += needs.scratchStride;
  }
  return Code::Ok;
}

Code SessionMemory::createOnDevice(const Options &options,
                                   const MemoryNeeds &needs,
                                   Diagnostic &diagnostic) {
  deviceMemory = options.device;
  if (options.arena || guardMode != Guard::Off)
    return diagnostic.fail(Code::NotSupported,
                           "a GPU has memory of its own: %s",
                           options.arena ? "it cannot use a given arena"
                                         : "guards are for CPU code");
  auto place = [&](SectionKind kind, uint64_t size, DeviceBuffer &buffer) {
    SectionBytes bytes = model->artifactFile().section(kind);
    size = std::max(size, bytes.size);
    TN_TRY(buffer.create(*deviceMemory, size, diagnostic));
    TN_TRY(deviceMemory->upload(buffer.data(), bytes.data, bytes.size,
                                diagnostic));
    return deviceMemory->clear(buffer.data() + bytes.size, size - bytes.size,
                               diagnostic);
  };
  TN_TRY(place(SectionKind::Weights, 0, deviceWeights));
  TN_TRY(place(SectionKind::Constants, 0, deviceConstants));
  TN_TRY(
      place(SectionKind::State, model->metadata().state_size(), deviceState));
  TN_TRY(deviceArena.create(*deviceMemory, needs.size, diagnostic));
  arenaBase = deviceArena.data();
  uint8_t *scratch = arenaBase + alignUp(needs.arenaSize, kScratchAlignment);
  for (void *&pointer : scratchPointers)
    pointer = scratch;
  return Code::Ok;
}

Code SessionMemory::createState(Diagnostic &diagnostic) {
  uint64_t size = model->metadata().state_size();
  if (size == 0)
    return Code::Ok;
  TN_TRY(Mapping::anonymous(alignUp(size, systemPageSize()),
                            /*reserve=*/false, state, diagnostic));
  const ArtifactFile &file = model->artifactFile();
  SectionBytes image = file.section(SectionKind::State);
  if (image.size == 0)
    return Code::Ok;
  if (file.descriptor() < 0 || systemPageSize() != kPageSize) {
    memcpy(state.data(), image.data, image.size);
    return Code::Ok;
  }
  // Pages stay shared with the file, and so with other sessions, until they
  // are written.
  uint64_t pages = alignUp(image.size, kPageSize);
  if (mmap(state.data(), pages, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED,
           file.descriptor(),
           static_cast<off_t>(image.fileOffset)) == MAP_FAILED)
    return diagnostic.fail(Code::System, "cannot map the state: %s",
                           strerror(errno));
  if (pages != image.size)
    memset(state.data() + image.size, 0, pages - image.size);
  return Code::Ok;
}

Code SessionMemory::createGuarded(const MemoryNeeds &needs, int workers,
                                  Diagnostic &diagnostic) {
  auto place = [&](uint64_t size, const uint8_t *contents,
                   GuardedBuffer &buffer) {
    TN_TRY(GuardedBuffer::create(guardMode, size, TN_BUFFER_ALIGNMENT, buffer,
                                 diagnostic));
    if (contents && size != 0)
      memcpy(buffer.data(), contents, size);
    return Code::Ok;
  };
  const fb::Artifact &metadata = model->metadata();
  if (!weights.create(sizeOf(metadata.weights())) ||
      !constants.create(sizeOf(metadata.constants())) ||
      !variables.create(sizeOf(metadata.variables())) ||
      !scratchAreas.create(static_cast<size_t>(workers)))
    return outOfMemory(diagnostic);
  for (uint32_t i = 0; i < weights.size(); ++i) {
    TN_TRY(place(metadata.weights()->Get(i)->size(), model->weightData(i),
                 weights[i]));
    weights[i].makeReadOnly();
  }
  for (uint32_t i = 0; i < constants.size(); ++i) {
    TN_TRY(place(metadata.constants()->Get(i)->size(), model->constantData(i),
                 constants[i]));
    constants[i].makeReadOnly();
  }
  for (uint32_t i = 0; i < variables.size(); ++i) {
    const fb::Variable &v = *metadata.variables()->Get(i);
    TN_TRY(place(v.size(), state.data() + v.offset(), variables[i]));
  }
  for (uint32_t i = 0; i < scratchAreas.size(); ++i) {
    TN_TRY(place(needs.scratchStride, nullptr, scratchAreas[i]));
    scratchPointers[i] = scratchAreas[i].data();
  }
  return Code::Ok;
}

const uint8_t *SessionMemory::weight(uint32_t i) const {
  if (deviceMemory)
    return deviceWeights.data() + model->metadata().weights()->Get(i)->offset();
  return guardMode == Guard::Off ? model->weightData(i) : weights[i].data();
}

const uint8_t *SessionMemory::constant(uint32_t i) const {
  if (deviceMemory)
    return deviceConstants.data() +
           model->metadata().constants()->Get(i)->offset();
  return guardMode == Guard::Off ? model->constantData(i) : constants[i].data();
}

uint8_t *SessionMemory::variable(uint32_t i) const {
  if (deviceMemory)
    return deviceState.data() + model->metadata().variables()->Get(i)->offset();
  return guardMode == Guard::Off
             ? state.data() + model->metadata().variables()->Get(i)->offset()
             : variables[i].data();
}

void SessionMemory::guardScratch(uint64_t size) {
  for (size_t i = 0; i < scratchAreas.size(); ++i) {
    GuardedBuffer &area = scratchAreas[i];
    area.poison();
    uint64_t shift = guardMode == Guard::End
                         ? area.size() - alignUp(size, TN_BUFFER_ALIGNMENT)
                         : 0;
    scratchPointers[i] = area.data() + shift;
  }
}

bool SessionMemory::scratchIntact() const {
  for (const GuardedBuffer &area : scratchAreas)
    if (!area.surroundingsIntact())
      return false;
  return true;
}

} // namespace tenon::rt
