#include "test/backends/cuda/support/EmulatedDevice.h"

#include "compiler/driver/Compile.h"
#include "compiler/driver/Dialects.h"
#include "compiler/report/Error.h"
#include "ir/plan/PlanOps.h"
#include "runtime/loader/Metadata.h"

#include "mlir/Parser/Parser.h"
#include "llvm/Support/MemoryBuffer.h"

using namespace mlir;
using namespace tenon;
using namespace tenon::cuda;
using reference::Tensor;

std::string EmulatedDevice::open(const std::string &configuredText,
                                 const target::TargetDescription &target) {
  DialectRegistry registry;
  driver::registerDialects(registry);
  context.appendDialectRegistry(registry);
  context.loadAllAvailableDialects();
  std::string diagnostics;
  ScopedDiagnosticHandler handler(&context, [&](Diagnostic &diagnostic) {
    diagnostics += diagnostic.str() + "\n";
    return success();
  });
  plan = parseSourceString<ModuleOp>(configuredText, &context);
  if (!plan)
    return "the plan cannot be read: " + diagnostics;
  llvm::DenseSet<StringRef> used;
  for (plan::EntryOp entry : plan->getOps<plan::EntryOp>())
    if (!entry.getPrepare())
      for (plan::LaunchOp launch : entry.getBody().getOps<plan::LaunchOp>())
        used.insert(launch.getKernel());
  for (plan::KernelOp op : plan->getOps<plan::KernelOp>())
    if (used.contains(op.getSymName()) &&
        !module.add(cast<kernel::FusedOp>(op.getFused()), op.getSymName(),
                    target))
      return "kernel " + op.getSymName().str() + ": " + diagnostics;
  if (used.empty())
    return "";
  std::string wrong = module.compile();
  return wrong.empty() ? "" : wrong + ": " + diagnostics;
}

rt::Code EmulatedDevice::load(const rt::Model &model, rt::Diagnostic &) {
  for (const fb::Kernel *kernel : *model.metadata().kernels())
    kernels.push_back(&module.get(kernel->name()->str()));
  return rt::Code::Ok;
}

void EmulatedDevice::launch(const rt::KernelLaunch &launch) {
  const EmulatedKernel &kernel = *kernels[launch.kernel];
  // As the real device does: blocks with scratch are limited in number.
  int64_t grid = kernel.scratchBytes > 0
                     ? std::min<int64_t>(launch.numTiles, workers())
                     : launch.numTiles;
  std::string wrong =
      kernel.run(launch.buffers, launch.scratch[0], 0, grid, grid, order);
  if (!wrong.empty())
    failure += wrong + "\n";
}

EmulatedModel::~EmulatedModel() {
  session.reset();
  if (loaded)
    loaded->release();
}

std::string
EmulatedModel::compile(const std::string &model, llvm::StringRef target,
                       const std::string &folder,
                       const std::vector<std::pair<std::string, int64_t>> &dims,
                       const std::string &trainingSpec) {
  auto description = target::lookupTarget(target);
  if (!description)
    return llvm::toString(description.takeError());
  driver::CompileOptions options;
  options.model = model;
  options.trainingSpec = trainingSpec;
  options.targets = {*description};
  for (const auto &[name, size] : dims)
    options.dims.push_back({name, {size}});
  options.output = folder + "/model.tenon";
  if (auto summary = driver::compile(options); !summary.ok())
    return report::describe(summary.status());
  options.output = folder + "/configured.mlir";
  options.to = pipeline::Phase::Configured;
  if (auto summary = driver::compile(options); !summary.ok())
    return report::describe(summary.status());
  return open(folder + "/model.tenon", options.output, *description);
}

std::string EmulatedModel::open(const std::string &artifact,
                                const std::string &configured,
                                const target::TargetDescription &target) {
  auto text = llvm::MemoryBuffer::getFile(configured);
  if (!text)
    return "no plan was written";
  device = std::make_unique<EmulatedDevice>();
  if (std::string wrong = device->open((*text)->getBuffer().str(), target);
      !wrong.empty())
    return wrong;
  rt::Diagnostic diagnostic;
  rt::LoadOptions load;
  load.gpuCapability = [](int &capability, rt::Diagnostic &) {
    capability = 90;
    return rt::Code::Ok;
  };
  session = std::make_unique<rt::Session>();
  rt::SessionOptions sessionOptions;
  sessionOptions.memory.workers = device->workers();
  if (rt::failed(
          rt::Model::loadFile(artifact.c_str(), load, loaded, diagnostic)) ||
      rt::failed(session->create(*loaded, *device, sessionOptions, diagnostic)))
    return diagnostic.message();
  return "";
}

std::optional<uint32_t>
EmulatedModel::findEntry(const std::string &entry) const {
  for (uint32_t i = 0; i < loaded->entries().size(); ++i)
    if (loaded->metadata()
            .entries()
            ->Get(loaded->entries().metadataIndex(i, 0))
            ->name()
            ->str() == entry)
      return i;
  return std::nullopt;
}

static reference::Tensors makeTensors(const fb::Tensors &signature) {
  reference::Tensors tensors;
  for (const fb::Tensor *tensor : signature)
    tensors.emplace_back(
        *reference::parseElementType(
            rt::dtypeName(static_cast<rt::DType>(tensor->dtype()))),
        llvm::ArrayRef(tensor->shape()->data(), tensor->shape()->size()));
  return tensors;
}

reference::Tensors EmulatedModel::makeInputs(uint32_t entry) const {
  return makeTensors(*loaded->metadata()
                          .entries()
                          ->Get(loaded->entries().metadataIndex(entry, 0))
                          ->inputs());
}

reference::Tensors EmulatedModel::makeOutputs(uint32_t entry) const {
  return makeTensors(*loaded->metadata()
                          .entries()
                          ->Get(loaded->entries().metadataIndex(entry, 0))
                          ->outputs());
}

std::string EmulatedModel::run(const std::string &entry,
                               llvm::ArrayRef<Tensor> inputs,
                               llvm::MutableArrayRef<Tensor> outputs,
                               TurnOrder order) {
  rt::Diagnostic diagnostic;
  std::optional<uint32_t> found = findEntry(entry);
  if (!found)
    return "there is no entry " + entry;
  uint32_t index = *found;
  for (auto [i, input] : llvm::enumerate(inputs)) {
    llvm::StringRef name =
        reference::getElementTypeName(input.getElementType());
    rt::TensorView view{rt::parseDType(name.data(), name.size()),
                        input.getShape().data(), input.getShape().size(),
                        input.getData()};
    if (rt::failed(session->bindInput(index, i, view, diagnostic)))
      return diagnostic.message();
  }
  for (auto [i, output] : llvm::enumerate(outputs))
    if (rt::failed(session->bindOutput(index, i, output.getMutableData(),
                                       output.getByteSize(), diagnostic)))
      return diagnostic.message();
  device->failure.clear();
  device->order = order;
  if (rt::failed(session->run(index, diagnostic)))
    return diagnostic.message();
  return device->failure;
}
