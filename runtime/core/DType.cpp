#include "runtime/core/DType.h"

#include <cstdio>
#include <cstring>

namespace tenon::rt {

namespace {
struct Row {
  const char *name;
  uint8_t bits;
  uint8_t alignment;
};
// In the order of the enumeration.
constexpr Row kRows[kDTypeCount] = {
    {"invalid", 0, 1},
    {"f32", 32, 4},
    {"f64", 64, 8},
    {"f16", 16, 2},
    {"bf16", 16, 2},
    {"f8E4M3FN", 8, 1},
    {"f8E5M2", 8, 1},
    {"i1", 8, 1},
    {"i4", 4, 1},
    {"ui4", 4, 1},
    {"i8", 8, 1},
    {"i16", 16, 2},
    {"i32", 32, 4},
    {"i64", 64, 8},
    {"ui8", 8, 1},
    {"ui16", 16, 2},
    {"ui32", 32, 4},
    {"ui64", 64, 8},
    {"complex<f32>", 64, 4},
    {"complex<f64>", 128, 8},
};

const Row &rowOf(DType dtype) {
  auto i = static_cast<unsigned>(dtype);
  return kRows[i < kDTypeCount ? i : 0];
}
} // namespace

const char *dtypeName(DType dtype) { return rowOf(dtype).name; }
unsigned dtypeBits(DType dtype) { return rowOf(dtype).bits; }
unsigned dtypeAlignment(DType dtype) { return rowOf(dtype).alignment; }

DType parseDType(const char *name, size_t length) {
  for (unsigned i = 1; i < kDTypeCount; ++i)
    if (strlen(kRows[i].name) == length &&
        memcmp(kRows[i].name, name, length) == 0)
      return static_cast<DType>(i);
  return DType::Invalid;
}

bool tensorBytes(DType dtype, const int64_t *shape, size_t rank,
                 uint64_t &bytes) {
  int64_t bits = dtypeBits(dtype);
  if (bits == 0)
    return false;
  bool empty = false;
  for (size_t i = 0; i < rank; ++i) {
    if (shape[i] < 0)
      return false;
    if (shape[i] == 0)
      empty = true;
    else if (__builtin_mul_overflow(bits, shape[i], &bits))
      return false;
  }
  if (bits > INT64_MAX - 7)
    return false;
  bytes = empty ? 0 : (static_cast<uint64_t>(bits) + 7) / 8;
  return true;
}

void formatTensorType(char *text, size_t size, DType dtype,
                      const int64_t *shape, size_t rank) {
  size_t used = 0;
  auto add = [&](int written) {
    if (written > 0)
      used += static_cast<size_t>(written);
    if (used >= size)
      used = size - 1;
  };
  add(snprintf(text, size, "%s[", dtypeName(dtype)));
  for (size_t i = 0; i < rank; ++i)
    add(snprintf(text + used, size - used, "%s%lld", i ? "," : "",
                 static_cast<long long>(shape[i])));
  add(snprintf(text + used, size - used, "]"));
}

} // namespace tenon::rt
