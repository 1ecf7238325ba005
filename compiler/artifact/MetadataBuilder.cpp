#include "compiler/artifact/MetadataBuilder.h"

#include "runtime/abi/kernel_abi.h"
#include "runtime/core/DType.h"
#include "runtime/schema/artifact_generated.h"

#include "absl/strings/str_cat.h"

#include <algorithm>

namespace tenon::artifact {

namespace {

using flatbuffers::Offset;

// Builds bottom-up, as FlatBuffers wants it; each method returns the offset
// of what it wrote.
class Builder {
public:
  Builder(const ArtifactContents &contents, const Placements &placements)
      : contents(contents), placements(placements) {}

  absl::StatusOr<std::vector<uint8_t>> build();

private:
  fb::DType dtype(const std::string &spelling) {
    rt::DType type = rt::parseDType(spelling.data(), spelling.size());
    if (type == rt::DType::Invalid && status.ok())
      status = absl::InvalidArgumentError(
          absl::StrCat("'", spelling, "' is not an element type"));
    return static_cast<fb::DType>(type);
  }
  static fb::Access access(Access access) {
    switch (access) {
    case Access::Read:
      return fb::Access::Read;
    case Access::Write:
      return fb::Access::Write;
    case Access::ReadWrite:
      return fb::Access::ReadWrite;
    }
    return fb::Access::None;
  }
  // Absent where empty, which readers take for the same.
  Offset<flatbuffers::String> optional(const std::string &text) {
    return text.empty() ? 0 : b.CreateString(text);
  }
  // One table per element of `from`.
  template <typename Table, typename From, typename Make>
  auto tables(const From &from, Make make) {
    std::vector<Offset<Table>> offsets;
    offsets.reserve(from.size());
    for (size_t i = 0; i < from.size(); ++i)
      offsets.push_back(make(i));
    return b.CreateVector(offsets);
  }

  Offset<fb::Kernel> kernel(size_t index);
  Offset<fb::Tensor> tensor(const Tensor &tensor);
  Offset<fb::Entry> entry(const Entry &entry);
  std::vector<fb::Buffer> buffers(const Entry &entry);
  uint64_t scratchOf(const Entry &entry) const;

