#include "tools/tenon/Roofline.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <memory>
#include <sys/mman.h>
#include <thread>
#include <vector>

namespace tenon::tool {
namespace {

using Clock = std::chrono::steady_clock;

double secondsSince(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// A vector of BYTES bytes of floats that may stand at any address.
template <size_t Bytes>
using Floats [[gnu::vector_size(Bytes), gnu::aligned(4)]] = float;

/// Independent sums: more than latency times issue width of any core so far,
/// and no more than fit into 16 registers beside the factors.
constexpr int kSums = 12;

/// `rounds` x kSums fused multiply-adds of whole vectors. The factors come from
/// memory, so that nothing is known of them, and keep the sums finite.
template <size_t Bytes>
[[gnu::always_inline]] inline float multiplyAdds(const float *factors,
                                                 int64_t rounds) {
  using Vector = Floats<Bytes>;
  Vector scale = Vector{} + factors[0], add = Vector{} + factors[1];
  Vector sums[kSums];
  for (int i = 0; i < kSums; ++i)
    sums[i] = Vector{} + factors[i];
  for (int64_t round = 0; round < rounds; ++round)
#pragma clang loop unroll(full)
    for (int i = 0; i < kSums; ++i)
      sums[i] = __builtin_elementwise_fma(sums[i], scale, add);
  Vector total = sums[0];
  for (int i = 1; i < kSums; ++i)
    total += sums[i];
  return total[0];
}

/// Streams that are read side by side; each has the hardware's prefetcher to
/// itself, and one alone does not keep enough lines in flight.
constexpr int kStreams = 4;
constexpr size_t kLine = 64;
/// Bytes that software asks for ahead.
constexpr size_t kAhead = 2048;

/// Reads `bytes` from `data`, in kStreams streams, a line of each in turn.
template <size_t Bytes>
[[gnu::always_inline]] inline float readAll(const char *data, size_t bytes) {
  using Vector = Floats<Bytes>;
  size_t length = bytes / kStreams / kLine * kLine;
  Vector sums[kStreams * kLine / Bytes] = {};
  for (size_t at = 0; at < length; at += kLine) {
    size_t sum = 0;
#pragma clang loop unroll(full)
    for (int stream = 0; stream < kStreams; ++stream) {
      const char *line = data + static_cast<size_t>(stream) * length + at;
      __builtin_prefetch(line + kAhead);
#pragma clang loop unroll(full)
      for (size_t part = 0; part < kLine; part += Bytes)
        sums[sum++] += *reinterpret_cast<const Vector *>(line + part);
    }
  }
  Vector total = sums[0];
  for (Vector sum : sums)
    total += sum;
  return total[0];
}

struct Probe {
  const char *name;
  size_t lanes;
  float (*compute)(const float *factors, int64_t rounds);
  float (*read)(const char *data, size_t bytes);
};

#if defined(__x86_64__)
[[gnu::target("avx512f")]] float computeAvx512(const float *factors,
                                               int64_t rounds) {
  return multiplyAdds<64>(factors, rounds);
}
[[gnu::target("avx512f")]] float readAvx512(const char *data, size_t bytes) {
  return readAll<64>(data, bytes);
}
[[gnu::target("avx2,fma")]] float computeAvx2(const float *factors,
                                              int64_t rounds) {
  return multiplyAdds<32>(factors, rounds);
}
[[gnu::target("avx2,fma")]] float readAvx2(const char *data, size_t bytes) {
  return readAll<32>(data, bytes);
}
#endif
float computePlain(const float *factors, int64_t rounds) {
  return multiplyAdds<16>(factors, rounds);
}
float readPlain(const char *data, size_t bytes) {
  return readAll<16>(data, bytes);
}

Probe bestProbe() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f"))
    return {"AVX-512", 16, computeAvx512, readAvx512};
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
    return {"AVX2", 8, computeAvx2, readAvx2};
#endif
  return {"128-bit vectors", 4, computePlain, readPlain};
}

/// Runs `body(thread)` on all threads at once; the seconds from when all were
/// ready to when the last was done.
double runTogether(int threads, const std::function<void(int)> &body) {
  std::atomic<int> ready{0};
  std::atomic<bool> go{false};
  std::vector<std::thread> workers;
  for (int i = 1; i < threads; ++i)
    workers.emplace_back([&, i] {
      ++ready;
      while (!go.load(std::memory_order_acquire))
        ;
      body(i);
    });
  while (ready.load() != threads - 1)
    std::this_thread::yield();
  Clock::time_point start = Clock::now();
  go.store(true, std::memory_order_release);
  body(0);
  for (std::thread &worker : workers)
    worker.join();
  return secondsSince(start);
}

/// Keeps the optimizer from dropping what computed `value`.
void keep(float value) {
  static std::atomic<float> sink;
  sink.store(value, std::memory_order_relaxed);
}

double measureFlops(const Probe &probe, int threads) {
  // About 10 ms, long enough for a core to reach its speed.
  constexpr int64_t rounds = 2'000'000;
  constexpr int tries = 12;
  float factors[kSums];
  for (int i = 0; i < kSums; ++i)
    factors[i] = 0.25f + 0.01f * static_cast<float>(i);
  double best = 0;
  for (int i = 0; i < tries; ++i) {
    double seconds = runTogether(
        threads, [&](int) { keep(probe.compute(factors, rounds)); });
    double work = 2.0 * static_cast<double>(rounds) * kSums *
                  static_cast<double>(probe.lanes) * threads;
    best = std::max(best, work / seconds);
  }
  return best;
}

/// Pages of one thread, large ones where the system has them: with small ones
/// the probe would measure the walks of page tables.
class Pages {
public:
  explicit Pages(size_t size) : size(size) {
    constexpr size_t hugePage = size_t{2} << 20;
    data = static_cast<char *>(std::aligned_alloc(hugePage, size));
    if (!data)
      return;
    madvise(data, size, MADV_HUGEPAGE);
    std::memset(data, 0, size);
  }
  Pages(const Pages &) = delete;
  Pages &operator=(const Pages &) = delete;
  ~Pages() { std::free(data); }

  char *data = nullptr;
  size_t size;
};

double measureBandwidth(const Probe &probe, int threads) {
  // Per thread more than its share of most last-level caches; what remains in
  // a larger one flatters the machine, and the kernels alike.
  constexpr size_t most = size_t{256} << 20;
  constexpr int tries = 6;
  std::vector<std::unique_ptr<Pages>> pages;
  for (int i = 0; i < threads; ++i)
    pages.push_back(std::make_unique<Pages>(
        std::max(most / static_cast<size_t>(threads), size_t{16} << 20) >>
        21 << 21));
  double best = 0, bytes = 0;
  for (const auto &own : pages) {
    if (!own->data)
      return 0;
    bytes += static_cast<double>(own->size);
  }
  for (int i = 0; i < tries; ++i) {
    double seconds = runTogether(threads, [&](int thread) {
      const Pages &own = *pages[static_cast<size_t>(thread)];
      keep(probe.read(own.data, own.size));
    });
    best = std::max(best, bytes / seconds);
  }
  return best;
}

} // namespace

Roofline measureRoofline(int threads) {
  Probe probe = bestProbe();
  Roofline roofline;
  roofline.threads = threads;
  roofline.vectors = probe.name;
  roofline.flops = measureFlops(probe, threads);
  roofline.bandwidth = measureBandwidth(probe, threads);
  return roofline;
}

double leastSeconds(const Roofline &roofline, double flops, double bytes) {
  return std::max(flops / roofline.flops, bytes / roofline.bandwidth);
}

} // namespace tenon::tool
