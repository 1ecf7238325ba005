#include "test/backends/cpu/support/KernelRunner.h"

#include "backends/common/emit/ElementTypes.h"
#include "backends/cpu/codegen/Codegen.h"
#include "backends/cpu/emit/KernelEmitter.h"
#include "backends/cpu/strategy/Strategy.h"
#include "backends/reference/Interpreter.h"
#include "ir/graph/GraphOps.h"
#include "passes/Passes.h"
#include "test/backends/cpu/support/EmulatedRun.h"
#include "test/backends/cpu/support/LoadedImage.h"

#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/Passes.h"

#include "llvm/Support/FormatVariadic.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstring>
#include <random>

using namespace mlir;
using namespace tenon;
using namespace tenon::cpu;
using reference::ElementType;
using reference::Tensor;

namespace {

/// One cache line; a vector of them is aligned as kernels expect.
struct alignas(64) Line {
  uint8_t bytes[64];
};

/// A buffer as a kernel sees it.
struct Buffer {
  explicit Buffer(size_t bytes) : lines(bytes / 64 + 1), bytes(bytes) {}
  uint8_t *data() { return lines.data()->bytes; }
  std::vector<Line> lines;
  size_t bytes;
};

/// Visits each index of `shape` with its offset in `layout`.
void forEachElement(kernel::LayoutAttr layout, llvm::ArrayRef<int64_t> shape,
                    llvm::function_ref<void(int64_t, int64_t)> visit) {
  AffineMap map = layout.getOffsetMap(shape);
  int64_t count = 1;
  for (int64_t extent : shape)
    count *= extent;
  SmallVector<int64_t> index(shape.size(), 0);
  for (int64_t linear = 0; linear < count; ++linear) {
    visit(linear, map.compose(index)[0]);
    for (int64_t dim = shape.size() - 1; dim >= 0; --dim) {
      if (++index[dim] < shape[dim])
        break;
      index[dim] = 0;
    }
  }
}

Buffer toPhysical(const Tensor &tensor, kernel::LayoutAttr layout) {
  int64_t width = reference::getByteWidth(tensor.getElementType());
  Buffer buffer(layout.getNumElements(tensor.getShape()) * width);
  std::memset(buffer.data(), 0, buffer.bytes);
  const auto *data = static_cast<const uint8_t *>(tensor.getData());
  forEachElement(layout, tensor.getShape(),
                 [&](int64_t linear, int64_t offset) {
                   std::memcpy(buffer.data() + offset * width,
                               data + linear * width, width);
                 });
  return buffer;
}

} // namespace

struct KernelRunner::Parts {
  MLIRContext context;
  OwningOpRef<ModuleOp> module;
  double floatLow = -2, floatHigh = 2;
  int64_t integerLow = -5, integerHigh = 5;
  std::map<unsigned, std::vector<double>> given;
  std::unique_ptr<ScopedDiagnosticHandler> handler;

  Tensor makeInput(kernel::FusedOp kernel, unsigned i);
};

KernelRunner::KernelRunner(llvm::StringRef text)
    : KernelRunner(text, [](DialectRegistry &) {}) {}

KernelRunner::KernelRunner(llvm::StringRef text,
                           void (*registerBackend)(DialectRegistry &))
    : parts(std::make_unique<Parts>()) {
  DialectRegistry registry;
  registerEmission(registry);
  registerBackend(registry);
  registry.insert<graph::TenonDialect, kernel::KernelDialect>();
  parts->context.appendDialectRegistry(registry);
  parts->context.loadAllAvailableDialects();
  parts->handler = std::make_unique<ScopedDiagnosticHandler>(
      &parts->context, [this](Diagnostic &diagnostic) {
        diagnostics += diagnostic.str() + "\n";
        return success();
      });
  parts->module = parseSourceString<ModuleOp>(text, &parts->context);
}

KernelRunner::~KernelRunner() = default;

void KernelRunner::setFloatRange(double low, double high) {
  parts->floatLow = low;
  parts->floatHigh = high;
}

void KernelRunner::setIntegerRange(int64_t low, int64_t high) {
  parts->integerLow = low;
  parts->integerHigh = high;
}

void KernelRunner::setInput(unsigned i, std::vector<double> values) {
  parts->given[i] = std::move(values);
}

