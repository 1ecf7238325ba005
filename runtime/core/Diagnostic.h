// How the runtime reports errors: a stable code that is returned, and one
// line of text that is written into a diagnostic of the caller. Neither
// allocates. The codes are the numbers of tn_code in runtime/capi/tenon.h.
#ifndef TENON_RUNTIME_CORE_DIAGNOSTIC_H
#define TENON_RUNTIME_CORE_DIAGNOSTIC_H

#include <cstddef>
#include <cstdint>

namespace tenon::rt {

/// Stable numbers; each has a page under docs/errors.
enum class [[nodiscard]] Code : int32_t {
  Ok = 0,
  // The artifact.
  FileUnreadable = 1001,
  NotAnArtifact = 1002,
  FormatVersion = 1003,
  Damaged = 1004,
  Malformed = 1005,
  ForeignTarget = 1006,
  CpuFeatures = 1007,
  NoSuchVariant = 1008,
  CodeRefused = 1009,
  NotSupported = 1010,
  DigestMismatch = 1011,
  // The machine.
  OutOfMemory = 1012,
  System = 1013,
  NoGpu = 1014,
  GpuFailed = 1015,
  GpuUnsuitable = 1016,
  SizesOpen = 1017,
  // The call.
  InvalidArgument = 1020,
  NoSuchEntry = 1021,
  NoSuchName = 1022,
  IndexOutOfRange = 1023,
  DTypeMismatch = 1024,
  ShapeMismatch = 1025,
  SizeMismatch = 1026,
  Misaligned = 1027,
  NotBound = 1028,
  Overlap = 1029,
  Busy = 1030,
  InspectOnly = 1031,
  GuardViolation = 1032,
  // Tensor files (runtime/io).
  NpyMalformed = 1040,
  NpyNotSupported = 1041,
  FileUnwritable = 1042,
  SafetensorsMalformed = 1043,
  // Training (runtime/train).
  DataMismatch = 1050,
  CheckpointMismatch = 1051,
  NotTrainable = 1052,
};

inline bool failed(Code code) { return code != Code::Ok; }

/// The text of one error, owned by whoever asks. Names taken from files are
/// cut where they would not fit.
class Diagnostic {
public:
  static constexpr size_t kCapacity = 500;

  Code code() const { return errorCode; }
  const char *message() const { return text; }

  /// Sets code and text (printf) and returns the code.
  Code fail(Code code, const char *format, ...)
      __attribute__((format(printf, 3, 4)));

  /// Puts "context: " before the text of an error that was set.
  void prefix(const char *context);

private:
  Code errorCode = Code::Ok;
  char text[kCapacity] = {};
};

} // namespace tenon::rt

/// Returns from the calling function when `expression` gives an error code.
#define TN_TRY(expression)                                                     \
  do {                                                                         \
    ::tenon::rt::Code tnTryCode = (expression);                                \
    if (::tenon::rt::failed(tnTryCode))                                        \
      return tnTryCode;                                                        \
  } while (0)

#endif // TENON_RUNTIME_CORE_DIAGNOSTIC_H
