// Artifacts and sessions that release themselves, for the C++ around the C API.
#ifndef TENON_RUNTIME_IO_OPENARTIFACT_H
#define TENON_RUNTIME_IO_OPENARTIFACT_H

#include "runtime/io/Report.h"

#include <memory>
#include <string>

namespace tenon::io {

struct Release {
  void operator()(tn_model *model) const { tn_model_release(model); }
  void operator()(tn_session *session) const { tn_session_destroy(session); }
};
using OwnedModel = std::unique_ptr<tn_model, Release>;
/// Goes before its model does.
using OwnedSession = std::unique_ptr<tn_session, Release>;

/// What the C API says of a call that failed.
Problem problemOf(const tn_diagnostic &diagnostic);

/// Loads the artifact at `path`, with the code of `variant`, or the best where
/// it is empty. Problems are those of tn_model_load_file.
Problem openModel(const std::string &path, const std::string &variant,
                  OwnedModel &model);

/// Makes a session. Problems are those of tn_session_create.
Problem openSession(tn_model *model, const tn_session_options &options,
                    OwnedSession &session);

} // namespace tenon::io

#endif // TENON_RUNTIME_IO_OPENARTIFACT_H
