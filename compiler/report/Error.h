// Numbered errors of the compiler. A number never changes its meaning; each
// has a page docs/errors/T0NNN.md with symptom, cause and what to try. The
// runtime's numbers start at T1001 (runtime/core/Diagnostic.h).

#ifndef TENON_COMPILER_REPORT_ERROR_H
#define TENON_COMPILER_REPORT_ERROR_H

#include "absl/status/status.h"
#include "llvm/ADT/ArrayRef.h"

#include <string>

namespace tenon::report {

enum class ErrorCode : int {
  None = 0,
  // The model.
  ModelUnreadable = 101,
  ModelMalformed = 102,
  ModelUnsupported = 103,
  ModelUnknownFormat = 104,
  DumpMismatch = 105,
  WeightsChanged = 106,
  WeightsUnfit = 107,
  // The command.
  BadOption = 110,
  TargetUnknown = 111,
  NoSuchEntry = 112,
  NoSuchInput = 113,
  SizesOpen = 114,
  SizesContradict = 115,
  // The training spec.
  SpecUnreadable = 120,
  SpecWrong = 121,
  SpecUnsupported = 122,
  // The compiler.
  PhaseFailed = 201,
  VerificationFailed = 202,
  CompilerCrashed = 203,
  CodegenFailed = 204,
  PreparationFailed = 205,
  EvaluationFailed = 206,
  PassChangesResult = 207,
  // What is written.
  OutputUnwritable = 301,
  ArtifactRefused = 302,
};

/// All codes, ascending, without None.
llvm::ArrayRef<ErrorCode> allErrorCodes();

/// "T0101" for 101.
std::string errorName(ErrorCode code);

/// A status that carries `code`. Its kind is the one that the command's exit
/// status follows from: Unimplemented for ModelUnsupported, InvalidArgument
/// for BadOption, TargetUnknown and SizesOpen, FailedPrecondition for all
/// others.
absl::Status makeError(ErrorCode code, const std::string &message);

/// An error of the runtime, under its own number.
absl::Status makeRuntimeError(int runtimeCode, const std::string &message);

/// The code that `status` carries; None where it carries none.
ErrorCode errorCode(const absl::Status &status);

/// `status` with `code`, unless it is Ok or carries a code already.
absl::Status withCode(absl::Status status, ErrorCode code);

/// The message, and the number in brackets where there is one.
std::string describe(const absl::Status &status);

} // namespace tenon::report

#endif // TENON_COMPILER_REPORT_ERROR_H
