#include "compiler/driver/CompileSession.h"

#include "compiler/report/Error.h"

namespace tenon::driver {

absl::Status CompileSession::writeArtifact() {
  return report::makeError(report::ErrorCode::CodegenFailed,
                           "no code generator is linked into this program");
}

} // namespace tenon::driver
