// Error numbers of the C API, and that they are the runtime's own.

#include "runtime/capi/tenon.h"
#include "runtime/core/DType.h"
#include "runtime/core/Diagnostic.h"

using namespace tenon::rt;

namespace {
struct Row {
  tn_code code;
  Code inner;
  const char *name;
};
#define ROW(NAME, INNER) {NAME, Code::INNER, #NAME}
constexpr Row kRows[] = {
    ROW(TN_OK, Ok),
    ROW(TN_FILE_UNREADABLE, FileUnreadable),
    ROW(TN_NOT_AN_ARTIFACT, NotAnArtifact),
    ROW(TN_FORMAT_VERSION, FormatVersion),
    ROW(TN_DAMAGED, Damaged),
    ROW(TN_MALFORMED, Malformed),
    ROW(TN_FOREIGN_TARGET, ForeignTarget),
    ROW(TN_CPU_FEATURES, CpuFeatures),
    ROW(TN_NO_SUCH_VARIANT, NoSuchVariant),
    ROW(TN_CODE_REFUSED, CodeRefused),
    ROW(TN_NOT_SUPPORTED, NotSupported),
    ROW(TN_DIGEST_MISMATCH, DigestMismatch),
    ROW(TN_OUT_OF_MEMORY, OutOfMemory),
    ROW(TN_SYSTEM, System),
    ROW(TN_NO_GPU, NoGpu),
    ROW(TN_GPU_FAILED, GpuFailed),
    ROW(TN_GPU_UNSUITABLE, GpuUnsuitable),
    ROW(TN_SIZES_OPEN, SizesOpen),
    ROW(TN_INVALID_ARGUMENT, InvalidArgument),
    ROW(TN_NO_SUCH_ENTRY, NoSuchEntry),
    ROW(TN_NO_SUCH_NAME, NoSuchName),
    ROW(TN_INDEX_OUT_OF_RANGE, IndexOutOfRange),
    ROW(TN_DTYPE_MISMATCH, DTypeMismatch),
    ROW(TN_SHAPE_MISMATCH, ShapeMismatch),
    ROW(TN_SIZE_MISMATCH, SizeMismatch),
    ROW(TN_MISALIGNED, Misaligned),
    ROW(TN_NOT_BOUND, NotBound),
    ROW(TN_OVERLAP, Overlap),
    ROW(TN_BUSY, Busy),
    ROW(TN_INSPECT_ONLY, InspectOnly),
    ROW(TN_GUARD_VIOLATION, GuardViolation),
    ROW(TN_NPY_MALFORMED, NpyMalformed),
    ROW(TN_NPY_NOT_SUPPORTED, NpyNotSupported),
    ROW(TN_FILE_UNWRITABLE, FileUnwritable),
    ROW(TN_SAFETENSORS_MALFORMED, SafetensorsMalformed),
    ROW(TN_DATA_MISMATCH, DataMismatch),
    ROW(TN_CHECKPOINT_MISMATCH, CheckpointMismatch),
    ROW(TN_NOT_TRAINABLE, NotTrainable),
};
#undef ROW

constexpr bool numbersAgree() {
  for (const Row &row : kRows)
    if (static_cast<int32_t>(row.code) != static_cast<int32_t>(row.inner))
      return false;
  return true;
}
static_assert(numbersAgree(), "tn_code and rt::Code differ");
static_assert(TN_COMPLEX_F64 == static_cast<int>(DType::ComplexF64));
static_assert(TN_UI4 == static_cast<int>(DType::UI4));
} // namespace

const char *tn_code_name(int32_t code) {
  for (const Row &row : kRows)
    if (static_cast<int32_t>(row.code) == code)
      return row.name;
  return "TN_UNKNOWN";
}
