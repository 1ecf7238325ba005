#include "test/backends/cuda/support/Emulator.h"

#include <csetjmp>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <ucontext.h>
#include <vector>

using namespace tenon::cuda;

namespace {

constexpr int64_t warpSize = 32;
constexpr size_t stackBytes = 64 * 1024;
constexpr size_t mostThreads = 1024;

/// Threads that wait for each other: of a block, or of a warp.
struct Meeting {
  int64_t members = 0;
  int64_t arrived = 0;
  uint64_t generation = 0;
};

/// Operands of one thread's part of a product.
struct Fragment {
  uint32_t a[4];
  uint32_t b[2];
  float c[4];
};

struct Fiber {
  jmp_buf registers;
  ucontext_t start;
  bool started = false;
  bool finished = false;
  float product[4] = {};
};

struct Block {
  int64_t threads = 0;
  TurnOrder order = TurnOrder::Forward;
  const std::function<void(int64_t)> *body = nullptr;
  int64_t current = 0;
  int64_t unfinished = 0;
  /// Turns taken in a row in which nobody got further.
  int64_t idleTurns = 0;
  bool stuck = false;
  Meeting all;
  std::vector<Meeting> warps;
  /// What threads hand each other, by parity of the warp's meetings: a thread
  /// may be one meeting ahead of another.
  uint32_t words[2][mostThreads];
  Fragment fragments[2][mostThreads];
  jmp_buf caller;
};

Block block;
Fiber fibers[mostThreads];

/// Stacks are made once and used by all blocks.
char *stackOf(int64_t fiber) {
  static std::unique_ptr<char[]> stacks(new char[mostThreads * stackBytes]);
  return stacks.get() + fiber * stackBytes;
}

void enter();

/// Switches to a fiber; returns in the caller when somebody switches back.
void resume(int64_t next) {
  block.current = next;
  Fiber &fiber = fibers[next];
  if (fiber.started)
    _longjmp(fiber.registers, 1);
  fiber.started = true;
  getcontext(&fiber.start);
  fiber.start.uc_stack.ss_sp = stackOf(next);
  fiber.start.uc_stack.ss_size = stackBytes;
  fiber.start.uc_link = nullptr;
  makecontext(&fiber.start, enter, 0);
  setcontext(&fiber.start);
}

/// The next thread in turn that is not done.
int64_t nextThread() {
  int64_t next = block.current;
  do {
    next += block.order == TurnOrder::Forward ? 1 : block.threads - 1;
    next %= block.threads;
  } while (fibers[next].finished);
  return next;
}

void giveWay() {
  if (++block.idleTurns > 4 * block.threads) {
    block.stuck = true;
    _longjmp(block.caller, 1);
  }
  if (int64_t next = nextThread(); next != block.current)
    if (_setjmp(fibers[block.current].registers) == 0)
      resume(next);
}

void enter() {
  (*block.body)(block.current);
  fibers[block.current].finished = true;
  block.idleTurns = 0;
  if (--block.unfinished == 0)
    _longjmp(block.caller, 1);
  resume(nextThread());
}

void meet(Meeting &meeting) {
  uint64_t mine = meeting.generation;
  block.idleTurns = 0;
  if (++meeting.arrived == meeting.members) {
    meeting.arrived = 0;
    ++meeting.generation;
    return;
  }
  while (meeting.generation == mine)
    giveWay();
}

//===----------------------------------------------------------------------===//
// What emulated code calls
//===----------------------------------------------------------------------===//

void barrier() { meet(block.all); }

uint32_t shuffleXor(uint32_t value, uint32_t mask) {
  int64_t me = block.current;
  Meeting &warp = block.warps[me / warpSize];
  uint32_t *words = block.words[warp.generation & 1];
  words[me] = value;
  meet(warp);
  return words[me ^ mask];
}

float decode(uint32_t word, int half, bool isBf16) {
  auto bits = static_cast<uint16_t>(word >> (16 * half));
  if (isBf16) {
    uint32_t wide = static_cast<uint32_t>(bits) << 16;
    float value;
    std::memcpy(&value, &wide, sizeof(value));
    return value;
  }
  _Float16 value;
  std::memcpy(&value, &bits, sizeof(bits));
  return static_cast<float>(value);
}

/// Element of A [16][16], from the fragments of the warp's threads: word
/// (row / 8) + 2 * (k / 8) of thread 4 * (row % 8) + k % 8 / 2.
float elementOfA(const Fragment *warp, int row, int k, bool isBf16) {
  const Fragment &f = warp[4 * (row % 8) + k % 8 / 2];
  return decode(f.a[row / 8 + 2 * (k / 8)], k % 2, isBf16);
}

/// Element of B [16][8]: word k / 8 of thread 4 * column + k % 8 / 2.
float elementOfB(const Fragment *warp, int k, int column, bool isBf16) {
  const Fragment &f = warp[4 * column + k % 8 / 2];
  return decode(f.b[k / 8], k % 2, isBf16);
}

float mma(uint32_t a0, uint32_t a1, uint32_t a2, uint32_t a3, uint32_t b0,
          uint32_t b1, float c0, float c1, float c2, float c3,
          uint32_t isBf16) {
  int64_t me = block.current;
  Meeting &meeting = block.warps[me / warpSize];
  Fragment *warp =
      block.fragments[meeting.generation & 1] + me / warpSize * warpSize;
  int lane = static_cast<int>(me % warpSize);
  warp[lane] = {{a0, a1, a2, a3}, {b0, b1}, {c0, c1, c2, c3}};
  meet(meeting);
  // C's element i of thread t: row t / 4 + 8 * (i / 2), column 2 * (t % 4) + i
  // % 2.
  for (int i = 0; i < 4; ++i) {
    int row = lane / 4 + 8 * (i / 2), column = 2 * (lane % 4) + i % 2;
    float sum = warp[lane].c[i];
    for (int k = 0; k < 16; ++k)
      sum += elementOfA(warp, row, k, isBf16 != 0) *
             elementOfB(warp, k, column, isBf16 != 0);
    fibers[me].product[i] = sum;
  }
  return fibers[me].product[0];
}

float mmaElement(uint32_t i) { return fibers[block.current].product[i]; }

} // namespace

EmulatedCalls tenon::cuda::getEmulatedCalls() {
  return {reinterpret_cast<uint64_t>(&barrier),
          reinterpret_cast<uint64_t>(&shuffleXor),
          reinterpret_cast<uint64_t>(&mma),
          reinterpret_cast<uint64_t>(&mmaElement)};
}

std::string tenon::cuda::runBlock(int64_t threads, TurnOrder order,
                                  const std::function<void(int64_t)> &thread) {
  block.threads = threads;
  block.order = order;
  block.body = &thread;
  block.unfinished = threads;
  block.idleTurns = 0;
  block.stuck = false;
  block.all = {threads, 0, 0};
  block.warps.clear();
  for (int64_t first = 0; first < threads; first += warpSize)
    block.warps.push_back({std::min(warpSize, threads - first), 0, 0});
  for (int64_t i = 0; i < threads; ++i)
    fibers[i].started = fibers[i].finished = false;
  if (_setjmp(block.caller) == 0)
    resume(order == TurnOrder::Forward ? 0 : threads - 1);
  if (!block.stuck)
    return "";
  return "threads wait for others that never come: " +
         std::to_string(block.all.arrived) + " of " + std::to_string(threads) +
         " are at a barrier, " + std::to_string(threads - block.unfinished) +
         " are done";
}
