// Element types: names as MLIR prints them, sizes, and the sizes of tensors.
#ifndef TENON_RUNTIME_CORE_DTYPE_H
#define TENON_RUNTIME_CORE_DTYPE_H

#include <cstddef>
#include <cstdint>

namespace tenon::rt {

/// The numbers are those of the schema and of tn_dtype.
enum class DType : uint8_t {
  Invalid = 0,
  F32 = 1,
  F64 = 2,
  F16 = 3,
  BF16 = 4,
  F8E4M3FN = 5,
  F8E5M2 = 6,
  I1 = 7,
  I4 = 8,
  UI4 = 9,
  I8 = 10,
  I16 = 11,
  I32 = 12,
  I64 = 13,
  UI8 = 14,
  UI16 = 15,
  UI32 = 16,
  UI64 = 17,
  ComplexF32 = 18,
  ComplexF64 = 19,
};

inline constexpr unsigned kDTypeCount = 20;

/// "f32", "bf16", "complex<f64>", ...; "invalid" for anything else.
const char *dtypeName(DType dtype);

/// The type of that name, or Invalid.
DType parseDType(const char *name, size_t length);

/// Bits per element as stored: 4 for i4 and ui4, 8 for i1; 0 for Invalid.
unsigned dtypeBits(DType dtype);

/// The alignment of one element in bytes (a complex number's is its part's).
unsigned dtypeAlignment(DType dtype);

/// Bytes of a dense tensor, elements of less than a byte packed and the last
/// byte filled. Returns false on an unknown type, a negative dimension or an
/// overflow of int64_t.
bool tensorBytes(DType dtype, const int64_t *shape, size_t rank,
                 uint64_t &bytes);

/// Writes "f32[1,384]" into `text`, cut to `size`; for messages.
void formatTensorType(char *text, size_t size, DType dtype,
                      const int64_t *shape, size_t rank);

} // namespace tenon::rt

#endif // TENON_RUNTIME_CORE_DTYPE_H
