// A device for the runtime's executor that runs the kernels of GPU artifacts in
// emulation, in the process's own memory.

#ifndef TENON_TEST_BACKENDS_CUDA_SUPPORT_EMULATEDDEVICE_H
#define TENON_TEST_BACKENDS_CUDA_SUPPORT_EMULATEDDEVICE_H

#include "backends/reference/Evaluation.h"
#include "runtime/executor/Session.h"
#include "runtime/loader/Model.h"
#include "test/backends/cuda/support/EmulatedKernel.h"

#include "mlir/IR/MLIRContext.h"

#include <optional>
#include <string>
#include <vector>

namespace tenon::cuda {

class EmulatedDevice final : public rt::Device {
public:
  /// Emits and compiles the kernels of a module at the end of phase
  /// "configured". Returns what went wrong, or "".
  std::string open(const std::string &configuredText,
                   const target::TargetDescription &target);

  int workers() const override { return 3; }
  rt::Code load(const rt::Model &model, rt::Diagnostic &diagnostic) override;
  void launch(const rt::KernelLaunch &launch) override;

  /// What went wrong in launches, or "".
  std::string failure;
  /// The order of threads in the launches from now on.
  TurnOrder order = TurnOrder::Forward;

private:
  mlir::MLIRContext context;
  mlir::OwningOpRef<mlir::ModuleOp> plan;
  EmulatedModule module;
  std::vector<const EmulatedKernel *> kernels;
};

/// A model compiled for a GPU, ready to run in emulation.
class EmulatedModel {
public:
  EmulatedModel() = default;
  ~EmulatedModel();

  /// Compiles the file `model` for `target` into files of `folder`, where
  /// symbolic dimensions have the sizes `dims`; with a training spec the model
  /// learns. Returns what went wrong, or "".
  std::string
  compile(const std::string &model, llvm::StringRef target,
          const std::string &folder,
          const std::vector<std::pair<std::string, int64_t>> &dims = {},
          const std::string &trainingSpec = "");

  /// Opens an artifact for `target`, whose module stands in a file as of the
  /// end of phase "configured". Returns what went wrong, or "".
  std::string open(const std::string &artifact, const std::string &configured,
                   const target::TargetDescription &target);

  /// Runs an entry on the inputs; `outputs` have the types of the results and
  /// get their values. Returns what went wrong, or "".
  std::string run(const std::string &entry,
                  llvm::ArrayRef<reference::Tensor> inputs,
                  llvm::MutableArrayRef<reference::Tensor> outputs,
                  TurnOrder order = TurnOrder::Forward);

  /// The number of an entry, or nothing.
  std::optional<uint32_t> findEntry(const std::string &entry) const;
  /// Tensors of an entry's types, all zeros.
  reference::Tensors makeInputs(uint32_t entry) const;
  reference::Tensors makeOutputs(uint32_t entry) const;

private:
  // The session is destroyed before the device.
  std::unique_ptr<EmulatedDevice> device;
  rt::Model *loaded = nullptr;
  std::unique_ptr<rt::Session> session;
};

} // namespace tenon::cuda

#endif // TENON_TEST_BACKENDS_CUDA_SUPPORT_EMULATEDDEVICE_H
