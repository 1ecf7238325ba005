// One specialization of an entry, ready to run: pointers in place, nothing
// left to look up.
#ifndef TENON_RUNTIME_EXECUTOR_PROGRAM_H
#define TENON_RUNTIME_EXECUTOR_PROGRAM_H

#include "runtime/device/Device.h"
#include "runtime/executor/SessionMemory.h"

namespace tenon::rt {

/// Times of one step, in ns of CLOCK_MONOTONIC.
struct StepTimes {
  uint64_t runs = 0;
  uint64_t lastBegin = 0;
  uint64_t lastDuration = 0;
  uint64_t totalDuration = 0;
  uint64_t leastDuration = 0;
};

/// A launch or copy. `slots` are in the program's pointers.
struct Step {
  bool isCopy = false;
  uint32_t kernel = 0;
  size_t firstSlot = 0;
  KernelLaunch launch = {};
  uint64_t copySize = 0;
};

class Program {
public:
  /// Lays out entry `index` of the metadata over a session's memory; both
  /// outlive the program. Errors: OutOfMemory.
  Code create(const Model &model, uint32_t index, SessionMemory &memory,
              bool profile, Diagnostic &diagnostic);

  const fb::Entry &entry() const { return *metadata; }

  /// Puts the caller's tensors into the steps' arguments. As many pointers as
  /// the signature has; they are used by every run until bound again.
  void bind(const void *const *inputs, void *const *outputs);

  /// Runs all steps in order. Allocates nothing. Errors: GuardViolation, those
  /// of the device.
  Code run(Device &device, Diagnostic &diagnostic);

  const Array<Step> &steps() const { return stepList; }
  /// As many as steps when profiling was asked for, otherwise none.
  const Array<StepTimes> &times() const { return timeList; }

private:
  // A pointer that the caller's tensors decide.
  struct Fixup {
    size_t slot = 0;
    uint32_t tensor = 0;
    bool isOutput = false;
    uint64_t offset = 0;
  };

  Code createGuarded(Diagnostic &diagnostic);
  Code createOnDevice(Diagnostic &diagnostic);
  void place(const fb::Entry &entry, uint32_t buffer, size_t slot,
             size_t &fixup);
  void runStep(const Step &step, Device &device);
  Code runSteps(Device &device, Diagnostic &diagnostic);
  Code runOnDevice(Device &device, Diagnostic &diagnostic);
  Code runGuarded(Device &device, Diagnostic &diagnostic);
  Code checkGuards(const Step &step, Diagnostic &diagnostic) const;

  const Model *model = nullptr;
  const fb::Entry *metadata = nullptr;
  SessionMemory *memory = nullptr;
  Array<Step> stepList;
  Array<StepTimes> timeList;
  Array<void *> pointers;
  Array<Fixup> fixups;
  // With guards: what stands in for the caller's tensors and the arena.
  Array<GuardedBuffer> inputs, outputs, allocations;
  // With device memory: what stands in for the caller's tensors.
  Array<DeviceBuffer> deviceInputs, deviceOutputs;
  Array<const void *> boundInputs;
  Array<void *> boundOutputs;
};

} // namespace tenon::rt

#endif // TENON_RUNTIME_EXECUTOR_PROGRAM_H
