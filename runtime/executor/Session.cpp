#include "runtime/executor/Session.h"

#include "runtime/loader/Metadata.h"

#include <algorithm>
#include <cstring>

namespace tenon::rt {

namespace {

// Holds the session for the length of one call.
class Use {
public:
  explicit Use(std::atomic<bool> &flag)
      : flag(flag), taken(flag.exchange(true, std::memory_order_acquire)) {}
  ~Use() {
    if (!taken)
      flag.store(false, std::memory_order_release);
  }
  Code check(Diagnostic &diagnostic) const {
    if (!taken)
      return Code::Ok;
    return diagnostic.fail(Code::Busy,
                           "the session is in use by another thread");
  }

private:
  std::atomic<bool> &flag;
  bool taken;
};

uint64_t bytesOf(const fb::Tensor &tensor) {
  uint64_t bytes = 0;
  tensorBytes(static_cast<DType>(tensor.dtype()), tensor.shape()->data(),
              tensor.shape()->size(), bytes);
  return bytes;
}

bool sameShape(const fb::Tensor &tensor, const int64_t *shape, size_t rank) {
  return tensor.shape()->size() == rank &&
         std::equal(shape, shape + rank, tensor.shape()->data());
}

bool isAligned(const fb::Tensor &tensor, const void *data) {
  uint64_t alignment = tensor.alignment()
                           ? tensor.alignment()
                           : dtypeAlignment(static_cast<DType>(tensor.dtype()));
  return reinterpret_cast<uintptr_t>(data) % alignment == 0;
}

bool overlap(const void *a, uint64_t aSize, const void *b, uint64_t bSize) {
  auto x = reinterpret_cast<uintptr_t>(a);
  auto y = reinterpret_cast<uintptr_t>(b);
  return aSize != 0 && bSize != 0 && x < y + bSize && y < x + aSize;
}

} // namespace

Code Session::create(Model &model, Device &device,
                     const SessionOptions &options, Diagnostic &diagnostic) {
  if (!model.canRun())
    return diagnostic.fail(Code::InspectOnly,
                           "the model was opened for inspection only");
  model.retain();
  this->model = &model;
  this->device = &device;
  TN_TRY(device.load(model, diagnostic));
  SessionMemory::Options memoryOptions = options.memory;
  memoryOptions.device = device.memory();
  TN_TRY(memory.create(model, memoryOptions, diagnostic));

  const fb::Artifact &metadata = model.metadata();
  const EntryTable &entries = model.entries();
  if (!programs.create(metadata.entries()->size()) ||
      !bindings.create(entries.size()))
    return diagnostic.fail(Code::OutOfMemory, "no memory for a session");
  for (uint32_t i = 0; i < programs.size(); ++i)
    TN_TRY(programs[i].create(model, i, memory, options.profile, diagnostic));
  for (uint32_t i = 0; i < bindings.size(); ++i) {
    Bindings &b = bindings[i];
    const fb::Entry &first = metadataOf(i, 0);
    size_t in = first.inputs()->size(), out = first.outputs()->size();
    if (!b.inputs.create(in) || !b.inputBound.create(in) ||
        !b.outputs.create(out) || !b.outputSizes.create(out) ||
        !b.outputBound.create(out) ||
        !b.shapeMatches.create(in * entries.specializations(i)) ||
        !b.requirements.create(out - visibleOutputs(first)) ||
        !b.sizes.create(out - visibleOutputs(first)))
      return diagnostic.fail(Code::OutOfMemory, "no memory for a session");
    for (size_t k = 0; k < b.requirements.size(); ++k) {
      size_t index = out - b.requirements.size() + k;
      SizePlace place;
      if (isSize(*first.outputs()->Get(static_cast<uint32_t>(index)), place)) {
        b.outputs[index] = &b.sizes[k];
        b.outputSizes[index] = sizeof(int64_t);
      } else {
        b.outputs[index] = &b.requirements[k];
        b.outputSizes[index] = 1;
      }
      b.outputBound[index] = 1;
    }
  }
  return Code::Ok;
}

Session::~Session() {
  if (model)
    model->release();
}

Code Session::checkEntry(uint32_t entry, Diagnostic &diagnostic) const {
  if (entry < bindings.size())
    return Code::Ok;
  return diagnostic.fail(Code::NoSuchEntry, "there is no entry %u of %zu",
                         entry, bindings.size());
}

Code Session::checkOutput(uint32_t entry, uint32_t index,
                          Diagnostic &diagnostic) const {
  size_t visible = bindings[entry].visibleOutputs();
  if (index >= visible)
    return diagnostic.fail(Code::IndexOutOfRange,
                           "entry '%s' has %zu outputs, there is no output %u",
                           metadataOf(entry, 0).name()->c_str(), visible,
                           index);
  return Code::Ok;
}

const fb::Entry &Session::metadataOf(uint32_t entry,
                                     uint32_t specialization) const {
  return *model->metadata().entries()->Get(
      model->entries().metadataIndex(entry, specialization));
}

Code Session::bindInput(uint32_t entry, uint32_t index,
                        const TensorView &tensor, Diagnostic &diagnostic) {
  Use use(inUse);
  TN_TRY(use.check(diagnostic));
  TN_TRY(checkEntry(entry, diagnostic));
  Bindings &b = bindings[entry];
  if (index >= b.inputs.size())
    return diagnostic.fail(Code::IndexOutOfRange,
                           "entry '%s' has %zu inputs, there is no input %u",
                           metadataOf(entry, 0).name()->c_str(),
                           b.inputs.size(), index);
  const fb::Tensor &first = *metadataOf(entry, 0).inputs()->Get(index);
  if (tensor.dtype != static_cast<DType>(first.dtype()))
    return diagnostic.fail(Code::DTypeMismatch, "input %u ('%s') is %s, not %s",
                           index, first.name()->c_str(),
                           dtypeName(static_cast<DType>(first.dtype())),
                           dtypeName(tensor.dtype));
  uint32_t count = model->entries().specializations(entry);
  bool any = false;
  for (uint32_t s = 0; s < count; ++s)
    any |= sameShape(*metadataOf(entry, s).inputs()->Get(index), tensor.shape,
                     tensor.rank);
  if (!any) {
    char given[120], expected[120];
    formatTensorType(given, sizeof(given), tensor.dtype, tensor.shape,
                     tensor.rank);
    formatTensorType(expected, sizeof(expected), tensor.dtype,
                     first.shape()->data(), first.shape()->size());
    return diagnostic.fail(
        Code::ShapeMismatch, "input %u ('%s') is %s%s, not %s", index,
        first.name()->c_str(), expected,
        count > 1 ? " (or another compiled shape)" : "", given);
  }
  uint64_t bytes = 0;
  tensorBytes(tensor.dtype, tensor.shape, tensor.rank, bytes);
  if (!tensor.data && bytes != 0)
    return diagnostic.fail(Code::InvalidArgument, "input %u ('%s') has no data",
                           index, first.name()->c_str());
  if (!isAligned(first, tensor.data))
    return diagnostic.fail(Code::Misaligned, "input %u ('%s') is misaligned",
                           index, first.name()->c_str());
  for (uint32_t s = 0; s < count; ++s)
    b.shapeMatches[s * b.inputs.size() + index] = sameShape(
        *metadataOf(entry, s).inputs()->Get(index), tensor.shape, tensor.rank);
  b.inputs[index] = tensor.data;
  b.inputBound[index] = 1;
  b.placed = -1;
  return Code::Ok;
}

Code Session::bindOutput(uint32_t entry, uint32_t index, void *data,
                         uint64_t size, Diagnostic &diagnostic) {
  Use use(inUse);
  TN_TRY(use.check(diagnostic));
  TN_TRY(checkEntry(entry, diagnostic));
  Bindings &b = bindings[entry];
  TN_TRY(checkOutput(entry, index, diagnostic));
  const fb::Tensor &first = *metadataOf(entry, 0).outputs()->Get(index);
  if (!data && size != 0)
    return diagnostic.fail(Code::InvalidArgument,
                           "output %u ('%s') has no data", index,
                           first.name()->c_str());
  if (!isAligned(first, data))
    return diagnostic.fail(Code::Misaligned, "output %u ('%s') is misaligned",
                           index, first.name()->c_str());
  b.outputs[index] = data;
  b.outputSizes[index] = size;
  b.outputBound[index] = 1;
  b.placed = -1;
  return Code::Ok;
}

Code Session::selectBound(uint32_t entry, uint32_t &specialization,
                          Diagnostic &diagnostic) const {
  const Bindings &b = bindings[entry];
  size_t inputs = b.inputs.size();
  for (size_t i = 0; i < inputs; ++i)
    if (!b.inputBound[i])
      return diagnostic.fail(
          Code::NotBound, "input %zu ('%s') is not bound", i,
          metadataOf(entry, 0).inputs()->Get(i)->name()->c_str());
  for (uint32_t s = 0; s < model->entries().specializations(entry); ++s) {
    bool all = true;
    for (size_t i = 0; i < inputs; ++i)
      all &= b.shapeMatches[s * inputs + i] != 0;
    if (all) {
      specialization = s;
      return Code::Ok;
    }
  }
  return diagnostic.fail(
      Code::ShapeMismatch,
      "the shapes of the bound inputs do not go together in entry '%s'",
      metadataOf(entry, 0).name()->c_str());
}

Code Session::select(uint32_t entry, uint32_t &specialization,
                     Diagnostic &diagnostic) {
  Use use(inUse);
  TN_TRY(use.check(diagnostic));
  TN_TRY(checkEntry(entry, diagnostic));
  return selectBound(entry, specialization, diagnostic);
}

Code Session::placeTensors(uint32_t entry, uint32_t specialization,
                           Diagnostic &diagnostic) {
  Bindings &b = bindings[entry];
  const fb::Entry &metadata = metadataOf(entry, specialization);
  for (uint32_t i = 0; i < b.outputs.size(); ++i) {
    const fb::Tensor &output = *metadata.outputs()->Get(i);
    const char *name = output.name()->c_str();
    uint64_t bytes = bytesOf(output);
    if (!b.outputBound[i])
      return diagnostic.fail(Code::NotBound, "output %u ('%s') is not bound", i,
                             name);
    if (b.outputSizes[i] < bytes)
      return diagnostic.fail(Code::SizeMismatch,
                             "output %u ('%s') needs %llu bytes, not %llu", i,
                             name, static_cast<unsigned long long>(bytes),
                             static_cast<unsigned long long>(b.outputSizes[i]));
    for (uint32_t k = 0; k < b.inputs.size(); ++k)
      if (overlap(b.outputs[i], bytes, b.inputs[k],
                  bytesOf(*metadata.inputs()->Get(k))))
        return diagnostic.fail(
            Code::Overlap, "output %u ('%s') overlaps input %u", i, name, k);
    for (uint32_t k = 0; k < i; ++k)
      if (overlap(b.outputs[i], bytes, b.outputs[k],
                  bytesOf(*metadata.outputs()->Get(k))))
        return diagnostic.fail(
            Code::Overlap, "output %u ('%s') overlaps output %u", i, name, k);
  }
  programs[model->entries().metadataIndex(entry, specialization)].bind(
      b.inputs.data(), b.outputs.data());
  b.placed = specialization;
  return Code::Ok;
}

Code Session::run(uint32_t entry, Diagnostic &diagnostic) {
  Use use(inUse);
  TN_TRY(use.check(diagnostic));
  TN_TRY(checkEntry(entry, diagnostic));
  Bindings &b = bindings[entry];
  if (b.placed < 0) {
    uint32_t specialization;
    TN_TRY(selectBound(entry, specialization, diagnostic));
    TN_TRY(placeTensors(entry, specialization, diagnostic));
  }
  uint32_t index =
      model->entries().metadataIndex(entry, static_cast<uint32_t>(b.placed));
  b.hasRun = false;
  TN_TRY(programs[index].run(*device, diagnostic));
  TN_TRY(checkRequirements(entry, diagnostic));
  b.hasRun = true;
  return Code::Ok;
}

Code Session::outputShape(uint32_t entry, uint32_t index, int64_t *shape,
                          size_t rank, Diagnostic &diagnostic) {
  Use use(inUse);
  TN_TRY(use.check(diagnostic));
  TN_TRY(checkEntry(entry, diagnostic));
  const Bindings &b = bindings[entry];
  TN_TRY(checkOutput(entry, index, diagnostic));
  if (!b.hasRun || b.placed < 0)
    return diagnostic.fail(Code::NotBound,
                           "entry '%s' has not run on what is bound",
                           metadataOf(entry, 0).name()->c_str());
  const fb::Entry &plan = metadataOf(entry, static_cast<uint32_t>(b.placed));
  const fb::Shape &bounds = *plan.outputs()->Get(index)->shape();
  if (rank != bounds.size())
    return diagnostic.fail(Code::InvalidArgument,
                           "output %u has %u dimensions, not %zu", index,
                           bounds.size(), rank);
  std::copy(bounds.begin(), bounds.end(), shape);
  for (size_t k = 0; k < b.sizes.size(); ++k) {
    SizePlace place;
    if (isSize(
            *plan.outputs()->Get(static_cast<uint32_t>(b.visibleOutputs() + k)),
            place) &&
        place.output == index)
      shape[place.dim] =
          std::clamp<int64_t>(b.sizes[k], 0, bounds.Get(place.dim));
  }
  return Code::Ok;
}

Code Session::checkRequirements(uint32_t entry, Diagnostic &diagnostic) const {
  const Bindings &b = bindings[entry];
  size_t first = b.visibleOutputs();
  for (size_t i = 0; i < b.requirements.size(); ++i) {
    const fb::Tensor &output =
        *metadataOf(entry, 0).outputs()->Get(static_cast<uint32_t>(first + i));
    SizePlace place;
    if (!b.requirements[i] && !isSize(output, place))
      return diagnostic.fail(Code::ShapeMismatch, "%s",
                             output.name()->c_str() + 1);
  }
  return Code::Ok;
}

Code Session::checkVariable(uint32_t index, uint64_t size,
                            Diagnostic &diagnostic) const {
  uint32_t count = sizeOf(model->metadata().variables());
  if (index >= count)
    return diagnostic.fail(Code::IndexOutOfRange,
                           "the model has %u variables, there is no %u", count,
                           index);
  const fb::Variable &v = *model->metadata().variables()->Get(index);
  if (sizeOf(v.layout()) != 0)
    return diagnostic.fail(Code::NotSupported,
                           "variable '%s' has a layout that this runtime does "
                           "not convert",
                           v.name()->c_str());
  uint64_t bytes = 0;
  tensorBytes(static_cast<DType>(v.dtype()), v.shape()->data(),
              v.shape()->size(), bytes);
  if (size != bytes)
    return diagnostic.fail(
        Code::SizeMismatch, "variable '%s' has %llu bytes, not %llu",
        v.name()->c_str(), static_cast<unsigned long long>(bytes),
        static_cast<unsigned long long>(size));
  return Code::Ok;
}

Code Session::readVariable(uint32_t index, void *data, uint64_t size,
                           Diagnostic &diagnostic) {
  Use use(inUse);
  TN_TRY(use.check(diagnostic));
  TN_TRY(checkVariable(index, size, diagnostic));
  if (memory.device())
    return memory.device()->download(data, memory.variable(index), size,
                                     diagnostic);
  if (size != 0)
    memcpy(data, memory.variable(index), size);
  return Code::Ok;
}

Code Session::writeVariable(uint32_t index, const void *data, uint64_t size,
                            Diagnostic &diagnostic) {
  Use use(inUse);
  TN_TRY(use.check(diagnostic));
  TN_TRY(checkVariable(index, size, diagnostic));
  if (memory.device())
    return memory.device()->upload(memory.variable(index), data, size,
                                   diagnostic);
  if (size != 0)
    memcpy(memory.variable(index), data, size);
  return Code::Ok;
}

Code Session::program(uint32_t entry, uint32_t specialization,
                      const Program *&program, Diagnostic &diagnostic) const {
  TN_TRY(checkEntry(entry, diagnostic));
  if (specialization >= model->entries().specializations(entry))
    return diagnostic.fail(Code::IndexOutOfRange,
                           "the entry has %u specializations, there is no %u",
                           model->entries().specializations(entry),
                           specialization);
  program = &programs[model->entries().metadataIndex(entry, specialization)];
  return Code::Ok;
}

} // namespace tenon::rt
