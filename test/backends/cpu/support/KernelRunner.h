// Runs the kernels of a text module twice: through the oracle, and through
// emission and code generation in this process, tile by tile in any order.

#ifndef TENON_TEST_BACKENDS_CPU_SUPPORT_KERNELRUNNER_H
#define TENON_TEST_BACKENDS_CPU_SUPPORT_KERNELRUNNER_H

#include "backends/cpu/codegen/ImageLinker.h"
#include "backends/reference/Tensor.h"
#include "ir/kernel/KernelOps.h"
#include "ir/target/TargetDescription.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "mlir/Pass/Pass.h"

#include <functional>
#include <string>
#include <vector>

namespace tenon::cpu {

/// How far a result may be from the oracle's: |difference| <= absolute +
/// relative * |expected|. Both 0: the same bits, any NaN being any other.
struct Tolerance {
  double absolute = 0;
  double relative = 0;
};

class KernelRunner {
public:
  /// Parses a module with the kernels to run. Errors go to `diagnostics`.
  explicit KernelRunner(llvm::StringRef text);
  /// With the dialects of another backend.
  KernelRunner(llvm::StringRef text,
               void (*registerBackend)(mlir::DialectRegistry &));
  virtual ~KernelRunner();

  /// What inputs of float type are drawn from, uniformly.
  void setFloatRange(double low, double high);
  /// What inputs of integer type are drawn from, inclusive.
  void setIntegerRange(int64_t low, int64_t high);
  /// Replaces input number `i` by these elements, over and over.
  void setInput(unsigned i, std::vector<double> values);

  /// Makes kernels of a graph-level module, as the compiler does for `target`.
  bool makeKernels(llvm::StringRef target = "native");

  /// Compiles every kernel for `target`, runs, compares. Returns what is wrong,
  /// or "". Checks all outputs in their physical layout, halos and fillings
  /// included, and that single tiles in reverse order write the same bits.
  std::string check(Tolerance tolerance, llvm::StringRef target = "native");

  /// From here on kernels run under a command of emulatorFor, all tiles at
  /// once. Such kernels have no ties.
  void emulate(std::string command) { emulator = std::move(command); }

  /// Times every kernel on one thread with whatever inputs: a line each with
  /// its name, tiles, scratch and microseconds, the least of many runs.
  std::string time(llvm::StringRef target = "native");

  /// The emitted module as text, or the diagnostics.
  std::string emitText(llvm::StringRef target = "x86-64-v3");

  std::string diagnostics;

protected:
  /// A kernel that can be called; it returns what went wrong, or "".
  struct Compiled {
    std::function<std::string(void *const *buffers, void *scratch,
                              int64_t tileBegin, int64_t tileEnd)>
        run;
    /// The image, for machines that are emulated.
    CodeImage code;
    int64_t scratchBytes = 0;
  };
  /// How another backend compiles a kernel, and chooses its tiles.
  virtual std::string compile(kernel::FusedOp kernel, llvm::StringRef target,
                              Compiled &result);
  virtual std::unique_ptr<mlir::Pass>
  createConfigure(const target::TargetDescription &target);

private:
  struct Parts;
  std::string checkOne(kernel::FusedOp kernel, Tolerance tolerance,
                       llvm::StringRef target);

  std::unique_ptr<Parts> parts;
  std::string emulator;
};

/// A module with the single kernel `body` (stages and yield, which may use
/// %arg0, %arg1 ...), for types such as "tensor<4xf32>, tensor<4xf32>".
/// `attributes` are those of kernel.fused, as in "tile = ...".
std::string wrapKernel(llvm::ArrayRef<std::string> inputs,
                       llvm::ArrayRef<std::string> outputs,
                       llvm::StringRef attributes, llvm::StringRef body);

} // namespace tenon::cpu

#endif // TENON_TEST_BACKENDS_CPU_SUPPORT_KERNELRUNNER_H
