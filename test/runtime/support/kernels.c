/* Kernels for the runtime's tests, written by hand after the kernel ABI. A
 * tile is a row of kWidth floats. */
#include "runtime/abi/kernel_abi.h"

enum { kWidth = 64 };

/* (x, w) -> y: y = x + w for each row. */
__attribute__((visibility("default"))) void
test_add_row(void *const *buffers, const int64_t *scalars, void *scratch,
             int64_t tile_begin, int64_t tile_end) {
  const float *w = buffers[1];
  for (int64_t row = tile_begin; row < tile_end; ++row) {
    const float *x = (const float *)buffers[0] + row * kWidth;
    float *y = (float *)buffers[2] + row * kWidth;
    for (int i = 0; i < kWidth; ++i)
      y[i] = x[i] + w[i];
  }
}

/* (x) -> y: each row's running sums, by way of the scratch. */
__attribute__((visibility("default"))) void
test_running_sum(void *const *buffers, const int64_t *scalars, void *scratch,
                 int64_t tile_begin, int64_t tile_end) {
  float *sums = scratch;
  for (int64_t row = tile_begin; row < tile_end; ++row) {
    const float *x = (const float *)buffers[0] + row * kWidth;
    float *y = (float *)buffers[1] + row * kWidth;
    float sum = 0;
    for (int i = 0; i < kWidth; ++i)
      sums[i] = sum += x[i];
    for (int i = 0; i < kWidth; ++i)
      y[i] = sums[i];
  }
}

/* (v, x) -> v: v += x in place. */
__attribute__((visibility("default"))) void
test_accumulate(void *const *buffers, const int64_t *scalars, void *scratch,
                int64_t tile_begin, int64_t tile_end) {
  float *v = (float *)buffers[0] + tile_begin * kWidth;
  const float *x = (const float *)buffers[1] + tile_begin * kWidth;
  for (int64_t i = 0; i < (tile_end - tile_begin) * kWidth; ++i)
    v[i] += x[i];
}

/* (sum, step, x) -> loss: sum += x and step += 1 in place, loss is the mean of
 * the new sum. One tile. */
__attribute__((visibility("default"))) void
test_train(void *const *buffers, const int64_t *scalars, void *scratch,
           int64_t tile_begin, int64_t tile_end) {
  enum { kCount = 8 * kWidth };
  float *sum = buffers[0];
  const float *x = buffers[2];
  float total = 0;
  for (int i = 0; i < kCount; ++i)
    total += sum[i] += x[i];
  *(int64_t *)buffers[1] += 1;
  *(float *)buffers[3] = total / kCount;
}

static void addOne(float *x) { *x += 1; }
static void twice(float *x) { *x *= 2; }
/* Needs RELATIVE relocations. */
static void (*const volatile kSteps[])(float *) = {addOne, twice, addOne};

/* (x) -> y: y = (x + 1) * 2 + 1, through a table of pointers. */
__attribute__((visibility("default"))) void
test_table(void *const *buffers, const int64_t *scalars, void *scratch,
           int64_t tile_begin, int64_t tile_end) {
  for (int64_t row = tile_begin; row < tile_end; ++row)
    for (int i = 0; i < kWidth; ++i) {
      float value = ((const float *)buffers[0])[row * kWidth + i];
      for (int step = 0; step < 3; ++step)
        kSteps[step](&value);
      ((float *)buffers[1])[row * kWidth + i] = value;
    }
}

/* (x) -> y: copies rows and writes scalars[0] floats too many after the last
 * (before the first for a negative count). For the guards. */
__attribute__((visibility("default"))) void
test_overrun(void *const *buffers, const int64_t *scalars, void *scratch,
             int64_t tile_begin, int64_t tile_end) {
  const float *x = buffers[0];
  float *y = buffers[1];
  int64_t begin = tile_begin * kWidth, end = tile_end * kWidth;
  if (scalars[0] > 0)
    for (int64_t i = 0; i < scalars[0]; ++i)
      ((volatile float *)y)[end + i] = 0;
  for (int64_t i = scalars[0]; i < 0; ++i)
    ((volatile float *)y)[begin + i] = 0;
  for (int64_t i = begin; i < end; ++i)
    y[i] = x[i];
}
