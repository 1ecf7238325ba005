#include "runtime/loader/MetadataCheck.h"

#include "runtime/abi/kernel_abi.h"
#include "runtime/core/Array.h"
#include "runtime/core/DType.h"
#include "runtime/loader/GpuImage.h"
#include "runtime/loader/Metadata.h"
#include "runtime/loader/SourceCheck.h"
#include "runtime/schema/FileFormat.h"

#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <type_traits>

namespace tenon::rt {

namespace {

bool inRange(uint64_t offset, uint64_t size, uint64_t limit) {
  return offset <= limit && size <= limit - offset;
}

// Walks the tables in the order of the schema.
class Checker {
public:
  Checker(const fb::Artifact &artifact, const MetadataContext &context,
          Diagnostic &diagnostic)
      : artifact(artifact), context(context), diagnostic(diagnostic) {}

  Code run() {
    TN_TRY(checkVersions());
    // Nothing is compiled, so nothing else may be spoken of.
    if (const fb::Source *source = artifact.source())
      return sizeOf(artifact.variants()) + sizeOf(artifact.kernels()) +
                         sizeOf(artifact.weights()) +
                         sizeOf(artifact.constants()) +
                         sizeOf(artifact.variables()) +
                         sizeOf(artifact.entries()) !=
                     0
                 ? malformed("it is compiled, and holds a model that is not")
                 : checkSource(*source, context.sourceSize, diagnostic);
    TN_TRY(checkKernels());
    TN_TRY(checkGpuCode());
    TN_TRY(checkTensors());
    for (uint32_t i = 0; i < artifact.entries()->size(); ++i)
      TN_TRY(checkEntry(i));
    return checkSpecializations();
  }

private:
  Code malformed(const char *format, ...)
      __attribute__((format(printf, 2, 3))) {
    char text[300];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    return diagnostic.fail(Code::Malformed, "malformed: %s", text);
  }
  Code unsupported(const char *what) {
    return diagnostic.fail(Code::NotSupported,
                           "not supported by this runtime: %s", what);
  }

  // FlatBuffers' verifier looks at the place of a vector's length, which takes
  // four bytes, and not at that of its elements.
  template <typename T>
  Code checkAligned(const char *what, uint32_t index,
                    const flatbuffers::Vector<T> *vector) {
    constexpr size_t alignment = alignof(std::remove_pointer_t<T>);
    if (sizeOf(vector) != 0 &&
        reinterpret_cast<uintptr_t>(vector->Data()) % alignment != 0)
      return malformed("%s %u has a vector that is not aligned", what, index);
    return Code::Ok;
  }

  Code checkVersions();
  Code checkKernels();
  Code checkGpuCode();
  Code checkTensors();
  Code checkVariablesDisjoint();
  Code checkShape(const char *what, uint32_t index, fb::DType dtype,
                  const fb::Shape *shape, uint64_t &bytes);
  Code checkEntry(uint32_t index);
  Code checkSpecializations();
  Code checkSignature(const char *what, const fb::Tensors *tensors);
  Code checkSizes(const fb::Entry &entry);
  Code checkSameSignature(const fb::Entry &entry, const fb::Entry &other);
  Code checkMemory(const fb::Entry &entry, uint32_t index);
  Code checkBuffer(const fb::Entry &entry, uint32_t index);
  Code checkInstruction(const fb::Entry &entry, uint32_t index);
  Code checkLaunch(const fb::Entry &entry, uint32_t index,
                   const fb::Launch &launch);
  Code checkCopy(const fb::Entry &entry, uint32_t index, const fb::Copy &copy);

