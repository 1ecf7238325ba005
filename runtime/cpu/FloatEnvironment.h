// The floating-point modes that kernels are compiled for.
#ifndef TENON_RUNTIME_CPU_FLOATENVIRONMENT_H
#define TENON_RUNTIME_CPU_FLOATENVIRONMENT_H

#include <cstdint>

namespace tenon::rt {

/// While it lives the calling thread rounds to nearest, keeps denormals and
/// traps nothing, whatever the application has set; then its modes return.
class FloatEnvironment {
public:
  FloatEnvironment() {
#if defined(__x86_64__)
    saved = __builtin_ia32_stmxcsr();
    __builtin_ia32_ldmxcsr(0x1f80);
#elif defined(__aarch64__)
    __asm__ volatile("mrs %0, fpcr" : "=r"(saved));
    __asm__ volatile("msr fpcr, %0" : : "r"(uint64_t{0}));
#endif
  }
  ~FloatEnvironment() {
#if defined(__x86_64__)
    __builtin_ia32_ldmxcsr(saved);
#elif defined(__aarch64__)
    __asm__ volatile("msr fpcr, %0" : : "r"(saved));
#endif
  }
  FloatEnvironment(const FloatEnvironment &) = delete;
  FloatEnvironment &operator=(const FloatEnvironment &) = delete;

private:
#if defined(__x86_64__)
  unsigned saved;
#else
  uint64_t saved;
#endif
};

} // namespace tenon::rt

#endif // TENON_RUNTIME_CPU_FLOATENVIRONMENT_H
