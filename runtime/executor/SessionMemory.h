// The memory of one session: an arena that its entries share, scratch for
// each worker, and the state.
#ifndef TENON_RUNTIME_EXECUTOR_SESSIONMEMORY_H
#define TENON_RUNTIME_EXECUTOR_SESSIONMEMORY_H

#include "runtime/core/Array.h"
#include "runtime/device/Device.h"
#include "runtime/executor/GuardedMemory.h"
#include "runtime/loader/Model.h"

namespace tenon::rt {

/// What a session needs besides its state. `size` covers the arena and the
/// scratch of all workers.
struct MemoryNeeds {
  uint64_t size = 0;
  uint64_t alignment = 0;
  uint64_t arenaSize = 0;     ///< the most over the entries
  uint64_t scratchStride = 0; ///< from one worker's scratch to the next
};

/// The needs of a session of that many workers; the model must be able to run.
MemoryNeeds memoryNeeds(const Model &model, int workers);

/// Owns the memory, or borrows the caller's for arena and scratch.
class SessionMemory {
public:
  struct Options {
    int workers = 1;
    void *arena = nullptr; ///< the caller's, or null for our own
    size_t arenaSize = 0;
    Guard guard = Guard::Off;
    /// Where kernels' buffers must be, or null for this process's memory.
    DeviceMemory *device = nullptr;
  };

  /// Errors: SizeMismatch and Misaligned for a caller's arena, OutOfMemory;
  /// with device memory NotSupported for such an arena or guards, GpuFailed.
  Code create(const Model &model, const Options &options,
              Diagnostic &diagnostic);

  uint8_t *arena() const { return arenaBase; }
  const uint8_t *weight(uint32_t i) const;
  const uint8_t *constant(uint32_t i) const;
  uint8_t *variable(uint32_t i) const;

  /// One pointer per worker.
  void *const *scratch() const { return scratchPointers.data(); }

  Guard guard() const { return guardMode; }
  /// As in the options.
  DeviceMemory *device() const { return deviceMemory; }

  /// With guards: poisons the scratch and moves it so that the next kernel's
  /// share of it ends at the forbidden page.
  void guardScratch(uint64_t size);

  /// With guards: false when something beside a worker's scratch was written.
  bool scratchIntact() const;

private:
  Code createState(Diagnostic &diagnostic);
  Code createOnDevice(const Options &options, const MemoryNeeds &needs,
                      Diagnostic &diagnostic);
  Code createGuarded(const MemoryNeeds &needs, int workers,
                     Diagnostic &diagnostic);

  const Model *model = nullptr;
  Guard guardMode = Guard::Off;
  Mapping owned;
  Mapping state;
  uint8_t *arenaBase = nullptr;
  Array<void *> scratchPointers;
  // On a device: copies of the model's sections, the state, and the arena
  // with the scratch behind it.
  DeviceMemory *deviceMemory = nullptr;
  DeviceBuffer deviceWeights, deviceConstants, deviceState, deviceArena;
  Array<GuardedBuffer> weights, constants, variables, scratchAreas;
};

} // namespace tenon::rt

#endif // TENON_RUNTIME_EXECUTOR_SESSIONMEMORY_H
