#include "runtime/executor/Program.h"

#include "runtime/core/DType.h"
#include "runtime/loader/Metadata.h"

#include <cstring>
#include <ctime>

namespace tenon::rt {

namespace {

uint64_t now() {
  timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return static_cast<uint64_t>(t.tv_sec) * 1000000000u +
         static_cast<uint64_t>(t.tv_nsec);
}

Code outOfMemory(Diagnostic &diagnostic) {
  return diagnostic.fail(Code::OutOfMemory, "no memory for a session");
}

uint64_t bytesOf(const fb::Tensor &tensor) {
  uint64_t bytes = 0;
  tensorBytes(static_cast<DType>(tensor.dtype()), tensor.shape()->data(),
              tensor.shape()->size(), bytes);
  return bytes;
}

// Calls `visit(buffer)` for each argument of an instruction, in order.
template <typename Visit>
void forEachArgument(const fb::Entry &entry, uint32_t instruction,
                     Visit visit) {
  const auto *tables = entry.instructions();
  if (entry.instructions_type()->GetEnum<fb::Instruction>(instruction) ==
      fb::Instruction::Copy) {
    const auto &copy = *tables->GetAs<fb::Copy>(instruction);
    visit(copy.from());
    visit(copy.to());
    return;
  }
  for (uint32_t b : *tables->GetAs<fb::Launch>(instruction)->buffers())
    visit(b);
}

} // namespace

Code Program::create(const Model &model, uint32_t index, SessionMemory &memory,
                     bool profile, Diagnostic &diagnostic) {
  this->model = &model;
  this->memory = &memory;
  metadata = model.metadata().entries()->Get(index);
  const fb::Entry &entry = *metadata;
  uint32_t count = entry.instructions()->size();

  size_t slots = 0, bound = 0;
  for (uint32_t i = 0; i < count; ++i)
    forEachArgument(entry, i, [&](uint32_t b) {
      ++slots;
      fb::BufferKind kind = entry.buffers()->Get(b)->kind();
      bound += kind == fb::BufferKind::Input || kind == fb::BufferKind::Output;
    });
  if (!stepList.create(count) || !pointers.create(slots) ||
      !fixups.create(bound) || !timeList.create(profile ? count : 0))
    return outOfMemory(diagnostic);
  if (memory.guard() != Guard::Off)
    TN_TRY(createGuarded(diagnostic));
  if (memory.device())
    TN_TRY(createOnDevice(diagnostic));

  size_t slot = 0, fixup = 0;
  for (uint32_t i = 0; i < count; ++i) {
    Step &step = stepList[i];
    step.firstSlot = slot;
    forEachArgument(entry, i,
                    [&](uint32_t b) { place(entry, b, slot++, fixup); });
    if (entry.instructions_type()->GetEnum<fb::Instruction>(i) ==
        fb::Instruction::Copy) {
      const auto &copy = *entry.instructions()->GetAs<fb::Copy>(i);
      step.isCopy = true;
      step.copySize = entry.buffers()->Get(copy.from())->size();
      continue;
    }
    const auto &launch = *entry.instructions()->GetAs<fb::Launch>(i);
    const LoadedKernel &kernel = model.kernel(launch.kernel());
    step.kernel = launch.kernel();
    step.launch.function = kernel.function;
    step.launch.kernel = step.kernel;
    step.launch.buffers = pointers.data() + step.firstSlot;
    step.launch.scalars = launch.scalars() ? launch.scalars()->data() : nullptr;
    step.launch.scratch = memory.scratch();
    step.launch.numTiles = kernel.numTiles;
  }
  return Code::Ok;
}

Code Program::createGuarded(Diagnostic &diagnostic) {
  auto tensors = [&](const fb::Tensors &signature,
                     Array<GuardedBuffer> &buffers) {
    if (!buffers.create(signature.size()))
      return outOfMemory(diagnostic);
    for (uint32_t i = 0; i < buffers.size(); ++i) {
      const fb::Tensor &t = *signature.Get(i);
      uint64_t alignment = t.alignment()
                               ? t.alignment()
                               : dtypeAlignment(static_cast<DType>(t.dtype()));
      TN_TRY(GuardedBuffer::create(memory->guard(), bytesOf(t), alignment,
                                   buffers[i], diagnostic));
    }
    return Code::Ok;
  };
  TN_TRY(tensors(*metadata->inputs(), inputs));
  TN_TRY(tensors(*metadata->outputs(), outputs));
  if (!allocations.create(sizeOf(metadata->allocations())) ||
      !boundInputs.create(inputs.size()) ||
      !boundOutputs.create(outputs.size()))
    return outOfMemory(diagnostic);
  for (uint32_t i = 0; i < allocations.size(); ++i)
    TN_TRY(GuardedBuffer::create(
        memory->guard(), metadata->allocations()->Get(i)->size(),
        TN_BUFFER_ALIGNMENT, allocations[i], diagnostic));
  return Code::Ok;
}

Code Program::createOnDevice(Diagnostic &diagnostic) {
  auto tensors = [&](const fb::Tensors &signature,
                     Array<DeviceBuffer> &buffers) {
    if (!buffers.create(signature.size()))
      return outOfMemory(diagnostic);
    for (uint32_t i = 0; i < buffers.size(); ++i)
      TN_TRY(buffers[i].create(*memory->device(), bytesOf(*signature.Get(i)),
                               diagnostic));
    return Code::Ok;
  };
  TN_TRY(tensors(*metadata->inputs(), deviceInputs));
  TN_TRY(tensors(*metadata->outputs(), deviceOutputs));
  if (!boundInputs.create(deviceInputs.size()) ||
      !boundOutputs.create(deviceOutputs.size()))
    return outOfMemory(diagnostic);
  return Code::Ok;
}

void Program::place(const fb::Entry &entry, uint32_t number, size_t slot,
                    size_t &fixup) {
  const fb::Buffer &buffer = *entry.buffers()->Get(number);
  uint32_t index = buffer.index();
  bool guarded = memory->guard() != Guard::Off;
  uint8_t *base = nullptr;
  switch (buffer.kind()) {
  case fb::BufferKind::Input:
  case fb::BufferKind::Output: {
    bool isOutput = buffer.kind() == fb::BufferKind::Output;
    if (guarded)
      base = (isOutput ? outputs : inputs)[index].data();
    else if (memory->device())
      base = (isOutput ? deviceOutputs : deviceInputs)[index].data();
    else
      fixups[fixup++] = {slot, index, isOutput, buffer.offset()};
    break;
  }
  case fb::BufferKind::Arena:
    base = guarded
               ? allocations[index].data()
               : memory->arena() + entry.allocations()->Get(index)->offset();
    break;
  case fb::BufferKind::Weight:
    base = const_cast<uint8_t *>(memory->weight(index));
    break;
  case fb::BufferKind::Variable:
    base = memory->variable(index);
    break;
  case fb::BufferKind::Constant:
    base = const_cast<uint8_t *>(memory->constant(index));
    break;
  }
  pointers[slot] = base ? base + buffer.offset() : nullptr;
}

void Program::bind(const void *const *in, void *const *out) {
  if (memory->guard() != Guard::Off || memory->device()) {
    for (size_t i = 0; i < boundInputs.size(); ++i)
      boundInputs[i] = in[i];
    for (size_t i = 0; i < boundOutputs.size(); ++i)
      boundOutputs[i] = out[i];
    return;
  }
  for (const Fixup &f : fixups) {
    const void *base = f.isOutput ? out[f.tensor] : in[f.tensor];
    pointers[f.slot] =
        const_cast<uint8_t *>(static_cast<const uint8_t *>(base)) + f.offset;
  }
}

void Program::runStep(const Step &step, Device &device) {
  if (step.isCopy) {
    if (step.copySize != 0)
      device.copy(pointers[step.firstSlot + 1], pointers[step.firstSlot],
                  step.copySize);
  } else if (step.launch.numTiles > 0) {
    device.launch(step.launch);
  }
}

Code Program::run(Device &device, Diagnostic &diagnostic) {
  if (memory->guard() != Guard::Off)
    return runGuarded(device, diagnostic);
  if (memory->device())
    return runOnDevice(device, diagnostic);
  return runSteps(device, diagnostic);
}

Code Program::runOnDevice(Device &device, Diagnostic &diagnostic) {
  DeviceMemory &there = *memory->device();
  TN_TRY(there.enter(diagnostic));
  for (size_t i = 0; i < deviceInputs.size(); ++i)
    there.queueUpload(deviceInputs[i].data(), boundInputs[i],
                      bytesOf(*metadata->inputs()->Get(i)));
  // The first step's time is not the copies'.
  if (!timeList.empty())
    TN_TRY(device.finish(diagnostic));
  TN_TRY(runSteps(device, diagnostic));
  for (size_t i = 0; i < deviceOutputs.size(); ++i)
    there.queueDownload(boundOutputs[i], deviceOutputs[i].data(),
                        bytesOf(*metadata->outputs()->Get(i)));
  return device.finish(diagnostic);
}

Code Program::runSteps(Device &device, Diagnostic &diagnostic) {
  if (timeList.empty()) {
    for (const Step &step : stepList)
      runStep(step, device);
    return Code::Ok;
  }
  for (size_t i = 0; i < stepList.size(); ++i) {
    StepTimes &t = timeList[i];
    t.lastBegin = now();
    runStep(stepList[i], device);
    TN_TRY(device.finish(diagnostic));
    t.lastDuration = now() - t.lastBegin;
    t.totalDuration += t.lastDuration;
    if (t.runs == 0 || t.lastDuration < t.leastDuration)
      t.leastDuration = t.lastDuration;
    ++t.runs;
  }
  return Code::Ok;
}

Code Program::runGuarded(Device &device, Diagnostic &diagnostic) {
  for (GuardedBuffer &allocation : allocations)
    allocation.poison();
  for (GuardedBuffer &output : outputs)
    output.poison();
  for (size_t i = 0; i < inputs.size(); ++i) {
    inputs[i].poison();
    if (inputs[i].size() != 0)
      memcpy(inputs[i].data(), boundInputs[i], inputs[i].size());
  }
  for (const Step &step : stepList) {
    if (!step.isCopy)
      memory->guardScratch(model->kernel(step.kernel).scratchSize);
    runStep(step, device);
    TN_TRY(checkGuards(step, diagnostic));
  }
  for (size_t i = 0; i < outputs.size(); ++i)
    if (outputs[i].size() != 0)
      memcpy(boundOutputs[i], outputs[i].data(), outputs[i].size());
  return Code::Ok;
}

Code Program::checkGuards(const Step &step, Diagnostic &diagnostic) const {
  const char *what = nullptr;
  size_t where = 0;
  auto check = [&](const Array<GuardedBuffer> &buffers, const char *kind) {
    for (size_t i = 0; i < buffers.size() && !what; ++i)
      if (!buffers[i].surroundingsIntact()) {
        what = kind;
        where = i;
      }
  };
  check(inputs, "input");
  check(outputs, "output");
  check(allocations, "arena allocation");
  if (!what && !memory->scratchIntact())
    what = "scratch";
  if (!what)
    return Code::Ok;
  const char *name =
      step.isCopy
          ? "copy"
          : model->metadata().kernels()->Get(step.kernel)->name()->c_str();
  return diagnostic.fail(
      Code::GuardViolation, "step %zu (%s) wrote beside %s %zu",
      static_cast<size_t>(&step - stepList.begin()), name, what, where);
}

} // namespace tenon::rt
