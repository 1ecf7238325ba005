#include "compiler/report/Error.h"

#include "absl/strings/cord.h"
#include "absl/strings/numbers.h"

#include <algorithm>

namespace tenon::report {
namespace {

constexpr ErrorCode codes[] = {
    ErrorCode::ModelUnreadable,   ErrorCode::ModelMalformed,
    ErrorCode::ModelUnsupported,  ErrorCode::ModelUnknownFormat,
    ErrorCode::DumpMismatch,      ErrorCode::WeightsChanged,
    ErrorCode::WeightsUnfit,      ErrorCode::BadOption,
    ErrorCode::TargetUnknown,     ErrorCode::NoSuchEntry,
    ErrorCode::NoSuchInput,       ErrorCode::SizesOpen,
    ErrorCode::SizesContradict,   ErrorCode::SpecUnreadable,
    ErrorCode::SpecWrong,         ErrorCode::SpecUnsupported,
    ErrorCode::PhaseFailed,       ErrorCode::VerificationFailed,
    ErrorCode::CompilerCrashed,   ErrorCode::CodegenFailed,
    ErrorCode::PreparationFailed, ErrorCode::EvaluationFailed,
    ErrorCode::PassChangesResult, ErrorCode::OutputUnwritable,
    ErrorCode::ArtifactRefused};

constexpr char payloadUrl[] = "tenon/error";

absl::StatusCode statusKind(ErrorCode code) {
  switch (code) {
  case ErrorCode::ModelUnsupported:
  case ErrorCode::SpecUnsupported:
    return absl::StatusCode::kUnimplemented;
  case ErrorCode::BadOption:
  case ErrorCode::TargetUnknown:
  case ErrorCode::SizesOpen:
    return absl::StatusCode::kInvalidArgument;
  default:
    return absl::StatusCode::kFailedPrecondition;
  }
}

} // namespace

llvm::ArrayRef<ErrorCode> allErrorCodes() { return codes; }

std::string errorName(ErrorCode code) {
  std::string digits = std::to_string(static_cast<int>(code));
  return "T" + std::string(4 - std::min<size_t>(4, digits.size()), '0') +
         digits;
}

absl::Status makeError(ErrorCode code, const std::string &message) {
  return withCode(absl::Status(statusKind(code), message), code);
}

absl::Status makeRuntimeError(int runtimeCode, const std::string &message) {
  return withCode(absl::FailedPreconditionError(message),
                  static_cast<ErrorCode>(runtimeCode));
}

ErrorCode errorCode(const absl::Status &status) {
  auto payload = status.GetPayload(payloadUrl);
  int number = 0;
  if (!payload || !absl::SimpleAtoi(std::string(*payload), &number))
    return ErrorCode::None;
  return static_cast<ErrorCode>(number);
}

absl::Status withCode(absl::Status status, ErrorCode code) {
  std::string number = std::to_string(static_cast<int>(code));
  if (!status.ok() && errorCode(status) == ErrorCode::None)
    status.SetPayload(payloadUrl, absl::Cord(absl::string_view(number)));
  return status;
}

std::string describe(const absl::Status &status) {
  std::string text(status.message());
  // The number ends the first line: what follows is a list.
  if (ErrorCode code = errorCode(status); code != ErrorCode::None)
    text.insert(std::min(text.find('\n'), text.size()),
                " [" + errorName(code) + "]");
  return text;
}

} // namespace tenon::report
