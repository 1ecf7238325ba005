// Runs a block of GPU threads on the CPU: each thread is a fiber of its own,
// and gives way to the next one where it must wait for others. What the
// hardware does at barriers, shuffles and tensor cores is done here by
// definition.

#ifndef TENON_TEST_BACKENDS_CUDA_SUPPORT_EMULATOR_H
#define TENON_TEST_BACKENDS_CUDA_SUPPORT_EMULATOR_H

#include <cstdint>
#include <functional>
#include <string>

namespace tenon::cuda {

/// The order in which the threads of a block get their turns. A result that
/// depends on it comes from a missing barrier.
enum class TurnOrder { Forward, Backward };

/// Calls `thread(t)` for all threads t < `threads` of one block, in turns.
/// Returns what went wrong, or "": threads that wait for others which never
/// come. Not reentrant; one thread of the process at a time.
std::string runBlock(int64_t threads, TurnOrder order,
                     const std::function<void(int64_t)> &thread);

/// Addresses of what emulated code calls, in the running thread's name.
struct EmulatedCalls {
  /// void(): waits for all threads of the block.
  uint64_t barrier;
  /// uint32_t(uint32_t value, uint32_t mask): the value of the thread of the
  /// warp whose number differs in the bits of `mask`.
  uint64_t shuffleXor;
  /// float(uint32_t a[4] as four words, uint32_t b[2], float c[4], isBf16):
  /// element 0 of this thread's fragment of A * B + C, 16 x 8 x 16.
  uint64_t mma;
  /// float(uint32_t i): element i of the last product.
  uint64_t mmaElement;
};
EmulatedCalls getEmulatedCalls();

} // namespace tenon::cuda

#endif // TENON_TEST_BACKENDS_CUDA_SUPPORT_EMULATOR_H
