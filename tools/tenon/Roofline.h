// What the machine can do at best: multiply-adds per second from registers and
// bytes per second from memory, measured here and now.

#ifndef TENON_TOOLS_TENON_ROOFLINE_H
#define TENON_TOOLS_TENON_ROOFLINE_H

namespace tenon::tool {

struct Roofline {
  int threads = 0;
  const char *vectors = ""; ///< what the probe computed with, e.g. "AVX-512"
  double flops = 0;         ///< f32 operations per second, an FMA is two
  double bandwidth = 0;     ///< bytes read from memory per second
};

/// Measures with that many threads, for about a second. Each figure is the best
/// of several rounds, since a busy machine only ever makes it smaller.
Roofline measureRoofline(int threads);

/// The least seconds that `flops` operations over `bytes` of memory can take.
double leastSeconds(const Roofline &roofline, double flops, double bytes);

} // namespace tenon::tool

#endif // TENON_TOOLS_TENON_ROOFLINE_H
