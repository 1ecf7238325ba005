#include "tools/tenon/ArtifactRunner.h"

#include "compiler/report/Error.h"
#include "runtime/train/Checkpoint.h"

#include <algorithm>
#include <cstring>
#include <fstream>

namespace tenon::tool {
namespace {

using driver::HostTensor;
using driver::TensorSpec;

absl::Status failure(const tn_diagnostic &diagnostic) {
  return report::makeRuntimeError(diagnostic.code, diagnostic.message);
}

absl::Status failure(const io::Problem &problem) {
  return report::makeRuntimeError(problem.code, problem.text);
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
  io::Problem problem = io::openModel(path, options.variant, runner->loaded);
  if (problem.code != TN_OK)
    return failure(problem);
  tn_session_options sessionOptions = TN_SESSION_OPTIONS_INIT;
  sessionOptions.threads = options.threads;
  sessionOptions.guard = options.guard;
  sessionOptions.profile = options.profile;
  problem = io::openSession(runner->model(), sessionOptions, runner->made);
  if (problem.code != TN_OK)
    return failure(problem);
  return runner;
}

namespace {

/// An entry's signature in one of its specializations.
driver::EntrySpec signature(const tn_model *model, uint32_t entry,
                            uint32_t specialization) {
  driver::EntrySpec spec{tn_model_entry_name(model, entry), {}, {}};
  tn_tensor_info info;
  for (uint32_t i = 0; i < tn_model_input_count(model, entry); ++i)
    if (tn_model_input_info(model, entry, specialization, i, &info, nullptr) ==
        TN_OK)
      spec.inputs.push_back(toSpec(info));
  for (uint32_t i = 0; i < tn_model_output_count(model, entry); ++i)
    if (tn_model_output_info(model, entry, specialization, i, &info, nullptr) ==
        TN_OK)
      spec.outputs.push_back(toSpec(info));
  const char *name = nullptr;
  int64_t size = 0;
  for (uint32_t i = 0; tn_model_plan_dim(model, entry, specialization, i, &name,
                                         &size, nullptr) == TN_OK;
       ++i)
    spec.dims.emplace_back(name, size);
  return spec;
}

} // namespace

absl::Status ArtifactRunner::loadState(const std::string &checkpoint) {
  std::vector<training::Variable> variables;
  training::Problem problem = training::listVariables(model(), variables);
  if (problem.code != TN_OK)
    return failure(problem);
  training::StateTarget target{
      variables, [&](size_t i, const void *data) -> training::Problem {
        tn_diagnostic diagnostic;
        if (tn_session_write_variable(session(), static_cast<uint32_t>(i), data,
                                      variables[i].bytes, &diagnostic) != TN_OK)
          return io::problemOf(diagnostic);
        return {};
      }};
  training::Metadata metadata;
  problem = training::readCheckpoint(checkpoint, target, metadata);
  return problem.code == TN_OK ? absl::OkStatus() : failure(problem);
}

std::vector<driver::EntrySpec> ArtifactRunner::entries() const {
  std::vector<driver::EntrySpec> list;
  for (uint32_t e = 0; e < tn_model_entry_count(model()); ++e)
    list.push_back(signature(model(), e, /*specialization=*/0));
  return list;
}

absl::StatusOr<driver::EntrySpec>
ArtifactRunner::entryAt(const std::string &entry,
                        const std::vector<driver::DimSizes> &dims) const {
  tn_diagnostic diagnostic;
  uint32_t index = 0;
  if (tn_model_find_entry(model(), entry.c_str(), &index, &diagnostic) != TN_OK)
    return failure(diagnostic);
  std::string known;
  uint32_t count = tn_model_specialization_count(model(), index);
  for (uint32_t s = 0; s < count; ++s) {
    driver::EntrySpec spec = signature(model(), index, s);
    auto isAsked = [&](const driver::DimSizes &dim) {
      return std::find(spec.dims.begin(), spec.dims.end(),
                       std::pair(dim.name, dim.sizes.front())) !=
             spec.dims.end();
    };
    if (std::all_of(dims.begin(), dims.end(), isAsked))
      return spec;
    known += (s ? "; " : "") + describeDims(spec);
  }
  return report::makeError(report::ErrorCode::BadOption,
                           "--dim: entry '" + entry + "' was compiled for" +
                               (known.empty() ? " fixed sizes" : known));
}

driver::EntrySpec ArtifactRunner::boundEntry() const {
  return signature(model(), entryIndex, specializationIndex);
}

absl::Status ArtifactRunner::bind(const std::string &entry,
                                  const std::vector<HostTensor> &inputs) {
  tn_diagnostic diagnostic;
  if (tn_model_find_entry(model(), entry.c_str(), &entryIndex, &diagnostic) !=
      TN_OK)
    return failure(diagnostic);
  arguments = inputs;
  for (size_t i = 0; i < arguments.size(); ++i) {
    const HostTensor &input = arguments[i];
    tn_tensor tensor{parseDtype(input.spec.dtype),
                     static_cast<int32_t>(input.spec.shape.size()),
                     input.spec.shape.data(), input.data.data()};
    if (tn_session_bind_input(session(), entryIndex, static_cast<uint32_t>(i),
                              &tensor, &diagnostic) != TN_OK)
      return failure(diagnostic);
  }
  if (tn_session_select(session(), entryIndex, &specializationIndex,
                        &diagnostic) != TN_OK)
    return failure(diagnostic);
  results.clear();
  for (uint32_t i = 0; i < tn_model_output_count(model(), entryIndex); ++i) {
    tn_tensor_info info;
    if (tn_model_output_info(model(), entryIndex, specializationIndex, i, &info,
                             &diagnostic) != TN_OK)
      return failure(diagnostic);
    results.push_back({toSpec(info), std::vector<uint8_t>(info.byte_size)});
  }
  for (uint32_t i = 0; i < results.size(); ++i)
    if (tn_session_bind_output(session(), entryIndex, i, results[i].data.data(),
                               results[i].data.size(), &diagnostic) != TN_OK)
      return failure(diagnostic);
  return absl::OkStatus();
}

absl::Status ArtifactRunner::run() {
  tn_diagnostic diagnostic;
  if (tn_session_run(session(), entryIndex, &diagnostic) != TN_OK)
    return failure(diagnostic);
  return absl::OkStatus();
}

absl::StatusOr<std::vector<HostTensor>> ArtifactRunner::outputs() const {
  tn_diagnostic diagnostic;
  std::vector<HostTensor> given = results;
  for (uint32_t i = 0; i < given.size(); ++i) {
    HostTensor &result = given[i];
    auto rank = static_cast<int32_t>(result.spec.shape.size());
    if (tn_session_output_shape(session(), entryIndex, i,
                                result.spec.shape.data(), rank,
                                &diagnostic) != TN_OK)
      return failure(diagnostic);
    auto bits =
        static_cast<size_t>(tn_dtype_bits(parseDtype(result.spec.dtype)));
    for (int64_t size : result.spec.shape)
      bits *= static_cast<size_t>(size);
    result.data.resize((bits + 7) / 8);
  }
  return given;
}

} // namespace tenon::tool
