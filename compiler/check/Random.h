// A source of random numbers whose draws are the same on every machine, which
// the distributions of the standard library are not.

#ifndef TENON_COMPILER_CHECK_RANDOM_H
#define TENON_COMPILER_CHECK_RANDOM_H

#include "llvm/ADT/ArrayRef.h"

#include <cstdint>

namespace tenon::check {

/// SplitMix64 (Steele, Lea, Flood 2014). For one thread at a time.
class Random {
public:
  explicit Random(uint64_t seed) : state(seed) {}

  uint64_t next() {
    uint64_t x = state += 0x9e3779b97f4a7c15;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
    x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
    return x ^ (x >> 31);
  }

  /// One of 0 .. count - 1; `count` is at least 1.
  int64_t below(int64_t count) {
    return static_cast<int64_t>(next() % static_cast<uint64_t>(count));
  }
  /// One of low .. high, both included.
  int64_t between(int64_t low, int64_t high) {
    return low + below(high - low + 1);
  }
  /// True that many times in a hundred.
  bool chance(int64_t percent) { return below(100) < percent; }
  /// A number of [0, 1).
  double real() { return static_cast<double>(next() >> 11) * 0x1p-53; }
  /// A number of [low, high).
  double real(double low, double high) {
    // In two statements: a fused multiply-add would give other numbers.
    double scaled = real() * (high - low);
    return low + scaled;
  }
  /// One of several.
  template <typename T> const T &pick(llvm::ArrayRef<T> choices) {
    return choices[below(static_cast<int64_t>(choices.size()))];
  }
  template <typename T, size_t N> const T &pick(const T (&choices)[N]) {
    return choices[below(N)];
  }
  /// Puts a list into random order.
  template <typename List> void shuffle(List &list) {
    for (size_t i = list.size(); i > 1; --i)
      std::swap(list[i - 1], list[below(static_cast<int64_t>(i))]);
  }

private:
  uint64_t state;
};

} // namespace tenon::check

#endif // TENON_COMPILER_CHECK_RANDOM_H
