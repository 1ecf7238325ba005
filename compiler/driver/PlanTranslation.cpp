#include "compiler/driver/PlanTranslation.h"

#include "compiler/artifact/ArenaAllocations.h"
#include "compiler/report/Decisions.h"
#include "compiler/report/Provenance.h"
#include "ir/graph/GraphOps.h"
#include "ir/plan/PlanOps.h"

#include "llvm/ADT/MapVector.h"

namespace tenon::driver {
namespace {

using namespace artifact;
using kernel::LayoutAttr;
using mlir::RankedTensorType;

std::string typeText(mlir::Type type) {
  std::string text;
  llvm::raw_string_ostream(text) << type;
  return text;
}

std::string layoutText(LayoutAttr layout) {
  if (!layout || layout.isRowMajor())
    return "";
  std::string text;
  llvm::raw_string_ostream(text) << layout;
  return text;
}

/// Bytes of `elements` elements; two of 4 bits share a byte.
uint64_t byteSize(mlir::Type type, int64_t elements) {
  int64_t bits = 0;
  if (auto complex = mlir::dyn_cast<mlir::ComplexType>(type))
    bits = 2 * complex.getElementType().getIntOrFloatBitWidth();
  else
    bits = type.getIntOrFloatBitWidth();
  if (bits >= 8 || bits == 1)
    return static_cast<uint64_t>(elements * std::max<int64_t>(1, bits / 8));
  return static_cast<uint64_t>((elements * bits + 7) / 8);
}

RankedTensorType tensorType(mlir::Type type) {
  return mlir::cast<RankedTensorType>(type);
}

class Translator {
public:
  Translator(mlir::ModuleOp module, const std::vector<VariantCode> &code,
             const TranslationOptions &options)
      : symbols(module), module(module), code(code), options(options) {}

  absl::StatusOr<ArtifactContents> run();

private:
  absl::StatusOr<Entry> translateEntry(plan::EntryOp op);
  absl::Status translateInput(plan::InputOp op, Entry &entry);
  absl::Status translateOutput(plan::OutputOp op, Entry &entry);
  absl::Status translateWeight(plan::WeightOp op, Entry &entry);
  void translateArena(plan::EntryOp op, Entry &entry);
  absl::StatusOr<Launch> translateLaunch(plan::LaunchOp op, const Entry &entry);

  absl::StatusOr<uint32_t> kernelIndex(llvm::StringRef symbol);
  absl::StatusOr<uint32_t> variableIndex(llvm::StringRef symbol);
  Tensor signatureTensor(llvm::StringRef name, mlir::Type type,
                         uint64_t size) const;
  void addBuffer(mlir::Value value, Entry &entry, Buffer buffer);

