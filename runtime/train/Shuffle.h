// The order of examples: a function of seed and epoch alone, so that a resumed
// run goes on where the stopped one was.
#ifndef TENON_RUNTIME_TRAIN_SHUFFLE_H
#define TENON_RUNTIME_TRAIN_SHUFFLE_H

#include <cstdint>
#include <numeric>
#include <span>
#include <utility>

namespace tenon::training {

/// SplitMix64 (Steele, Lea, Flood 2014): a counter through a mixing function.
class SplitMix {
public:
  explicit SplitMix(uint64_t seed) : state(seed) {}

  uint64_t next() {
    uint64_t z = state += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }
  /// A number below `bound`, by the high half of a product. The bias is below
  /// bound / 2^64.
  uint64_t below(uint64_t bound) {
    return static_cast<uint64_t>(
        (static_cast<unsigned __int128>(next()) * bound) >> 64);
  }

private:
  uint64_t state;
};

/// Fills `order` with 0, 1, ... in the random order of an epoch (Fisher-Yates).
inline void shuffleEpoch(uint64_t seed, uint64_t epoch,
                         std::span<uint32_t> order) {
  std::iota(order.begin(), order.end(), 0U);
  SplitMix mix(seed);
  SplitMix random(mix.next() ^ SplitMix(epoch).next());
  for (size_t i = order.size(); i > 1; --i)
    std::swap(order[i - 1], order[random.below(i)]);
}

} // namespace tenon::training

#endif // TENON_RUNTIME_TRAIN_SHUFFLE_H
