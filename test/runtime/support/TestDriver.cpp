#include "test/runtime/support/TestDriver.h"

#include "runtime/cuda/Driver.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <elf.h>
#include <map>
#include <memory>
#include <set>
#include <sstream>
#include <sys/mman.h>
#include <vector>

using namespace tenon::rt::cuda;
using tenon::test::TestDriver;
using tenon::test::TestLaunch;

// CUresult.
constexpr Result invalidValue = 1, noBinaryForGpu = 209, invalidPtx = 218,
                 notFound = 500, launchFailed = 719;
constexpr unsigned mostThreads = 1024;
constexpr size_t ownSharedBytes = 48 * 1024;

namespace tenon::rt::cuda {
struct FunctionObject {
  std::string name;
  void *tag = nullptr;
  size_t arguments = 0;
  size_t sharedLimit = ownSharedBytes;
};
struct ModuleObject {
  std::string code;
  bool isPtx = false;
  void *tag = nullptr;
  std::map<std::string, FunctionObject> functions;
};
struct StreamObject {
  bool failed = false;
};
struct ContextObject {};
} // namespace tenon::rt::cuda

namespace {

TestDriver makeDriver() {
  TestDriver driver;
  const char *text = std::getenv("TENON_TEST_DRIVER");
  std::istringstream words(text ? text : "");
  for (std::string word; words >> word;) {
    size_t equals = word.find('=');
    std::string name = word.substr(0, equals), value = word.substr(equals + 1);
    if (name == "capability")
      driver.capability = std::stoi(value);
    else if (name == "devices")
      driver.devices = std::stoi(value);
    else if (name == "memory")
      driver.memory = std::stoull(value);
    else if (name == "fail") {
      driver.failing = value.substr(0, value.find(':'));
      driver.failure = std::stoi(value.substr(value.find(':') + 1));
    }
  }
  return driver;
}

TestDriver &driver() {
  static TestDriver theDriver = makeDriver();
  return theDriver;
}

/// By first address.
std::map<uintptr_t, size_t> &allocations() {
  static std::map<uintptr_t, size_t> all;
  return all;
}

ContextObject context;
Context current;

/// Device memory can be used while one of these lives.
class Access {
public:
  Access() { protect(PROT_READ | PROT_WRITE); }
  ~Access() { protect(PROT_NONE); }

private:
  static void protect(int protection) {
    for (auto [address, size] : allocations())
      mprotect(reinterpret_cast<void *>(address), size, protection);
  }
};

bool isOnDevice(uintptr_t address, size_t size) {
  auto next = allocations().upper_bound(address);
  if (next == allocations().begin())
    return false;
  auto [begin, length] = *std::prev(next);
  return address - begin <= length && size <= length - (address - begin);
}

bool isOnHost(const void *pointer, size_t size) {
  auto address = reinterpret_cast<uintptr_t>(pointer);
  return pointer && !isOnDevice(address, 1) &&
         (size == 0 || !isOnDevice(address + size - 1, 1));
}

/// Whether the function is to fail; `result` says how.
bool fails(const char *function, Result &result) {
  result = driver().failure;
  return driver().failing == function;
}

//===----------------------------------------------------------------------===//
// Code
//===----------------------------------------------------------------------===//

/// The processor that an image is for, as in sm_80; 0 if that cannot be told.
int capabilityOf(const ModuleObject &module) {
  if (module.isPtx) {
    size_t at = module.code.find(".target sm_");
    return at == std::string::npos ? 0 : std::atoi(&module.code[at + 11]);
  }
  Elf64_Ehdr header;
  std::memcpy(&header, module.code.data(), sizeof(header));
  // Newer assemblers moved the number up by a byte, and count their ABI anew.
  bool isNew = header.e_ident[EI_OSABI] == 0x41;
  return static_cast<int>(header.e_flags >> (isNew ? 8 : 0) & 0xff);
}

/// The length of a cubin, of which only the address is given.
size_t sizeOfElf(const char *image) {
  Elf64_Ehdr header;
  std::memcpy(&header, image, sizeof(header));
  return header.e_shoff + size_t{header.e_shnum} * header.e_shentsize;
}

/// Parameters of an entry in PTX; a cubin's are not looked for.
size_t countParameters(const std::string &ptx, size_t at) {
  size_t count = 0, end = ptx.find(')', at);
  for (; (at = ptx.find(".param", at)) < end; ++at)
    ++count;
  return count;
}

Result load(Module *module, const char *image, std::string &log) {
  auto made = std::make_unique<ModuleObject>();
  made->isPtx = std::memcmp(image, ELFMAG, SELFMAG) != 0;
  made->code = made->isPtx ? image : std::string(image, sizeOfElf(image));
  made->tag = driver().moduleTag;
  int processor = capabilityOf(*made), own = driver().capability;
  if (made->isPtx && processor == 0) {
    log = "no .target is named";
    return invalidPtx;
  }
  if (processor > own || (!made->isPtx && processor / 10 != own / 10)) {
    log = "made for sm_" + std::to_string(processor);
    return noBinaryForGpu;
  }
  driver().loadedPtx = made->isPtx;
  ++driver().liveModules;
  *module = made.release();
  return 0;
}

} // namespace

