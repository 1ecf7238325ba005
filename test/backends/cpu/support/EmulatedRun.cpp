#include "test/backends/cpu/support/EmulatedRun.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Program.h"
#include "llvm/Support/raw_ostream.h"

#include <cstdlib>
#include <fstream>

using namespace tenon::cpu;

std::string tenon::cpu::emulatorFor(llvm::StringRef machine) {
  llvm::StringRef runner =
      machine == "aarch64" ? TENON_RUNNER_AARCH64 : TENON_RUNNER_X86_64;
  llvm::StringRef emulator =
      machine == "aarch64" ? "qemu-aarch64" : "qemu-x86_64";
  if (runner.empty() || !llvm::sys::findProgramByName(emulator))
    return "";
  std::string options =
      machine == "aarch64"
          ? ""
          : " -cpu Haswell-noTSX,-pcid,-x2apic,-tsc-deadline,-invpcid";
  return (emulator + options + " " + runner).str();
}

std::string tenon::cpu::whyNotEmulated(llvm::StringRef machine) {
  if (!emulatorFor(machine).empty())
    return "";
  if (machine == "aarch64")
    return "needs qemu-aarch64 and a C library of aarch64 (qemu-user, "
           "libc6-dev-arm64-cross, libgcc-12-dev-arm64-cross)";
  return !llvm::StringRef(TENON_SANITIZED).empty()
             ? "kernels checked by a sanitizer run in this process alone"
             : "needs qemu-x86_64 (qemu-user) and an x86-64 build";
}

static void writeFile(const std::string &path, llvm::ArrayRef<char> bytes) {
  std::ofstream(path, std::ios::binary).write(bytes.data(), bytes.size());
}

bool tenon::cpu::runEmulated(const std::string &emulator,
                             const CodeImage &image, llvm::StringRef symbol,
                             int64_t scratchBytes, int64_t tiles,
                             llvm::ArrayRef<std::vector<char> *> buffers) {
  llvm::SmallString<128> folder;
  if (llvm::sys::fs::createUniqueDirectory("tenon-emulated", folder))
    return false;
  std::string base = std::string(folder) + "/";
  writeFile(base + "image", image.bytes);
  uint64_t offset = 0;
  for (const ImageSymbol &candidate : image.symbols)
    if (candidate.name == symbol)
      offset = candidate.offset;
  std::string command =
      emulator + " " + base + "image " + std::to_string(offset) + " " +
      std::to_string(scratchBytes) + " 0 " + std::to_string(tiles);
  for (size_t i = 0; i < buffers.size(); ++i) {
    std::string path = base + std::to_string(i);
    writeFile(path, *buffers[i]);
    command += " " + path;
  }
  int status = std::system(command.c_str());
  for (size_t i = 0; i < buffers.size() && status == 0; ++i)
    std::ifstream(base + std::to_string(i), std::ios::binary)
        .read(buffers[i]->data(), buffers[i]->size());
  llvm::sys::fs::remove_directories(folder);
  if (status != 0)
    llvm::errs() << "failed with " << status << ": " << command << "\n";
  return status == 0;
}