  const ArtifactContents &contents;
  const Placements &placements;
  flatbuffers::FlatBufferBuilder b;
  absl::Status status;
};

Offset<fb::Kernel> Builder::kernel(size_t index) {
  const Kernel &kernel = contents.kernels[index];
  std::vector<fb::KernelOperand> operands;
  for (const KernelOperand &operand : kernel.operands)
    operands.emplace_back(operand.size, access(operand.access));
  std::vector<fb::KernelCode> code;
  for (size_t v = 0; v < kernel.code.size(); ++v)
    code.emplace_back(placements.symbols[index][v], kernel.code[v].numTiles,
                      kernel.code[v].scratchSize);
  auto name = b.CreateString(kernel.name);
  auto provenance = optional(kernel.provenance);
  auto operandVector = b.CreateVectorOfStructs(operands);
  auto codeVector = b.CreateVectorOfStructs(code);
  Offset<flatbuffers::Vector<const fb::GpuCode *>> gpuVector = 0;
  if (contents.isForGpu()) {
    std::vector<fb::GpuCode> gpu;
    for (const KernelCode &one : kernel.code)
      gpu.emplace_back(one.threads, one.sharedSize);
    gpuVector = b.CreateVectorOfStructs(gpu);
  }
  return fb::CreateKernel(b, name, provenance, operandVector, kernel.numScalars,
                          codeVector, gpuVector);
}

Offset<fb::Tensor> Builder::tensor(const Tensor &tensor) {
  auto name = b.CreateString(tensor.name);
  auto shape = b.CreateVector(tensor.shape);
  Offset<flatbuffers::Vector<int64_t>> bounds = 0;
  if (!tensor.upperBounds.empty())
    bounds = b.CreateVector(tensor.upperBounds);
  return fb::CreateTensor(b, name, dtype(tensor.dtype), shape, bounds,
                          tensor.alignment);
}

uint64_t Builder::scratchOf(const Entry &entry) const {
  uint64_t most = 0;
  for (const Instruction &instruction : entry.instructions)
    if (const auto *launch = std::get_if<Launch>(&instruction))
      if (launch->kernel < contents.kernels.size())
        for (const KernelCode &code : contents.kernels[launch->kernel].code)
          most = std::max(most, code.scratchSize);
  return most;
}

std::vector<fb::Buffer> Builder::buffers(const Entry &entry) {
  auto kind = [](BufferKind kind) {
    switch (kind) {
    case BufferKind::Input:
      return fb::BufferKind::Input;
    case BufferKind::Output:
      return fb::BufferKind::Output;
    case BufferKind::Arena:
      return fb::BufferKind::Arena;
    case BufferKind::Weight:
      return fb::BufferKind::Weight;
    case BufferKind::Variable:
      return fb::BufferKind::Variable;
    case BufferKind::Constant:
      return fb::BufferKind::Constant;
    }
    return fb::BufferKind::Arena;
  };
  std::vector<fb::Buffer> structs;
  for (const Buffer &buffer : entry.buffers)
    structs.emplace_back(kind(buffer.kind), buffer.index, buffer.offset,
                         buffer.size);
  return structs;
}

Offset<fb::Entry> Builder::entry(const Entry &entry) {
  auto name = b.CreateString(entry.name);
  auto dims = tables<fb::Dim>(entry.dims, [&](size_t i) {
    auto dimName = b.CreateString(entry.dims[i].name);
    return fb::CreateDim(b, dimName, entry.dims[i].size);
  });
  auto inputs = tables<fb::Tensor>(
      entry.inputs, [&](size_t i) { return tensor(entry.inputs[i]); });
  auto outputs = tables<fb::Tensor>(
      entry.outputs, [&](size_t i) { return tensor(entry.outputs[i]); });
  std::vector<fb::Tie> ties;
  for (const Tie &tie : entry.ties)
    ties.emplace_back(tie.variable, access(tie.access));
  auto tieVector = b.CreateVectorOfStructs(ties);
  std::vector<fb::Allocation> allocations;
  for (const Allocation &allocation : entry.allocations)
    allocations.emplace_back(allocation.offset, allocation.size);
  auto allocationVector = b.CreateVectorOfStructs(allocations);
  auto bufferVector = b.CreateVectorOfStructs(buffers(entry));
  std::vector<std::string> names;
  for (const Buffer &buffer : entry.buffers)
    names.push_back(buffer.name);
  bool named = std::any_of(names.begin(), names.end(),
                           [](const std::string &s) { return !s.empty(); });
  Offset<flatbuffers::Vector<Offset<flatbuffers::String>>> nameVector = 0;
  if (named)
    nameVector = b.CreateVectorOfStrings(names);

  std::vector<fb::Instruction> types;
  std::vector<Offset<void>> instructions;
  for (const Instruction &instruction : entry.instructions) {
    if (const auto *copy = std::get_if<Copy>(&instruction)) {
      types.push_back(fb::Instruction::Copy);
      instructions.push_back(fb::CreateCopy(b, copy->from, copy->to).Union());
      continue;
    }
    const auto &launch = std::get<Launch>(instruction);
    auto arguments = b.CreateVector(launch.buffers);
    auto scalars = b.CreateVector(launch.scalars);
    auto provenance = optional(launch.provenance);
    types.push_back(fb::Instruction::Launch);
    instructions.push_back(
        fb::CreateLaunch(b, launch.kernel, arguments, scalars, provenance)
            .Union());
  }
  auto typeVector = b.CreateVector(types);
  auto instructionVector = b.CreateVector(instructions);

  fb::EntryBuilder builder(b);
  builder.add_name(name);
  builder.add_dims(dims);
  builder.add_inputs(inputs);
  builder.add_outputs(outputs);
  builder.add_ties(tieVector);
  builder.add_arena_size(entry.arenaSize);
  builder.add_arena_alignment(entry.arenaAlignment);
  builder.add_lower_bound(entry.lowerBound);
  builder.add_peak(entry.peak);
  builder.add_scratch_size(scratchOf(entry));
  builder.add_allocations(allocationVector);
  builder.add_buffers(bufferVector);
  builder.add_buffer_names(nameVector);
  builder.add_instructions_type(typeVector);
  builder.add_instructions(instructionVector);
  return builder.Finish();
}

absl::StatusOr<std::vector<uint8_t>> Builder::build() {
  auto variants = tables<fb::Variant>(contents.variants, [&](size_t i) {
    auto name = b.CreateString(contents.variants[i].name);
    auto features = b.CreateVectorOfStrings(contents.variants[i].features);
    return fb::CreateVariant(b, name, features);
  });
  auto kernels =
      tables<fb::Kernel>(contents.kernels, [&](size_t i) { return kernel(i); });
  auto weights = tables<fb::Weight>(contents.weights, [&](size_t i) {
    const Weight &w = contents.weights[i];
    const Placed &placed = placements.weights[i];
    auto name = b.CreateString(w.name);
    auto shape = b.CreateVector(w.shape);
    auto layout = optional(w.layout);
    return fb::CreateWeight(b, name, dtype(w.dtype), shape, layout,
                            placed.offset, placed.size, placed.hash);
  });
  std::vector<fb::Constant> constants;
  for (const Placed &placed : placements.constants)
    constants.emplace_back(placed.offset, placed.size);
  auto constantVector = b.CreateVectorOfStructs(constants);
  auto variables = tables<fb::Variable>(contents.variables, [&](size_t i) {
    const Variable &v = contents.variables[i];
    auto name = b.CreateString(v.name);
    auto shape = b.CreateVector(v.shape);
    auto layout = optional(v.layout);
    return fb::CreateVariable(b, name, dtype(v.dtype), shape, layout,
                              placements.variableOffsets[i], v.size);
  });
  auto entries = tables<fb::Entry>(
      contents.entries, [&](size_t i) { return entry(contents.entries[i]); });
  flatbuffers::Offset<fb::Source> source;
  if (contents.source) {
    const Source &given = *contents.source;
    auto files = tables<fb::SourceFile>(given.files, [&](size_t i) {
      const Placed &placed = placements.sourceFiles[i];
      return fb::CreateSourceFile(b, b.CreateString(given.files[i].path),
                                  placed.offset, placed.size);
    });
    auto dims = b.CreateVectorOfStrings(given.openDims);
    source =
        fb::CreateSource(b, files, dims, b.CreateString(given.description));
  }
  auto producer = b.CreateString(contents.producer);
  auto arch = b.CreateString(contents.targetArch);
  if (!status.ok())
    return status;
  auto root =
      fb::CreateArtifact(b, rt::kFormatVersion, TN_KERNEL_ABI_VERSION, producer,
                         arch, variants, kernels, weights, constantVector,
                         variables, placements.stateSize, entries, source);
  b.Finish(root, fb::ArtifactIdentifier());
  return std::vector<uint8_t>(b.GetBufferPointer(),
                              b.GetBufferPointer() + b.GetSize());
}

} // namespace

absl::StatusOr<std::vector<uint8_t>>
buildMetadata(const ArtifactContents &contents, const Placements &placements) {
  return Builder(contents, placements).build();
}

} // namespace tenon::artifact
