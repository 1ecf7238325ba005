#include "runtime/cuda/CudaDevice.h"

#include "runtime/loader/Metadata.h"
#include "runtime/loader/Model.h"

#include <algorithm>

namespace tenon::rt {

namespace {

/// As the code generator counts on; see backends/cuda/emit.
constexpr int kBlocksPerProcessor = 2;

/// The driver reads as many arguments as the code's kernel has, whatever the
/// metadata say: up to so many pointers (the largest parameter space).
constexpr uint32_t kMostArguments = 4096;
void *nullArgument = nullptr;

cuda::DevicePointer address(const void *pointer) {
  return reinterpret_cast<uintptr_t>(pointer);
}

} // namespace

CudaDevice::~CudaDevice() {
  if (!context)
    return;
  driver->contextSet(context);
  if (stream)
    driver->streamSynchronize(stream);
  if (module)
    driver->moduleUnload(module);
  if (stream)
    driver->streamDestroy(stream);
  driver->contextRelease(device);
}

Code CudaDevice::open(Diagnostic &diagnostic) {
  TN_TRY(cuda::queryCapability(capability, diagnostic));
  TN_TRY(cuda::Driver::open(driver, diagnostic));
  auto check = [&](cuda::Result result, const char *what) {
    return driver->check(result, what, diagnostic);
  };
  int processors = 1;
  TN_TRY(check(driver->deviceGet(&device, 0), "be found"));
  TN_TRY(check(
      driver->deviceAttribute(&processors, cuda::kMultiprocessorCount, device),
      "tell how many multiprocessors it has"));
  workerCount = kBlocksPerProcessor * std::max(processors, 1);
  TN_TRY(check(driver->contextRetain(&context, device), "make a context"));
  TN_TRY(makeCurrent(diagnostic));
  return check(driver->streamCreate(&stream, /*flags: non-blocking*/ 1),
               "make a stream");
}

Code CudaDevice::makeCurrent(Diagnostic &diagnostic) {
  return driver->check(driver->contextSet(context), "take a context",
                       diagnostic);
}

//===----------------------------------------------------------------------===//
// Code
//===----------------------------------------------------------------------===//

Code CudaDevice::loadModule(const Model &model, Diagnostic &diagnostic) {
  uint32_t variant = model.variantIndex();
  const ArtifactFile &file = model.artifactFile();
  SectionBytes image = file.section(SectionKind::Code, variant);
  // A cubin is for one generation; a later one needs the PTX.
  SectionBytes ptx = file.section(SectionKind::Ptx, variant);
  if (ptx.size != 0 && !model.imageFits(variant, capability))
    image = ptx;
  // PTX is read up to a zero byte, which sections do not promise.
  Array<char> text;
  if (!text.create(image.size + 1))
    return diagnostic.fail(Code::OutOfMemory, "no memory for the code");
  memcpy(text.data(), image.data, image.size);
  char log[300] = {};
  int options[] = {cuda::kJitErrorLog, cuda::kJitErrorLogSize};
  void *values[] = {log, reinterpret_cast<void *>(sizeof(log) - 1)};
  cuda::Result result =
      driver->moduleLoad(&module, text.data(), 2, options, values);
  if (result == 0)
    return Code::Ok;
  Code code = driver->fail(result, "load the code", diagnostic);
  if (log[0])
    diagnostic.prefix(log);
  return code;
}

Code CudaDevice::load(const Model &model, Diagnostic &diagnostic) {
  TN_TRY(makeCurrent(diagnostic));
  TN_TRY(loadModule(model, diagnostic));
  const auto &tables = *model.metadata().kernels();
  if (!kernels.create(tables.size()))
    return diagnostic.fail(Code::OutOfMemory, "no memory for the kernels");
  uint32_t most = 0;
  for (uint32_t i = 0; i < kernels.size(); ++i) {
    const fb::Kernel &table = *tables.Get(i);
    const fb::GpuCode &code = *table.gpu()->Get(model.variantIndex());
    Kernel &kernel = kernels[i];
    kernel.operands = table.operands()->size();
    kernel.threads = code.threads();
    kernel.sharedSize = code.shared_size();
    kernel.hasScratch = model.kernel(i).scratchSize != 0;
    most = std::max(most, kernel.operands);
    cuda::Result result =
        driver->moduleFunction(&kernel.function, module, table.name()->c_str());
    if (result == 0)
      result = driver->functionSetAttribute(
          kernel.function, cuda::kMaxDynamicSharedSize,
          static_cast<int>(kernel.sharedSize));
    if (result != 0) {
      Code failure = driver->fail(result, "prepare a kernel", diagnostic);
      diagnostic.prefix(table.name()->c_str());
      return failure;
    }
  }
  if (!arguments.create(std::max(most + 1, kMostArguments)))
    return diagnostic.fail(Code::OutOfMemory, "no memory for the kernels");
  std::fill(arguments.begin(), arguments.end(), &nullArgument);
  return Code::Ok;
}

void CudaDevice::note(cuda::Result result, const char *what) {
  if (result == 0 || failure != 0)
    return;
  failure = result;
  failedCall = what;
}

void CudaDevice::launch(const KernelLaunch &launch) {
  const Kernel &kernel = kernels[launch.kernel];
  // The driver takes the address of each argument.
  for (uint32_t i = 0; i < kernel.operands; ++i)
    arguments[i] = const_cast<void **>(&launch.buffers[i]);
  int64_t blocks = launch.numTiles;
  arguments[kernel.operands] = &nullArgument;
  if (kernel.hasScratch) {
    arguments[kernel.operands] = const_cast<void **>(&launch.scratch[0]);
    blocks = std::min<int64_t>(blocks, workerCount);
  }
  note(driver->launch(kernel.function, static_cast<unsigned>(blocks), 1, 1,
                      kernel.threads, 1, 1, kernel.sharedSize, stream,
                      arguments.data(), nullptr),
       "start a kernel");
}

void CudaDevice::copy(void *to, const void *from, uint64_t size) {
  note(driver->copyOnDevice(address(to), address(from), size, stream),
       "copy memory");
}

Code CudaDevice::finish(Diagnostic &diagnostic) {
  note(driver->streamSynchronize(stream), "run a kernel");
  cuda::Result result = failure;
  failure = 0;
  return driver->check(result, failedCall, diagnostic);
}

//===----------------------------------------------------------------------===//
// Memory
//===----------------------------------------------------------------------===//

Code CudaDevice::allocate(uint64_t size, void *&pointer,
                          Diagnostic &diagnostic) {
  TN_TRY(makeCurrent(diagnostic));
  cuda::DevicePointer allocated = 0;
  TN_TRY(driver->check(driver->memoryAllocate(&allocated, size),
                       "allocate memory", diagnostic));
  pointer = reinterpret_cast<void *>(allocated);
  return Code::Ok;
}

void CudaDevice::release(void *pointer) {
  driver->contextSet(context);
  driver->memoryFree(address(pointer));
}

Code CudaDevice::clear(void *to, uint64_t size, Diagnostic &diagnostic) {
  if (size == 0)
    return Code::Ok;
  TN_TRY(makeCurrent(diagnostic));
  note(driver->memorySet(address(to), 0, size, stream), "fill memory");
  return finish(diagnostic);
}

Code CudaDevice::upload(void *to, const void *from, uint64_t size,
                        Diagnostic &diagnostic) {
  TN_TRY(makeCurrent(diagnostic));
  queueUpload(to, from, size);
  return finish(diagnostic);
}

Code CudaDevice::download(void *to, const void *from, uint64_t size,
                          Diagnostic &diagnostic) {
  TN_TRY(makeCurrent(diagnostic));
  queueDownload(to, from, size);
  return finish(diagnostic);
}

void CudaDevice::queueUpload(void *to, const void *from, uint64_t size) {
  if (size != 0)
    note(driver->copyToDevice(address(to), from, size, stream), "copy memory");
}

void CudaDevice::queueDownload(void *to, const void *from, uint64_t size) {
  if (size != 0)
    note(driver->copyToHost(to, address(from), size, stream), "copy memory");
}

} // namespace tenon::rt
