#include "runtime/io/OpenArtifact.h"

namespace tenon::io {

Problem problemOf(const tn_diagnostic &diagnostic) {
  return {static_cast<tn_code>(diagnostic.code), diagnostic.message};
}

Problem openModel(const std::string &path, const std::string &variant,
                  OwnedModel &model) {
  tn_load_options options = TN_LOAD_OPTIONS_INIT;
  if (!variant.empty())
    options.variant = variant.c_str();
  tn_model *loaded = nullptr;
  tn_diagnostic diagnostic;
  if (tn_model_load_file(path.c_str(), &options, &loaded, &diagnostic) != TN_OK)
    return problemOf(diagnostic);
  model.reset(loaded);
  return {};
}

Problem openSession(tn_model *model, const tn_session_options &options,
                    OwnedSession &session) {
  tn_session *created = nullptr;
  tn_diagnostic diagnostic;
  if (tn_session_create(model, &options, &created, &diagnostic) != TN_OK)
    return problemOf(diagnostic);
  session.reset(created);
  return {};
}

} // namespace tenon::io
