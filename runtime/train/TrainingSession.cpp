#include "runtime/train/TrainingSession.h"

#include "runtime/capi/tenon_inspect.h"

#include <cstdlib>
#include <cstring>

namespace tenon::training {

using io::problemOf;

int BoundEntry::findOutput(const std::string &name) const {
  for (size_t i = 0; i < outputList.size(); ++i)
    if (outputList[i].name == name)
      return static_cast<int>(i);
  return -1;
}

double BoundEntry::scalar(size_t i) const {
  if (outputList[i].dtype == TN_F64) {
    double value;
    memcpy(&value, outputData[i].data(), sizeof(value));
    return value;
  }
  float value;
  memcpy(&value, outputData[i].data(), sizeof(value));
  return value;
}

Problem TrainingSession::load(const std::string &path,
                              const SessionOptions &options,
                              std::unique_ptr<TrainingSession> &session) {
  std::unique_ptr<TrainingSession> made(new TrainingSession);
  Problem problem = io::openModel(path, options.variant, made->model);
  if (problem.code != TN_OK)
    return problem;
  uint32_t entry = 0;
  if (tn_model_find_entry(made->model.get(), "train_step", &entry, nullptr) !=
      TN_OK)
    return {TN_NOT_TRAINABLE,
            path + ": has no entry train_step; an artifact that learns is "
                   "compiled with --train"};
  tn_session_options sessionOptions = TN_SESSION_OPTIONS_INIT;
  sessionOptions.threads = options.threads;
  problem = io::openSession(made->model.get(), sessionOptions, made->session);
  if (problem.code == TN_OK)
    problem = made->listVariables();
  if (problem.code != TN_OK)
    return problem;
  session = std::move(made);
  return {};
}

Problem listVariables(const tn_model *model, std::vector<Variable> &variables) {
  tn_diagnostic diagnostic;
  for (uint32_t i = 0; i < tn_model_variable_count(model); ++i) {
    tn_tensor_info info;
    if (tn_model_variable_info(model, i, &info, &diagnostic) != TN_OK)
      return problemOf(diagnostic);
    variables.push_back({info.name,
                         info.dtype,
                         {info.shape, info.shape + info.rank},
                         info.byte_size,
                         false});
  }
  return {};
}

Problem TrainingSession::listVariables() {
  Problem problem = training::listVariables(model.get(), variableList);
  if (problem.code != TN_OK)
    return problem;
  tn_diagnostic diagnostic;
  uint32_t predict = 0;
  tn_plan_info plan;
  if (tn_model_find_entry(model.get(), "predict", &predict, nullptr) != TN_OK ||
      tn_model_plan_info(model.get(), predict, 0, &plan, nullptr) != TN_OK)
    return {};
  for (uint32_t i = 0; i < plan.buffer_count; ++i) {
    tn_buffer_info buffer;
    if (tn_model_plan_buffer(model.get(), predict, 0, i, &buffer,
                             &diagnostic) != TN_OK)
      return problemOf(diagnostic);
    if (strcmp(buffer.kind, "variable") == 0 &&
        buffer.index < variableList.size())
      variableList[buffer.index].isModel = true;
  }
  return {};
}

Problem TrainingSession::bind(const std::string &name, bool isOptional,
                              std::unique_ptr<BoundEntry> &entry) {
  tn_diagnostic diagnostic;
  auto bound = std::make_unique<BoundEntry>();
  if (tn_model_find_entry(model.get(), name.c_str(), &bound->index,
                          &diagnostic) != TN_OK)
    return isOptional ? Problem() : problemOf(diagnostic);
  auto add = [&](const tn_tensor_info &info, std::vector<Wanted> &list,
                 std::vector<BoundEntry::Buffer> &buffers) {
    list.push_back(
        {info.name, info.dtype, {info.shape, info.shape + info.rank}});
    BoundEntry::Buffer buffer;
    buffer.bytes = info.byte_size;
    buffer.memory.reset(static_cast<uint8_t *>(
        aligned_alloc(64, (info.byte_size + 64) / 64 * 64)));
    if (!buffer.memory)
      return false;
    memset(buffer.data(), 0, buffer.bytes);
    buffers.push_back(std::move(buffer));
    return true;
  };
  tn_tensor_info info;
  const Problem noMemory{TN_OUT_OF_MEMORY, "no memory for a batch"};
  uint32_t inputs = tn_model_input_count(model.get(), bound->index);
  for (uint32_t i = 0; i < inputs; ++i) {
    if (tn_model_input_info(model.get(), bound->index, 0, i, &info,
                            &diagnostic) != TN_OK)
      return problemOf(diagnostic);
    if (!add(info, bound->inputList, bound->inputData))
      return noMemory;
    tn_tensor tensor{info.dtype, info.rank, info.shape, bound->input(i)};
    if (tn_session_bind_input(session.get(), bound->index, i, &tensor,
                              &diagnostic) != TN_OK)
      return problemOf(diagnostic);
  }
  uint32_t outputs = tn_model_output_count(model.get(), bound->index);
  for (uint32_t i = 0; i < outputs; ++i) {
    if (tn_model_output_info(model.get(), bound->index, 0, i, &info,
                             &diagnostic) != TN_OK)
      return problemOf(diagnostic);
    if (!add(info, bound->outputList, bound->outputData))
      return noMemory;
    if (tn_session_bind_output(session.get(), bound->index, i,
                               bound->outputData[i].data(), info.byte_size,
                               &diagnostic) != TN_OK)
      return problemOf(diagnostic);
  }
  entry = std::move(bound);
  return {};
}

Problem TrainingSession::run(BoundEntry &entry) {
  tn_diagnostic diagnostic;
  if (tn_session_run(session.get(), entry.index, &diagnostic) != TN_OK)
    return problemOf(diagnostic);
  return {};
}

Problem TrainingSession::read(size_t variable, void *data) const {
  tn_diagnostic diagnostic;
  if (tn_session_read_variable(session.get(), static_cast<uint32_t>(variable),
                               data, variableList[variable].bytes,
                               &diagnostic) != TN_OK)
    return problemOf(diagnostic);
  return {};
}

Problem TrainingSession::write(size_t variable, const void *data) {
  tn_diagnostic diagnostic;
  if (tn_session_write_variable(session.get(), static_cast<uint32_t>(variable),
                                data, variableList[variable].bytes,
                                &diagnostic) != TN_OK)
    return problemOf(diagnostic);
  return {};
}

Problem TrainingSession::readStep(int64_t &step) const {
  for (size_t i = 0; i < variableList.size(); ++i)
    if (variableList[i].name == "step" && variableList[i].dtype == TN_I64 &&
        variableList[i].shape.empty())
      return read(i, &step);
  return {TN_NOT_TRAINABLE, "the artifact counts no steps"};
}

} // namespace tenon::training