#define TN_DRIVER extern "C" __attribute__((visibility("default")))
#define TN_MAY_FAIL                                                            \
  if (Result result; fails(__func__, result))                                  \
    return result;

TN_DRIVER TestDriver *tenonTestDriver() { return &driver(); }

//===----------------------------------------------------------------------===//
// Devices
//===----------------------------------------------------------------------===//

TN_DRIVER Result cuInit(unsigned) {
  TN_MAY_FAIL
  return 0;
}

TN_DRIVER Result cuDriverGetVersion(int *version) {
  *version = 12000;
  return 0;
}

TN_DRIVER Result cuGetErrorName(Result result, const char **name) {
  static const std::map<Result, const char *> names = {
      {invalidValue, "CUDA_ERROR_INVALID_VALUE"},
      {kOutOfMemory, "CUDA_ERROR_OUT_OF_MEMORY"},
      {noBinaryForGpu, "CUDA_ERROR_NO_BINARY_FOR_GPU"},
      {invalidPtx, "CUDA_ERROR_INVALID_PTX"},
      {notFound, "CUDA_ERROR_NOT_FOUND"},
      {launchFailed, "CUDA_ERROR_LAUNCH_FAILED"}};
  auto found = names.find(result);
  *name = found == names.end() ? nullptr : found->second;
  return *name ? 0 : invalidValue;
}

TN_DRIVER Result cuGetErrorString(Result result, const char **text) {
  static std::string said;
  said = "error " + std::to_string(result) + " of the test driver";
  *text = said.c_str();
  return 0;
}

TN_DRIVER Result cuDeviceGetCount(int *count) {
  TN_MAY_FAIL
  *count = driver().devices;
  return 0;
}

TN_DRIVER Result cuDeviceGet(DeviceId *device, int number) {
  TN_MAY_FAIL
  *device = number;
  return number < driver().devices ? 0 : invalidValue;
}

TN_DRIVER Result cuDeviceGetName(char *name, int size, DeviceId) {
  std::snprintf(name, static_cast<size_t>(size), "test GPU");
  return 0;
}

TN_DRIVER Result cuDeviceGetAttribute(int *value, int attribute, DeviceId) {
  TN_MAY_FAIL
  if (attribute == kMultiprocessorCount)
    *value = driver().processors;
  else if (attribute == kCapabilityMajor)
    *value = driver().capability / 10;
  else if (attribute == kCapabilityMinor)
    *value = driver().capability % 10;
  else
    return invalidValue;
  return 0;
}

TN_DRIVER Result cuDevicePrimaryCtxRetain(Context *retained, DeviceId) {
  TN_MAY_FAIL
  ++driver().liveContexts;
  *retained = &context;
  return 0;
}

TN_DRIVER Result cuDevicePrimaryCtxRelease_v2(DeviceId) {
  --driver().liveContexts;
  return 0;
}

TN_DRIVER Result cuCtxSetCurrent(Context context) {
  TN_MAY_FAIL
  current = context;
  return 0;
}

TN_DRIVER Result cuStreamCreate(Stream *stream, unsigned) {
  TN_MAY_FAIL
  ++driver().liveStreams;
  *stream = new StreamObject();
  return 0;
}

TN_DRIVER Result cuStreamDestroy_v2(Stream stream) {
  --driver().liveStreams;
  delete stream;
  return 0;
}

TN_DRIVER Result cuStreamSynchronize(Stream stream) {
  ++driver().synchronizations;
  TN_MAY_FAIL
  return stream->failed ? launchFailed : 0;
}

//===----------------------------------------------------------------------===//
// Memory
//===----------------------------------------------------------------------===//

TN_DRIVER Result cuMemAlloc_v2(DevicePointer *pointer, size_t size) {
  TN_MAY_FAIL
  size_t used = 0;
  for (auto [address, length] : allocations())
    used += length;
  if (!current || size == 0)
    return invalidValue;
  if (size > driver().memory || used > driver().memory - size)
    return kOutOfMemory;
  void *memory = mmap(nullptr, size, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED)
    return kOutOfMemory;
  // What nobody wrote is not zero on a GPU.
  std::memset(memory, 0xff, size);
  mprotect(memory, size, PROT_NONE);
  *pointer = reinterpret_cast<uintptr_t>(memory);
  allocations()[*pointer] = size;
  ++driver().liveAllocations;
  return 0;
}

