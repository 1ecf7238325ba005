// Memory that shows wrong accesses: every buffer against a page that nobody
// may touch, and filled with NaN.
#ifndef TENON_RUNTIME_EXECUTOR_GUARDEDMEMORY_H
#define TENON_RUNTIME_EXECUTOR_GUARDEDMEMORY_H

#include "runtime/core/Mapping.h"

namespace tenon::rt {

/// Which side of a buffer the forbidden page is at. At the other side there is
/// one too, but up to a page away.
enum class Guard : int { Off = 0, End = 1, Start = 2 };

/// One buffer in a mapping of its own.
class GuardedBuffer {
public:
  /// The byte that poison consists of: a NaN in every floating-point type.
  static constexpr uint8_t kPoison = 0xff;

  /// Places `size` bytes. With Guard::End they end at the forbidden page, or
  /// up to `alignment` - 1 bytes before it so that the start is aligned.
  static Code create(Guard guard, uint64_t size, uint64_t alignment,
                     GuardedBuffer &buffer, Diagnostic &diagnostic);

  uint8_t *data() const { return start; }
  uint64_t size() const { return length; }

  /// Fills the buffer and its surroundings with poison.
  void poison();

  /// False when a byte beside the buffer is no longer poison.
  bool surroundingsIntact() const;

  /// Forbids writes from now on.
  void makeReadOnly();

private:
  Mapping mapping;
  uint8_t *pages = nullptr;
  uint64_t pagesSize = 0;
  uint8_t *start = nullptr;
  uint64_t length = 0;
};

} // namespace tenon::rt

#endif // TENON_RUNTIME_EXECUTOR_GUARDEDMEMORY_H
