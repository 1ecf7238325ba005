/* One image per REFUSED_... macro, each of a form that must be refused. */
#include "runtime/abi/kernel_abi.h"

#define KERNEL                                                                 \
  __attribute__((visibility("default"))) void test_kernel(                     \
      void *const *buffers, const int64_t *scalars, void *scratch,             \
      int64_t tile_begin, int64_t tile_end)

#if defined(REFUSED_IMPORT)
void elsewhere(void);
KERNEL { elsewhere(); }
#elif defined(REFUSED_IMPORTED_DATA)
extern int elsewhere;
KERNEL { *(int *)buffers[0] = elsewhere; }
#elif defined(REFUSED_CONSTRUCTOR)
__attribute__((constructor)) static void early(void) { __asm__ volatile(""); }
KERNEL {}
#elif defined(REFUSED_WRITABLE)
static volatile int counter = 1;
KERNEL { counter = counter + 1; }
#elif defined(REFUSED_TLS)
static _Thread_local volatile int counter = 1;
KERNEL { *(int *)buffers[0] = counter; }
#elif defined(REFUSED_SYMBOLIC)
/* A pointer to an exported function gives a relocation with a symbol. */
__attribute__((visibility("default"))) void other(void) {}
void (*const volatile pointer)(void) = other;
KERNEL { pointer(); }
#else /* as such, or linked in a way that is refused */
KERNEL {}
#endif
