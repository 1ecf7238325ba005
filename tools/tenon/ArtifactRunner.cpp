#include "tools/tenon/ArtifactRunner.h"

#include "compiler/report/Error.h"

#include <cstring>
#include <fstream>

namespace tenon::tool {
namespace {

using driver::HostTensor;
using driver::TensorSpec;

absl::Status failure(const tn_diagnostic &diagnostic) {
  return report::makeRuntimeError(diagnostic.code, diagnostic.message);
}

} // namespace

int32_t parseDtype(const std::string &name) {
  for (int32_t dtype = TN_F32; dtype <= TN_COMPLEX_F64; ++dtype)
    if (name == tn_dtype_name(dtype))
      return dtype;
  return 0;
}

bool isArtifact(const std::string &path) {
  // FileFormat.h: the magic's bytes, of which no text or ONNX file can begin.
  static constexpr char magic[] = "\x89TNO\r\n\x1a";
  char head[sizeof magic] = {};
  std::ifstream file(path, std::ios::binary);
  file.read(head, 4);
  return file && std::memcmp(head, magic, 4) == 0;
}

TensorSpec toSpec(const tn_tensor_info &info) {
  return {info.name,
          tn_dtype_name(info.dtype),
          {info.shape, info.shape + info.rank}};
}

absl::StatusOr<std::unique_ptr<ArtifactRunner>>
ArtifactRunner::load(const std::string &path, const RunnerOptions &options) {
  std::unique_ptr<ArtifactRunner> runner(new ArtifactRunner);
  tn_diagnostic diagnostic;
  tn_load_options loadOptions = TN_LOAD_OPTIONS_INIT;
  if (!options.variant.empty())
    loadOptions.variant = options.variant.c_str();
  tn_model *model = nullptr;
  if (tn_model_load_file(path.c_str(), &loadOptions, &model, &diagnostic) !=
      TN_OK)
    return failure(diagnostic);
  runner->loaded.reset(model);
  tn_session_options sessionOptions = TN_SESSION_OPTIONS_INIT;
  sessionOptions.threads = options.threads;
  sessionOptions.guard = options.guard;
  sessionOptions.profile = options.profile;
  tn_session *session = nullptr;
  if (tn_session_create(model, &sessionOptions, &session, &diagnostic) != TN_OK)
    return failure(diagnostic);
  runner->made.reset(session);
  return runner;
}

std::vector<driver::EntrySpec> ArtifactRunner::entries() const {
  std::vector<driver::EntrySpec> list;
  tn_tensor_info info;
  for (uint32_t e = 0; e < tn_model_entry_count(model()); ++e) {
    driver::EntrySpec entry{tn_model_entry_name(model(), e), {}, {}};
    for (uint32_t i = 0; i < tn_model_input_count(model(), e); ++i)
      if (tn_model_input_info(model(), e, 0, i, &info, nullptr) == TN_OK)
        entry.inputs.push_back(toSpec(info));
    for (uint32_t i = 0; i < tn_model_output_count(model(), e); ++i)
      if (tn_model_output_info(model(), e, 0, i, &info, nullptr) == TN_OK)
        entry.outputs.push_back(toSpec(info));
    list.push_back(std::move(entry));
  }
  return list;
}

absl::Status ArtifactRunner::bind(const std::string &entry,
                                  const std::vector<HostTensor> &inputs) {
  tn_diagnostic diagnostic;
  if (tn_model_find_entry(model(), entry.c_str(), &boundEntry, &diagnostic) !=
      TN_OK)
    return failure(diagnostic);
  arguments = inputs;
  for (size_t i = 0; i < arguments.size(); ++i) {
    const HostTensor &input = arguments[i];
    tn_tensor tensor{parseDtype(input.spec.dtype),
                     static_cast<int32_t>(input.spec.shape.size()),
                     input.spec.shape.data(), input.data.data()};
    if (tn_session_bind_input(session(), boundEntry, static_cast<uint32_t>(i),
                              &tensor, &diagnostic) != TN_OK)
      return failure(diagnostic);
  }
  if (tn_session_select(session(), boundEntry, &boundSpecialization,
                        &diagnostic) != TN_OK)
    return failure(diagnostic);
  results.clear();
  for (uint32_t i = 0; i < tn_model_output_count(model(), boundEntry); ++i) {
    tn_tensor_info info;
    if (tn_model_output_info(model(), boundEntry, boundSpecialization, i, &info,
                             &diagnostic) != TN_OK)
      return failure(diagnostic);
    results.push_back({toSpec(info), std::vector<uint8_t>(info.byte_size)});
  }
  for (uint32_t i = 0; i < results.size(); ++i)
    if (tn_session_bind_output(session(), boundEntry, i, results[i].data.data(),
                               results[i].data.size(), &diagnostic) != TN_OK)
      return failure(diagnostic);
  return absl::OkStatus();
}

absl::Status ArtifactRunner::run() {
  tn_diagnostic diagnostic;
  if (tn_session_run(session(), boundEntry, &diagnostic) != TN_OK)
    return failure(diagnostic);
  return absl::OkStatus();
}

} // namespace tenon::tool
