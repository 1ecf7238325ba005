#include "test/runtime/support/TestGpu.h"

#include "runtime/abi/kernel_abi.h"

#include <gtest/gtest.h>

#include <cstring>
#include <dlfcn.h>
#include <elf.h>
#include <map>

namespace tenon::test {

using artifact::ArtifactContents;

namespace {

/// "running_sum_24" is test_running_sum over 24 tiles.
tn_kernel_fn findKernel(const std::string &name, int64_t &tiles) {
  static void *library = dlopen(
      (std::string(TENON_TEST_IMAGES) + "/kernels.so").c_str(), RTLD_NOW);
  size_t cut = name.rfind('_');
  tiles = std::stoll(name.substr(cut + 1));
  return reinterpret_cast<tn_kernel_fn>(
      dlsym(library, ("test_" + name.substr(0, cut)).c_str()));
}

/// Each block computes every blocks-th tile, with an area of scratch of its
/// own, as emitted code does.
bool runKernel(const TestLaunch &launch) {
  int64_t tiles;
  tn_kernel_fn kernel = findKernel(launch.kernel, tiles);
  if (!kernel)
    return false;
  // Three operands, or two and the scratch.
  void *buffers[3] = {};
  size_t count = std::string(launch.kernel).starts_with("add_row") ||
                         std::string(launch.kernel).starts_with("running_sum")
                     ? 3
                     : 2;
  for (size_t i = 0; i < count; ++i)
    buffers[i] = *static_cast<void **>(launch.arguments[i]);
  auto *scratch = static_cast<float *>(buffers[2]);
  for (int64_t block = launch.blocks - 1; block >= 0; --block)
    for (int64_t tile = block; tile < tiles; tile += launch.blocks)
      kernel(buffers, nullptr, scratch ? scratch + block * kWidth : nullptr,
             tile, tile + 1);
  return true;
}

/// The contents' kernels, each name once, with how many arguments they take.
std::map<std::string, size_t> kernelsOf(const ArtifactContents &contents) {
  std::map<std::string, size_t> kernels;
  for (const artifact::Kernel &kernel : contents.kernels)
    kernels[kernel.name] =
        kernel.operands.size() + (kernel.code[0].scratchSize != 0);
  return kernels;
}

std::vector<uint8_t> bytesOf(const std::string &text) {
  return {text.begin(), text.end()};
}

} // namespace

TestDriver &testGpu() {
  static TestDriver *driver = openTestDriver();
  if (!driver) {
    ADD_FAILURE() << "there is no " << TENON_TEST_DRIVER;
    std::abort();
  }
  TestDriver fresh;
  fresh.liveAllocations = driver->liveAllocations;
  fresh.liveModules = driver->liveModules;
  fresh.liveStreams = driver->liveStreams;
  fresh.liveContexts = driver->liveContexts;
  fresh.launch = runKernel;
  *driver = fresh;
  return *driver;
}

std::vector<uint8_t> testPtx(const ArtifactContents &contents,
                             const std::string &processor) {
  std::string text =
      ".version 7.8\n.target " + processor + "\n.address_size 64\n\n";
  for (const auto &[name, arguments] : kernelsOf(contents)) {
    text += ".visible .entry " + name + "(";
    for (size_t i = 0; i < arguments; ++i)
      text += (i ? ", .param .u64 p" : ".param .u64 p") + std::to_string(i);
    text += ")\n{\n  ret;\n}\n\n";
  }
  return bytesOf(text);
}

std::vector<uint8_t> testCubin(const ArtifactContents &contents,
                               const std::string &processor) {
  std::string names(1, '\0');
  for (const auto &[name, arguments] : kernelsOf(contents))
    names += ".text." + name + std::string(1, '\0');
  Elf64_Ehdr header = {};
  std::memcpy(header.e_ident, ELFMAG, SELFMAG);
  header.e_ident[EI_CLASS] = ELFCLASS64;
  header.e_ident[EI_DATA] = ELFDATA2LSB;
  header.e_type = ET_EXEC;
  header.e_machine = EM_CUDA;
  header.e_flags = static_cast<uint32_t>(std::stoi(processor.substr(3)));
  header.e_shoff = sizeof(header) + names.size();
  auto *begin = reinterpret_cast<const uint8_t *>(&header);
  std::vector<uint8_t> image(begin, begin + sizeof(header));
  image.insert(image.end(), names.begin(), names.end());
  return image;
}

ArtifactContents gpuContents(const std::vector<std::string> &processors,
                             bool cubins) {
  ArtifactContents contents = testContents();
  contents.targetArch = "nvptx64";
  contents.variants.clear();
  for (artifact::Kernel &kernel : contents.kernels) {
    artifact::KernelCode code = kernel.code[0];
    code.threads = 32;
    code.sharedSize = 1024;
    kernel.name += "_" + std::to_string(code.numTiles);
    code.symbol = kernel.name;
    kernel.code.assign(processors.size(), code);
  }
  for (const std::string &processor : processors) {
    std::vector<uint8_t> ptx = testPtx(contents, processor);
    if (cubins)
      contents.variants.push_back(
          {processor, {processor}, testCubin(contents, processor), ptx});
    else
      contents.variants.push_back({processor, {processor}, ptx, {}});
  }
  return contents;
}

} // namespace tenon::test