bool KernelRunner::makeKernels(llvm::StringRef target) {
  auto description = target::lookupTarget(target);
  if (!parts->module || !description)
    return false;
  PassManager manager(&parts->context);
  manager.addPass(createCanonicalizerPass());
  manager.addPass(createDecompose());
  manager.addPass(createCanonicalizerPass());
  manager.addPass(createCSEPass());
  manager.addNestedPass<graph::EntryOp>(createFuse());
  manager.addPass(createAssignLayouts());
  manager.addPass(createConfigure(*description));
  return succeeded(manager.run(*parts->module));
}

Tensor KernelRunner::Parts::makeInput(kernel::FusedOp kernel, unsigned i) {
  auto type = cast<RankedTensorType>(kernel.getInputs()[i].getType());
  ElementType element = *reference::getElementType(type.getElementType());
  Tensor tensor(element, type.getShape());
  std::mt19937 random(1234 + i);
  std::uniform_real_distribution<double> floats(floatLow, floatHigh);
  bool isUnsigned =
      reference::getElementClass(element) == reference::ElementClass::Unsigned;
  std::uniform_int_distribution<int64_t> integers(
      isUnsigned ? std::max<int64_t>(integerLow, 0) : integerLow, integerHigh);
  auto it = given.find(i);
  for (int64_t n = 0; n < tensor.getNumElements(); ++n) {
    if (it != given.end()) {
      double value = it->second[n % it->second.size()];
      if (reference::isFloat(element))
        tensor.set<double>(n, value);
      else
        tensor.set<int64_t>(n, static_cast<int64_t>(value));
    } else if (reference::isFloat(element)) {
      tensor.set<double>(n, floats(random));
    } else if (element == ElementType::I1) {
      tensor.set<int64_t>(n, random() & 1);
    } else {
      tensor.set<int64_t>(n, integers(random));
    }
  }
  return tensor;
}

static std::string compare(const Tensor &expected, const uint8_t *actualBytes,
                           kernel::LayoutAttr layout, Tolerance tolerance) {
  Tensor actual(expected.getElementType(), expected.getShape());
  int64_t width = reference::getByteWidth(expected.getElementType());
  auto *data = static_cast<uint8_t *>(actual.getMutableData());
  int64_t count = layout.getNumElements(expected.getShape());
  std::vector<bool> logical(count, false);
  forEachElement(
      layout, expected.getShape(), [&](int64_t linear, int64_t offset) {
        logical[offset] = true;
        std::memcpy(data + linear * width, actualBytes + offset * width, width);
      });
  std::string wrong;
  llvm::raw_string_ostream os(wrong);
  int errors = 0;
  bool isFloat = reference::isFloat(expected.getElementType());
  for (int64_t n = 0; n < expected.getNumElements() && errors < 5; ++n) {
    bool same;
    if (isFloat) {
      double e = expected.get<double>(n), a = actual.get<double>(n);
      if (std::isnan(e))
        same = std::isnan(a);
      else if (tolerance.absolute == 0 && tolerance.relative == 0)
        same = expected.getBits(n) == actual.getBits(n);
      else
        same =
            e == a || std::abs(e - a) <=
                          tolerance.absolute + tolerance.relative * std::abs(e);
    } else {
      same = expected.getBits(n) == actual.getBits(n);
    }
    if (same)
      continue;
    ++errors;
    os << "element " << n << ": expected ";
    reference::printElement(os, expected, n);
    os << ", got ";
    reference::printElement(os, actual, n);
    os << "\n";
  }
  for (int64_t n = 0; n < count && errors < 5; ++n)
    for (int64_t byte = 0; byte < width && !logical[n]; ++byte)
      if (actualBytes[n * width + byte]) {
        os << "element " << n << " of the storage lies around the tensor and "
           << "is not zero\n";
        ++errors;
        break;
      }
  return wrong;
}

std::string KernelRunner::check(Tolerance tolerance, llvm::StringRef target) {
  if (!parts->module)
    return diagnostics;
  std::string wrong;
  int64_t count = 0;
  parts->module->walk([&](kernel::FusedOp kernel) {
    ++count;
    std::string here = checkOne(kernel, tolerance, target);
    if (here.empty())
      return;
    wrong += "kernel " + kernel.getKernelName().str() + ":\n" + here;
    llvm::raw_string_ostream os(wrong);
    kernel.print(os);
    os << "\n";
  });
  return count ? wrong : "no kernel: " + diagnostics;
}

std::unique_ptr<Pass>
KernelRunner::createConfigure(const target::TargetDescription &target) {
  return createConfigureKernels(target);
}

