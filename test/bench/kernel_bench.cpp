// Times the kernels that a graph-level module becomes, one by one:
//   kernel_bench FILE.mlir [TARGET]

#include "test/backends/cpu/support/KernelRunner.h"

#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/raw_ostream.h"

int main(int argc, char **argv) {
  if (argc < 2) {
    llvm::errs() << "usage: kernel_bench FILE.mlir [TARGET]\n";
    return 2;
  }
  auto file = llvm::MemoryBuffer::getFile(argv[1]);
  if (!file) {
    llvm::errs() << argv[1] << ": " << file.getError().message() << "\n";
    return 1;
  }
  const char *target = argc > 2 ? argv[2] : "native";
  tenon::cpu::KernelRunner runner((*file)->getBuffer());
  if (!runner.makeKernels(target)) {
    llvm::errs() << runner.diagnostics;
    return 1;
  }
  llvm::outs() << runner.time(target);
  return 0;
}