  mlir::SymbolTable symbols;
  mlir::ModuleOp module;
  const std::vector<VariantCode> &code;
  const TranslationOptions &options;
  ArtifactContents contents;
  llvm::MapVector<mlir::Operation *, uint32_t> kernels;
  llvm::DenseMap<std::pair<mlir::Operation *, mlir::Attribute>, uint32_t>
      weights;
  llvm::DenseMap<mlir::Operation *, uint32_t> variables;
  llvm::DenseMap<mlir::Attribute, uint32_t> constants;
  // Of the entry at hand.
  llvm::DenseMap<mlir::Value, uint32_t> buffers;
  llvm::DenseMap<mlir::Operation *, uint32_t> weightInputs;
};

void Translator::addBuffer(mlir::Value value, Entry &entry, Buffer buffer) {
  buffers[value] = static_cast<uint32_t>(entry.buffers.size());
  entry.buffers.push_back(std::move(buffer));
}

Tensor Translator::signatureTensor(llvm::StringRef name, mlir::Type type,
                                   uint64_t size) const {
  RankedTensorType tensor = tensorType(type);
  if (options.prepare) {
    // The plan's layouts are kept, which a signature cannot say.
    Tensor bytes{name.str(), "ui8", {static_cast<int64_t>(size)}, {}, 0};
    bytes.alignment =
        static_cast<uint32_t>(byteSize(tensor.getElementType(), 1));
    return bytes;
  }
  return {name.str(),
          typeText(tensor.getElementType()),
          {tensor.getShape().begin(), tensor.getShape().end()},
          {},
          0};
}

absl::StatusOr<uint32_t> Translator::variableIndex(llvm::StringRef symbol) {
  auto op = symbols.lookup<graph::VariableOp>(symbol);
  if (!op)
    return absl::InternalError("no tenon.variable @" + symbol.str());
  auto [it, isNew] = variables.try_emplace(
      op, static_cast<uint32_t>(contents.variables.size()));
  if (!isNew)
    return it->second;
  RankedTensorType type = op.getTensorType();
  Variable variable{symbol.str(),
                    typeText(type.getElementType()),
                    {type.getShape().begin(), type.getShape().end()},
                    "",
                    byteSize(type.getElementType(), type.getNumElements()),
                    std::nullopt};
  if (auto reference =
          mlir::dyn_cast<mlir::FlatSymbolRefAttr>(op.getInitial())) {
    auto source = options.weightSource(symbols.lookup(reference.getValue()),
                                       LayoutAttr());
    if (!source.ok())
      return source.status();
    variable.initial = std::move(*source);
  } else {
    auto elements = mlir::cast<mlir::ElementsAttr>(op.getInitial());
    if (!elements.isSplat() ||
        llvm::any_of(elementBytes(elements), [](uint8_t b) { return b; }))
      variable.initial = ByteSource::fromVector(elementBytes(elements));
  }
  contents.variables.push_back(std::move(variable));
  return it->second;
}

absl::StatusOr<uint32_t> Translator::kernelIndex(llvm::StringRef symbol) {
  auto op = symbols.lookup<plan::KernelOp>(symbol);
  if (!op)
    return absl::InternalError("no plan.kernel @" + symbol.str());
  auto [it, isNew] =
      kernels.try_emplace(op, static_cast<uint32_t>(contents.kernels.size()));
  if (!isNew)
    return it->second;
  auto fused = mlir::cast<kernel::FusedOp>(op.getFused());
  Kernel kernel;
  kernel.name = symbol.str();
  kernel.provenance = report::provenance(fused.getLoc());
  auto addOperand = [&](mlir::Value value, LayoutAttr layout, Access access) {
    RankedTensorType type = tensorType(value.getType());
    kernel.operands.push_back({byteSize(type.getElementType(),
                                        layout.getNumElements(type.getShape())),
                               access});
  };
  for (auto [i, value] : llvm::enumerate(fused.getInputs()))
    addOperand(value, fused.getInputLayout(i), Access::Read);
  for (auto [i, value] : llvm::enumerate(fused.getOutputs())) {
    addOperand(value, fused.getOutputLayout(i), Access::Write);
    if (int64_t tied = fused.getTie(i); tied >= 0)
      kernel.operands[tied].access = Access::ReadWrite;
  }
  for (const VariantCode &variant : code) {
    auto found = variant.kernels.find(symbol.str());
    if (found == variant.kernels.end())
      return absl::InternalError("no code for kernel " + symbol.str());
    kernel.code.push_back(found->second);
  }
  contents.kernels.push_back(std::move(kernel));
  return it->second;
}

absl::Status Translator::translateInput(plan::InputOp op, Entry &entry) {
  auto size = static_cast<uint64_t>(op.getSize());
  if (auto symbol = op.getVariable()) {
    auto index = variableIndex(*symbol);
    if (!index.ok())
      return index.status();
    entry.ties.push_back({*index, Access::Read});
    addBuffer(op.getBuffer(), entry,
              {BufferKind::Variable, *index, 0, size, symbol->str()});
    return absl::OkStatus();
  }
  auto index = static_cast<uint32_t>(entry.inputs.size());
  entry.inputs.push_back(signatureTensor(op.getName(), op.getTensor(), size));
  addBuffer(op.getBuffer(), entry,
            {BufferKind::Input, index, 0, size, op.getName().str()});
  return absl::OkStatus();
}

absl::Status Translator::translateOutput(plan::OutputOp op, Entry &entry) {
  auto size = static_cast<uint64_t>(op.getSize());
  if (auto tied = op.getTied()) {
    for (plan::InputOp input : op->getBlock()->getOps<plan::InputOp>()) {
      if (input.getIndex() != *tied || !input.getVariable())
        continue;
      auto variable = variableIndex(*input.getVariable());
      if (!variable.ok())
        return variable.status();
      for (Tie &tie : entry.ties)
        if (tie.variable == *variable)
          tie.access = Access::ReadWrite;
      buffers[op.getBuffer()] = buffers.lookup(input.getBuffer());
      return absl::OkStatus();
    }
    // A donated input stays the caller's: the output may be bound to the same
    // memory, and need not be.
  }
  auto index = static_cast<uint32_t>(entry.outputs.size());
  entry.outputs.push_back(signatureTensor(op.getName(), op.getTensor(), size));
  addBuffer(op.getBuffer(), entry,
            {BufferKind::Output, index, 0, size, op.getName().str()});
  return absl::OkStatus();
}

absl::Status Translator::translateWeight(plan::WeightOp op, Entry &entry) {
  mlir::Operation *symbol = symbols.lookup(op.getSymbol());
  if (!symbol)
    return absl::InternalError("no weight @" + op.getSymbol().str());
  auto size = static_cast<uint64_t>(op.getSize());
  if (options.prepare) {
    auto [it, isNew] = weightInputs.try_emplace(
        symbol, static_cast<uint32_t>(entry.inputs.size()));
    if (isNew)
      entry.inputs.push_back(
          signatureTensor(op.getSymbol(), op.getTensor(), size));
    addBuffer(op.getBuffer(), entry,
              {BufferKind::Input, it->second, 0, size, op.getSymbol().str()});
    return absl::OkStatus();
  }
  auto [it, isNew] = weights.try_emplace(
      {symbol, op.getLayout()}, static_cast<uint32_t>(contents.weights.size()));
  if (isNew) {
    auto source = options.weightSource(symbol, op.getLayout());
    if (!source.ok())
      return source.status();
    RankedTensorType type = tensorType(op.getTensor());
    contents.weights.push_back(
        {op.getSymbol().str(),
         typeText(type.getElementType()),
         {type.getShape().begin(), type.getShape().end()},
         layoutText(op.getLayout()),
         std::move(*source)});
  }
  addBuffer(op.getBuffer(), entry,
            {BufferKind::Weight, it->second, 0, size, op.getSymbol().str()});
  return absl::OkStatus();
}

void Translator::translateArena(plan::EntryOp op, Entry &entry) {
  llvm::SmallVector<plan::ArenaOp> ops(op.getBody().getOps<plan::ArenaOp>());
  std::vector<ArenaPlace> places;
  for (plan::ArenaOp arena : ops)
    places.push_back({static_cast<uint64_t>(arena.getOffset()),
                      static_cast<uint64_t>(arena.getSize()),
                      static_cast<int64_t>(arena.getFirst()),
                      static_cast<int64_t>(arena.getLast())});
  std::vector<uint32_t> allocations =
      assignAllocations(places, entry.allocations);
  for (auto [arena, place, index] : llvm::zip(ops, places, allocations))
    addBuffer(arena.getBuffer(), entry,
              {BufferKind::Arena, index,
               place.offset - entry.allocations[index].offset, place.size,
               report::provenance(arena.getLoc(), 1)});
}

absl::StatusOr<Launch> Translator::translateLaunch(plan::LaunchOp op,
                                                   const Entry &entry) {
  auto kernel = kernelIndex(op.getKernel());
  if (!kernel.ok())
    return kernel.status();
  Launch launch{*kernel, {}, {}, report::provenance(op.getLoc())};
  for (auto [i, buffer] : llvm::enumerate(op.getInputs())) {
    uint32_t number = buffers.lookup(buffer);
    launch.buffers.push_back(number);
    // A donated input is written through its output only, if the caller has
    // bound both to one memory.
    Access &access = contents.kernels[*kernel].operands[i].access;
    if (entry.buffers[number].kind == BufferKind::Input)
      access = Access::Read;
  }
  for (mlir::Value buffer : op.getOutputs())
    launch.buffers.push_back(buffers.lookup(buffer));
  return launch;
}

absl::StatusOr<Entry> Translator::translateEntry(plan::EntryOp op) {
  buffers.clear();
  weightInputs.clear();
  Entry entry;
  entry.name = op.getSpecializes().value_or(op.getSymName()).str();
  if (auto dims = op.getDims())
    for (mlir::NamedAttribute dim : *dims)
      entry.dims.push_back(
          {dim.getName().str(),
           mlir::cast<mlir::IntegerAttr>(dim.getValue()).getInt()});
  entry.arenaSize = static_cast<uint64_t>(op.getArenaSize());
  entry.peak = static_cast<uint64_t>(op.getPeak());
  entry.lowerBound = static_cast<uint64_t>(op.getLowerBound());

  auto byIndex = [](auto a, auto b) { return a.getIndex() < b.getIndex(); };
  llvm::SmallVector<plan::InputOp> inputs(op.getBody().getOps<plan::InputOp>());
  llvm::SmallVector<plan::OutputOp> outputs(
      op.getBody().getOps<plan::OutputOp>());
  llvm::sort(inputs, byIndex);
  llvm::sort(outputs, byIndex);
  absl::Status status;
  for (plan::InputOp input : inputs)
    status.Update(translateInput(input, entry));
  for (plan::WeightOp weight : op.getBody().getOps<plan::WeightOp>())
    status.Update(translateWeight(weight, entry));
  for (plan::ConstantOp constant : op.getBody().getOps<plan::ConstantOp>()) {
    auto [it, isNew] = constants.try_emplace(
        constant.getValue(), static_cast<uint32_t>(contents.constants.size()));
    if (isNew)
      contents.constants.push_back({elementBytes(constant.getValue())});
    addBuffer(constant.getBuffer(), entry,
              {BufferKind::Constant, it->second, 0,
               static_cast<uint64_t>(constant.getSize()), "constant"});
  }
  for (plan::OutputOp output : outputs)
    status.Update(translateOutput(output, entry));
  translateArena(op, entry);
  for (plan::LaunchOp launchOp : op.getBody().getOps<plan::LaunchOp>()) {
    auto launch = translateLaunch(launchOp, entry);
    status.Update(launch.status());
    if (launch.ok())
      entry.instructions.push_back(std::move(*launch));
  }
  if (!status.ok())
    return status;
  return entry;
}

absl::StatusOr<ArtifactContents> Translator::run() {
  contents.producer = options.producer;
  contents.targetArch = options.targetArch;
  for (const VariantCode &variant : code)
    contents.variants.push_back(variant.variant);
  for (plan::EntryOp op : module.getOps<plan::EntryOp>()) {
    if (op.getPrepare() != options.prepare)
      continue;
    auto entry = translateEntry(op);
    if (!entry.ok())
      return entry.status();
    contents.entries.push_back(std::move(*entry));
  }
  if (!options.prepare) {
    llvm::SmallVector<kernel::FusedOp> used;
    for (auto &[op, index] : kernels)
      used.push_back(mlir::cast<kernel::FusedOp>(
          mlir::cast<plan::KernelOp>(op).getFused()));
    contents.debugJson = report::decisionsJson(used);
  }
  return std::move(contents);
}

} // namespace

absl::StatusOr<ArtifactContents>
translatePlan(mlir::ModuleOp module, const std::vector<VariantCode> &code,
              const TranslationOptions &options) {
  return Translator(module, code, options).run();
}

} // namespace tenon::driver