  const fb::Artifact &artifact;
  const MetadataContext &context;
  Diagnostic &diagnostic;
};

Code Checker::checkVersions() {
  if (artifact.format_version() != kFormatVersion)
    return diagnostic.fail(Code::FormatVersion,
                           "metadata version %u, this runtime reads version %u",
                           artifact.format_version(), kFormatVersion);
  if (artifact.kernel_abi_version() != TN_KERNEL_ABI_VERSION)
    return diagnostic.fail(Code::FormatVersion,
                           "kernel ABI version %u, this runtime calls version "
                           "%u",
                           artifact.kernel_abi_version(),
                           TN_KERNEL_ABI_VERSION);
  uint32_t variants = artifact.variants()->size();
  bool isCompiled = !artifact.source();
  if ((variants != 0) != isCompiled || variants != context.codeSections)
    return malformed("%u variants and %u code sections", variants,
                     context.codeSections);
  return Code::Ok;
}

// A block has at most 1024 threads, and 227 KiB of shared memory on any GPU
// that there is; a driver refuses what its own has not.
Code Checker::checkGpuCode() {
  if (strcmp(artifact.target_arch()->c_str(), kGpuArch) != 0)
    return Code::Ok;
  uint32_t variants = artifact.variants()->size();
  for (uint32_t i = 0; i < variants; ++i)
    if (variantCapability(*artifact.variants()->Get(i)) == 0)
      return malformed("variant %u names no compute capability", i);
  for (uint32_t i = 0; i < artifact.kernels()->size(); ++i) {
    const fb::Kernel &kernel = *artifact.kernels()->Get(i);
    if (sizeOf(kernel.gpu()) != variants)
      return malformed("kernel %u has GPU code for %u variants of %u", i,
                       sizeOf(kernel.gpu()), variants);
    if (kernel.num_scalars() != 0)
      return unsupported("a GPU kernel with dynamic sizes");
    for (const fb::GpuCode *code : *kernel.gpu())
      if (code->threads() == 0 || code->threads() > 1024 ||
          code->shared_size() > 256 * 1024)
        return malformed("kernel %u has a block that no GPU can run", i);
    for (const fb::KernelCode *code : *kernel.code())
      if (code->num_tiles() > INT32_MAX)
        return malformed("kernel %u has more tiles than a grid has blocks", i);
  }
  return Code::Ok;
}

Code Checker::checkKernels() {
  for (uint32_t i = 0; i < artifact.kernels()->size(); ++i) {
    const fb::Kernel &kernel = *artifact.kernels()->Get(i);
    if (kernel.code()->size() != artifact.variants()->size())
      return malformed("kernel %u has code for %u variants of %u", i,
                       kernel.code()->size(), artifact.variants()->size());
    TN_TRY(checkAligned("kernel", i, kernel.code()));
    TN_TRY(checkAligned("kernel", i, kernel.operands()));
    for (const fb::KernelCode *code : *kernel.code())
      if (code->num_tiles() < 0 || code->num_tiles() > kMaxTiles ||
          code->scratch_size() > kMaxBytes)
        return malformed("kernel %u has a tile count or scratch size that "
                         "is out of range",
                         i);
    for (const fb::KernelOperand *operand : *kernel.operands())
      if (operand->access() == fb::Access::None ||
          operand->access() > fb::Access::MAX)
        return malformed("kernel %u has an operand of unknown access", i);
  }
  return Code::Ok;
}

Code Checker::checkShape(const char *what, uint32_t index, fb::DType dtype,
                         const fb::Shape *shape, uint64_t &bytes) {
  if (shape->size() > kMaxRank)
    return malformed("%s %u has %u dimensions", what, index, shape->size());
  TN_TRY(checkAligned(what, index, shape));
  for (int64_t dim : *shape)
    if (dim == -1)
      return unsupported("a bounded dimension");
  if (!tensorBytes(static_cast<DType>(dtype), shape->data(), shape->size(),
                   bytes) ||
      bytes > kMaxBytes)
    return malformed("%s %u has a bad element type or shape", what, index);
  return Code::Ok;
}

Code Checker::checkTensors() {
  uint64_t bytes;
  for (uint32_t i = 0; i < sizeOf(artifact.weights()); ++i) {
    const fb::Weight &w = *artifact.weights()->Get(i);
    TN_TRY(checkShape("weight", i, w.dtype(), w.shape(), bytes));
    if (sizeOf(w.file()) != 0)
      return unsupported("weights in a file of their own");
    if (w.offset() % kTensorAlignment != 0 ||
        !inRange(w.offset(), w.size(), context.weightsSize))
      return malformed("weight %u lies outside its section", i);
    if (sizeOf(w.layout()) == 0 && w.size() < bytes)
      return malformed("weight %u is smaller than its shape", i);
  }
  TN_TRY(checkAligned("artifact", 0, artifact.constants()));
  for (uint32_t i = 0; i < sizeOf(artifact.constants()); ++i) {
    const fb::Constant &c = *artifact.constants()->Get(i);
    if (c.offset() % kTensorAlignment != 0 ||
        !inRange(c.offset(), c.size(), context.constantsSize))
      return malformed("constant %u lies outside its section", i);
  }
  if (artifact.state_size() > kMaxBytes ||
      context.stateImageSize > artifact.state_size())
    return malformed("the state's size is out of range");
  for (uint32_t i = 0; i < sizeOf(artifact.variables()); ++i) {
    const fb::Variable &v = *artifact.variables()->Get(i);
    TN_TRY(checkShape("variable", i, v.dtype(), v.shape(), bytes));
    if (v.offset() % kTensorAlignment != 0 ||
        !inRange(v.offset(), v.size(), artifact.state_size()))
      return malformed("variable %u lies outside the state", i);
    if (sizeOf(v.layout()) == 0 && v.size() < bytes)
      return malformed("variable %u is smaller than its shape", i);
  }
  return checkVariablesDisjoint();
}

Code Checker::checkVariablesDisjoint() {
  struct Range {
    uint64_t begin, end;
  };
  Array<Range> ranges;
  if (!ranges.create(sizeOf(artifact.variables())))
    return diagnostic.fail(Code::OutOfMemory, "no memory for the metadata");
  for (uint32_t i = 0; i < ranges.size(); ++i) {
    const fb::Variable &v = *artifact.variables()->Get(i);
    ranges[i] = {v.offset(), v.offset() + v.size()};
  }
  std::sort(ranges.begin(), ranges.end(),
            [](const Range &a, const Range &b) { return a.begin < b.begin; });
  for (size_t i = 1; i < ranges.size(); ++i)
    if (ranges[i].begin < ranges[i - 1].end)
      return malformed("two variables overlap");
  return Code::Ok;
}

Code Checker::checkSignature(const char *what, const fb::Tensors *tensors) {
  for (uint32_t i = 0; i < tensors->size(); ++i) {
    const fb::Tensor &tensor = *tensors->Get(i);
    uint64_t bytes;
    TN_TRY(checkShape(what, i, tensor.dtype(), tensor.shape(), bytes));
    if (sizeOf(tensor.upper_bounds()) != 0)
      return unsupported("a bounded dimension");
    uint32_t alignment = tensor.alignment();
    if (alignment > kPageSize || (alignment & (alignment - 1)) != 0)
      return malformed("%s %u has a bad alignment", what, i);
  }
  return Code::Ok;
}

Code Checker::checkSizes(const fb::Entry &entry) {
  uint32_t visible = visibleOutputs(entry);
  for (uint32_t i = visible; i < entry.outputs()->size(); ++i) {
    SizePlace place;
    if (!isSize(*entry.outputs()->Get(i), place))
      continue;
    if (place.output >= visible ||
        place.dim >= entry.outputs()->Get(place.output)->shape()->size())
      return malformed("output %u is the size of no other", i);
  }
  return Code::Ok;
}

Code Checker::checkSameSignature(const fb::Entry &entry,
                                 const fb::Entry &other) {
  auto differ = [](const fb::Tensors *a, const fb::Tensors *b) {
    if (a->size() != b->size())
      return true;
    for (uint32_t i = 0; i < a->size(); ++i)
      if (a->Get(i)->dtype() != b->Get(i)->dtype() ||
          strcmp(a->Get(i)->name()->c_str(), b->Get(i)->name()->c_str()) != 0)
        return true;
    return false;
  };
  if (differ(entry.inputs(), other.inputs()) ||
      differ(entry.outputs(), other.outputs()))
    return malformed("two entries '%s' differ in more than shapes",
                     entry.name()->c_str());
  return Code::Ok;
}

Code Checker::checkMemory(const fb::Entry &entry, uint32_t index) {
  uint64_t alignment = entry.arena_alignment();
  if (entry.arena_size() > kMaxBytes || alignment < kTensorAlignment ||
      alignment > kPageSize || (alignment & (alignment - 1)) != 0)
    return malformed("the arena's size or alignment is out of range");
  TN_TRY(checkAligned("entry", index, entry.allocations()));
  TN_TRY(checkAligned("entry", index, entry.buffers()));
  for (uint32_t i = 0; i < sizeOf(entry.allocations()); ++i) {
    const fb::Allocation &a = *entry.allocations()->Get(i);
    if (a.offset() % kTensorAlignment != 0 ||
        !inRange(a.offset(), a.size(), entry.arena_size()))
      return malformed("allocation %u lies outside the arena", i);
  }
  for (uint32_t i = 0; i < sizeOf(entry.ties()); ++i) {
    const fb::Tie &tie = *entry.ties()->Get(i);
    if (tie.variable() >= sizeOf(artifact.variables()) ||
        tie.access() == fb::Access::None || tie.access() > fb::Access::MAX)
      return malformed("tie %u is out of range", i);
  }
  if (sizeOf(entry.buffer_names()) != 0 &&
      sizeOf(entry.buffer_names()) != entry.buffers()->size())
    return malformed("%u buffers with %u names", entry.buffers()->size(),
                     sizeOf(entry.buffer_names()));
  return Code::Ok;
}

Code Checker::checkBuffer(const fb::Entry &entry, uint32_t index) {
  const fb::Buffer &buffer = *entry.buffers()->Get(index);
  uint64_t extent;
  if (!bufferExtent(artifact, entry, buffer.kind(), buffer.index(), extent))
    return malformed("buffer %u names nothing", index);
  if (!inRange(buffer.offset(), buffer.size(), extent))
    return malformed("buffer %u lies outside what it names", index);
  return Code::Ok;
}

bool isWritable(const fb::Buffer &buffer) {
  return buffer.kind() == fb::BufferKind::Output ||
         buffer.kind() == fb::BufferKind::Arena ||
         buffer.kind() == fb::BufferKind::Variable;
}

Code Checker::checkCopy(const fb::Entry &entry, uint32_t index,
                        const fb::Copy &copy) {
  uint32_t count = entry.buffers()->size();
  if (copy.from() >= count || copy.to() >= count)
    return malformed("instruction %u copies a buffer that is not there", index);
  const fb::Buffer &from = *entry.buffers()->Get(copy.from());
  const fb::Buffer &to = *entry.buffers()->Get(copy.to());
  if (from.size() != to.size())
    return malformed("instruction %u copies between sizes", index);
  if (!isWritable(to))
    return malformed("instruction %u writes a read-only buffer", index);
  return Code::Ok;
}

Code Checker::checkLaunch(const fb::Entry &entry, uint32_t index,
                          const fb::Launch &launch) {
  if (launch.kernel() >= artifact.kernels()->size())
    return malformed("instruction %u launches kernel %u of %u", index,
                     launch.kernel(), artifact.kernels()->size());
  const fb::Kernel &kernel = *artifact.kernels()->Get(launch.kernel());
  if (launch.buffers()->size() != kernel.operands()->size() ||
      sizeOf(launch.scalars()) != kernel.num_scalars())
    return malformed("instruction %u has the wrong number of arguments", index);
  TN_TRY(checkAligned("instruction", index, launch.scalars()));
  for (uint32_t i = 0; i < launch.buffers()->size(); ++i) {
    uint32_t number = launch.buffers()->Get(i);
    if (number >= entry.buffers()->size())
      return malformed("instruction %u uses buffer %u of %u", index, number,
                       entry.buffers()->size());
    const fb::Buffer &buffer = *entry.buffers()->Get(number);
    const fb::KernelOperand &operand = *kernel.operands()->Get(i);
    if (operand.size() > buffer.size())
      return malformed("instruction %u gives operand %u a buffer that is too "
                       "small",
                       index, i);
    bool writes = operand.access() != fb::Access::Read;
    if (writes && !isWritable(buffer))
      return malformed("instruction %u writes a read-only buffer", index);
  }
  return Code::Ok;
}

Code Checker::checkInstruction(const fb::Entry &entry, uint32_t index) {
  switch (entry.instructions_type()->GetEnum<fb::Instruction>(index)) {
  case fb::Instruction::Launch:
    return checkLaunch(entry, index,
                       *entry.instructions()->GetAs<fb::Launch>(index));
  case fb::Instruction::Copy:
    return checkCopy(entry, index,
                     *entry.instructions()->GetAs<fb::Copy>(index));
  case fb::Instruction::Loop:
    return unsupported("a loop");
  case fb::Instruction::Branch:
    return unsupported("a branch");
  default:
    return malformed("instruction %u is of no known kind", index);
  }
}

Code Checker::checkEntry(uint32_t index) {
  const fb::Entry &entry = *artifact.entries()->Get(index);
  auto check = [&] {
    TN_TRY(checkSignature("input", entry.inputs()));
    TN_TRY(checkSignature("output", entry.outputs()));
    TN_TRY(checkSizes(entry));
    TN_TRY(checkMemory(entry, index));
    for (uint32_t i = 0; i < entry.buffers()->size(); ++i)
      TN_TRY(checkBuffer(entry, i));
    for (uint32_t i = 0; i < entry.instructions()->size(); ++i)
      TN_TRY(checkInstruction(entry, i));
    return Code::Ok;
  };
  Code code = check();
  if (failed(code)) {
    char context[40];
    snprintf(context, sizeof(context), "entry %u", index);
    diagnostic.prefix(context);
  }
  return code;
}

// Entries of equal name, found by sorting: there may be very many.
Code Checker::checkSpecializations() {
  const auto &entries = *artifact.entries();
  Array<uint32_t> sorted;
  if (!sorted.create(entries.size()))
    return diagnostic.fail(Code::OutOfMemory, "no memory for the metadata");
  for (uint32_t i = 0; i < sorted.size(); ++i)
    sorted[i] = i;
  auto compare = [&](uint32_t a, uint32_t b) {
    return strcmp(entries.Get(a)->name()->c_str(),
                  entries.Get(b)->name()->c_str());
  };
  std::sort(sorted.begin(), sorted.end(), [&](uint32_t a, uint32_t b) {
    int difference = compare(a, b);
    return difference < 0 || (difference == 0 && a < b);
  });
  for (size_t i = 1; i < sorted.size(); ++i)
    if (compare(sorted[i - 1], sorted[i]) == 0)
      TN_TRY(checkSameSignature(*entries.Get(sorted[i]),
                                *entries.Get(sorted[i - 1])));
  return Code::Ok;
}

} // namespace

bool isSize(const fb::Tensor &tensor, SizePlace &place) {
  if (tensor.name()->c_str()[0] != kSizeMark ||
      tensor.dtype() != fb::DType::I64 || tensor.shape()->size() != 0)
    return false;
  const char *text = tensor.name()->c_str() + 1;
  auto read = [&](uint32_t &number) {
    if (*text < '0' || *text > '9')
      return false;
    for (number = 0; *text >= '0' && *text <= '9' && number < 1'000'000; ++text)
      number = number * 10 + static_cast<uint32_t>(*text - '0');
    return true;
  };
  return read(place.output) && *text++ == '.' && read(place.dim) &&
         *text == '\0';
}

uint32_t visibleOutputs(const fb::Entry &entry) {
  uint32_t count = entry.outputs()->size();
  for (; count > 0; --count) {
    const fb::Tensor &last = *entry.outputs()->Get(count - 1);
    bool isRequirement = last.name()->c_str()[0] == kRequirementMark &&
                         last.dtype() == fb::DType::I1 &&
                         last.shape()->size() == 0;
    SizePlace place;
    if (!isRequirement && !isSize(last, place))
      break;
  }
  return count;
}

bool bufferExtent(const fb::Artifact &artifact, const fb::Entry &entry,
                  fb::BufferKind kind, uint32_t index, uint64_t &bytes) {
  auto tensor = [&](const fb::Tensors *tensors) {
    if (index >= tensors->size())
      return false;
    const fb::Tensor &t = *tensors->Get(index);
    return tensorBytes(static_cast<DType>(t.dtype()), t.shape()->data(),
                       t.shape()->size(), bytes);
  };
  auto range = [&](const auto *ranges) {
    if (index >= sizeOf(ranges))
      return false;
    bytes = ranges->Get(index)->size();
    return true;
  };
  switch (kind) {
  case fb::BufferKind::Input:
    return tensor(entry.inputs());
  case fb::BufferKind::Output:
    return tensor(entry.outputs());
  case fb::BufferKind::Arena:
    return range(entry.allocations());
  case fb::BufferKind::Weight:
    return range(artifact.weights());
  case fb::BufferKind::Variable:
    return range(artifact.variables());
  case fb::BufferKind::Constant:
    return range(artifact.constants());
  }
  return false;
}

Code checkMetadata(const uint8_t *data, size_t size,
                   const MetadataContext &context,
                   const fb::Artifact *&artifact, Diagnostic &diagnostic) {
  if (size < 8 || size >= FLATBUFFERS_MAX_BUFFER_SIZE)
    return diagnostic.fail(Code::Malformed,
                           "malformed: no metadata of a possible size");
  // Every table takes at least four bytes, so this limit refuses only tables
  // that are reached many times over.
  flatbuffers::Verifier verifier(data, size, /*max_depth=*/16,
                                 /*max_tables=*/static_cast<uint32_t>(size));
  if (!fb::VerifyArtifactBuffer(verifier))
    return diagnostic.fail(Code::Malformed,
                           "malformed: the metadata is not well formed");
  artifact = fb::GetArtifact(data);
  return Checker(*artifact, context, diagnostic).run();
}

Code checkKernelSymbols(const fb::Artifact &artifact, uint32_t index,
                        const ElfLayout &layout, Diagnostic &diagnostic) {
  for (const fb::Kernel *kernel : *artifact.kernels())
    if (!layout.isExecutable(kernel->code()->Get(index)->symbol_offset()))
      return diagnostic.fail(Code::Malformed,
                             "malformed: kernel '%s' does not start in code",
                             kernel->name()->c_str());
  return Code::Ok;
}

} // namespace tenon::rt