std::string KernelRunner::compile(kernel::FusedOp kernel,
                                  llvm::StringRef target, Compiled &result) {
  auto description = target::lookupTarget(target);
  if (!description)
    return llvm::toString(description.takeError());
  OwningOpRef<ModuleOp> code =
      ModuleOp::create(UnknownLoc::get(&parts->context));
  auto emitted = emitKernel(kernel, *code, "k", {*description});
  if (failed(emitted))
    return "emission failed: " + diagnostics;
  result.scratchBytes = emitted->scratchBytes;
  CodegenOptions options;
  options.target = *description;
  auto image = compileToImage(*code, options);
  if (failed(image))
    return "code generation failed: " + diagnostics;
  result.code = *image;
  if (!emulator.empty())
    return "";
  auto loaded = std::make_shared<LoadedImage>(*image);
  KernelFunction function = loaded->kernel("k");
  if (!function)
    return "loading failed: " + loaded->error;
  result.run = [loaded, function](void *const *buffers, void *scratch,
                                  int64_t begin, int64_t end) {
    function(buffers, nullptr, scratch, begin, end);
    return std::string();
  };
  return "";
}

std::string KernelRunner::time(llvm::StringRef target) {
  std::string table;
  llvm::raw_string_ostream os(table);
  parts->module->walk([&](kernel::FusedOp kernel) {
    Compiled compiled;
    std::string error = compile(kernel, target, compiled);
    if (!error.empty()) {
      os << kernel.getKernelName() << ": " << error << "\n";
      return;
    }
    std::vector<Buffer> buffers;
    for (unsigned i = 0; i < kernel.getInputs().size(); ++i)
      buffers.push_back(
          toPhysical(parts->makeInput(kernel, i), kernel.getInputLayout(i)));
    for (auto [i, output] : llvm::enumerate(kernel.getOutputs())) {
      auto type = cast<RankedTensorType>(output.getType());
      buffers.emplace_back(
          kernel.getOutputLayout(i).getNumElements(type.getShape()) *
          emit::getMemoryBytes(type.getElementType()));
    }
    buffers.emplace_back(compiled.scratchBytes);
    std::vector<void *> pointers;
    for (Buffer &buffer : buffers)
      pointers.push_back(buffer.data());
    int64_t tiles =
        kernel.getTileAttr() ? kernel.getTileAttr().getNumTiles() : 1;
    double best = 1e30, total = 0;
    for (int run = 0; run < 1000 && total < 0.5; ++run) {
      auto start = std::chrono::steady_clock::now();
      compiled.run(pointers.data(), pointers.back(), 0, tiles);
      std::chrono::duration<double> elapsed =
          std::chrono::steady_clock::now() - start;
      best = std::min(best, elapsed.count());
      total += elapsed.count();
    }
    os << llvm::formatv("{0,10:f1} us  {1,5} tiles  {2,8} scratch  {3}\n",
                        best * 1e6, tiles, compiled.scratchBytes,
                        kernel.getKernelName());
  });
  return table;
}