TN_DRIVER Result cuMemFree_v2(DevicePointer pointer) {
  auto found = allocations().find(pointer);
  if (found == allocations().end())
    return invalidValue;
  munmap(reinterpret_cast<void *>(found->first), found->second);
  allocations().erase(found);
  --driver().liveAllocations;
  return 0;
}

TN_DRIVER Result cuMemsetD8Async(DevicePointer to, unsigned char value,
                                 size_t size, Stream) {
  TN_MAY_FAIL
  if (!isOnDevice(to, size))
    return invalidValue;
  Access access;
  std::memset(reinterpret_cast<void *>(to), value, size);
  return 0;
}

TN_DRIVER Result cuMemcpyHtoDAsync_v2(DevicePointer to, const void *from,
                                      size_t size, Stream) {
  TN_MAY_FAIL
  if (!isOnDevice(to, size) || !isOnHost(from, size))
    return invalidValue;
  Access access;
  std::memcpy(reinterpret_cast<void *>(to), from, size);
  return 0;
}

TN_DRIVER Result cuMemcpyDtoHAsync_v2(void *to, DevicePointer from, size_t size,
                                      Stream) {
  TN_MAY_FAIL
  if (!isOnHost(to, size) || !isOnDevice(from, size))
    return invalidValue;
  Access access;
  std::memcpy(to, reinterpret_cast<const void *>(from), size);
  return 0;
}

TN_DRIVER Result cuMemcpyDtoDAsync_v2(DevicePointer to, DevicePointer from,
                                      size_t size, Stream) {
  TN_MAY_FAIL
  if (!isOnDevice(to, size) || !isOnDevice(from, size))
    return invalidValue;
  Access access;
  std::memmove(reinterpret_cast<void *>(to),
               reinterpret_cast<const void *>(from), size);
  return 0;
}

//===----------------------------------------------------------------------===//
// Kernels
//===----------------------------------------------------------------------===//

TN_DRIVER Result cuModuleLoadDataEx(Module *module, const void *image,
                                    unsigned count, int *options,
                                    void **values) {
  TN_MAY_FAIL
  std::string log;
  Result result = load(module, static_cast<const char *>(image), log);
  char *buffer = nullptr;
  size_t room = 0;
  for (unsigned i = 0; i < count; ++i)
    if (options[i] == kJitErrorLog)
      buffer = static_cast<char *>(values[i]);
    else if (options[i] == kJitErrorLogSize)
      room = reinterpret_cast<uintptr_t>(values[i]);
  if (buffer && room)
    std::snprintf(buffer, room, "%s", log.c_str());
  return result;
}

TN_DRIVER Result cuModuleUnload(Module module) {
  --driver().liveModules;
  delete module;
  return 0;
}

TN_DRIVER Result cuModuleGetFunction(Function *function, Module module,
                                     const char *name) {
  TN_MAY_FAIL
  FunctionObject made{name, module->tag};
  std::string wanted = module->isPtx ? ".entry " + made.name + "("
                                     : std::string(1, '\0') + ".text." +
                                           made.name + std::string(1, '\0');
  size_t at = module->code.find(wanted);
  if (at == std::string::npos)
    return notFound;
  if (module->isPtx)
    made.arguments = countParameters(module->code, at);
  *function = &(module->functions[made.name] = made);
  return 0;
}

TN_DRIVER Result cuFuncSetAttribute(Function function, int attribute,
                                    int value) {
  TN_MAY_FAIL
  // An sm_80's block has 163 KiB of shared memory, an sm_90's 227 KiB.
  int most = (driver().capability >= 90 ? 227 : 163) * 1024;
  if (attribute != kMaxDynamicSharedSize || value < 0 || value > most)
    return invalidValue;
  function->sharedLimit = std::max(ownSharedBytes, static_cast<size_t>(value));
  return 0;
}

TN_DRIVER Result cuLaunchKernel(Function function, unsigned blocks, unsigned y,
                                unsigned z, unsigned threads, unsigned threadsY,
                                unsigned threadsZ, unsigned sharedBytes,
                                Stream stream, void **arguments, void **) {
  ++driver().launches;
  TN_MAY_FAIL
  if (!current || blocks == 0 || blocks > INT32_MAX || y != 1 || z != 1 ||
      threads == 0 || threads > mostThreads || threadsY != 1 || threadsZ != 1 ||
      sharedBytes > function->sharedLimit)
    return invalidValue;
  for (size_t i = 0; i < function->arguments; ++i)
    if (uintptr_t p = *static_cast<uintptr_t *>(arguments[i]);
        p && !isOnDevice(p, 0))
      return invalidValue;
  if (!driver().launch)
    return 0;
  Access access;
  stream->failed |= !driver().launch({function->name.c_str(), function->tag,
                                      blocks, threads, sharedBytes, arguments});
  return 0;
}