std::string KernelRunner::checkOne(kernel::FusedOp kernel, Tolerance tolerance,
                                   llvm::StringRef target) {
  SmallVector<Tensor> inputs;
  for (unsigned i = 0; i < kernel.getInputs().size(); ++i)
    inputs.push_back(parts->makeInput(kernel, i));
  auto expected = reference::evaluateOp(kernel, inputs);
  if (failed(expected))
    return "the oracle refuses: " + diagnostics;

  Compiled compiled;
  std::string error = compile(kernel, target, compiled);
  if (!error.empty())
    return error;
  int64_t scratchBytes = compiled.scratchBytes;

  std::vector<Buffer> inputBuffers;
  for (auto [i, input] : llvm::enumerate(inputs))
    inputBuffers.push_back(toPhysical(input, kernel.getInputLayout(i)));
  int64_t tiles = kernel.getTileAttr() ? kernel.getTileAttr().getNumTiles() : 1;
  std::string failure;
  // Everything that nobody wrote is a NaN.
  auto run = [&](bool single) {
    std::vector<Buffer> buffers = inputBuffers;
    for (auto [i, result] : llvm::enumerate(*expected)) {
      Buffer buffer(
          kernel.getOutputLayout(i).getNumElements(result.getShape()) *
          reference::getByteWidth(result.getElementType()));
      std::memset(buffer.data(), 0xff, buffer.bytes);
      if (int64_t tie = kernel.getTie(i); tie >= 0)
        std::memcpy(buffer.data(), buffers[tie].data(), buffer.bytes);
      buffers.push_back(std::move(buffer));
    }
    Buffer scratch(scratchBytes);
    std::memset(scratch.data(), 0xff, scratch.bytes);
    std::vector<void *> pointers;
    for (Buffer &buffer : buffers)
      pointers.push_back(buffer.data());
    for (auto [i, input] : llvm::enumerate(inputs))
      for (unsigned j = 0; j < expected->size(); ++j)
        if (kernel.getTie(j) == static_cast<int64_t>(i))
          pointers[i] = pointers[inputs.size() + j];
    if (!emulator.empty()) {
      SmallVector<std::vector<char>> copies;
      for (Buffer &buffer : buffers)
        copies.emplace_back(buffer.data(), buffer.data() + buffer.bytes);
      SmallVector<std::vector<char> *> arguments;
      for (std::vector<char> &copy : copies)
        arguments.push_back(&copy);
      if (runEmulated(emulator, compiled.code, "k", scratchBytes, tiles,
                      arguments))
        for (auto [buffer, copy] : llvm::zip_equal(buffers, copies))
          std::memcpy(buffer.data(), copy.data(), buffer.bytes);
    } else if (!single) {
      failure = compiled.run(pointers.data(), scratch.data(), 0, tiles);
    } else {
      for (int64_t tile = tiles; tile-- > 0;)
        failure +=
            compiled.run(pointers.data(), scratch.data(), tile, tile + 1);
    }
    std::vector<Buffer> outputs;
    for (size_t i = inputs.size(); i < buffers.size(); ++i)
      outputs.push_back(std::move(buffers[i]));
    return outputs;
  };
  std::vector<Buffer> all = run(false);
  std::vector<Buffer> single = emulator.empty() ? run(true) : all;
  if (!failure.empty())
    return failure;
  std::string wrong;
  for (auto [i, result] : llvm::enumerate(*expected)) {
    std::string here =
        compare(result, all[i].data(), kernel.getOutputLayout(i), tolerance);
    if (!here.empty())
      wrong += "output " + std::to_string(i) + ":\n" + here;
    if (std::memcmp(all[i].data(), single[i].data(), all[i].bytes) != 0)
      wrong +=
          "output " + std::to_string(i) + " depends on the range of tiles\n";
  }
  return wrong;
}

std::string KernelRunner::emitText(llvm::StringRef target) {
  if (!parts->module)
    return diagnostics;
  auto description = target::lookupTarget(target);
  if (!description)
    return llvm::toString(description.takeError());
  OwningOpRef<ModuleOp> code =
      ModuleOp::create(UnknownLoc::get(&parts->context));
  bool valid = true;
  int64_t number = 0;
  parts->module->walk([&](kernel::FusedOp kernel) {
    std::string name = number == 0 ? "k" : "k" + std::to_string(number);
    ++number;
    valid &= succeeded(emitKernel(kernel, *code, name, {*description}));
  });
  if (!valid)
    return diagnostics;
  std::string text;
  llvm::raw_string_ostream os(text);
  code->print(os);
  return text;
}

std::string tenon::cpu::wrapKernel(llvm::ArrayRef<std::string> inputs,
                                   llvm::ArrayRef<std::string> outputs,
                                   llvm::StringRef attributes,
                                   llvm::StringRef body) {
  std::string text;
  llvm::raw_string_ostream os(text);
  auto list = [&](llvm::ArrayRef<std::string> types) {
    llvm::interleaveComma(types, os);
  };
  os << "tenon.entry @main(";
  for (auto [i, type] : llvm::enumerate(inputs))
    os << (i ? ", " : "") << "%in" << i << ": " << type;
  os << ") -> (";
  list(outputs);
  os << ") {\n  %out:" << outputs.size() << " = kernel.fused \"k\" (";
  for (size_t i = 0; i < inputs.size(); ++i)
    os << (i ? ", " : "") << "%arg" << i << " = %in" << i;
  os << ")";
  if (!attributes.empty())
    os << " attributes {" << attributes << "}";
  os << " : (";
  list(inputs);
  os << ") -> (";
  list(outputs);
  os << ") {\n" << body << "  }\n  tenon.return ";
  for (size_t i = 0; i < outputs.size(); ++i)
    os << (i ? ", " : "") << "%out#" << i;
  os << " : ";
  list(outputs);
  os << "\n}\n";
  return text;
}
