// Sessions of the C API.

#include "runtime/capi/Handles.h"
#include "runtime/capi/tenon_inspect.h"
#include "runtime/core/Parallel.h"

#include <algorithm>

using namespace tenon::rt;

namespace {

constexpr int32_t kMaxThreads = 1024;

Code checkThreads(int32_t threads, Diagnostic &diagnostic) {
  if (threads >= 1 && threads <= kMaxThreads)
    return Code::Ok;
  return diagnostic.fail(Code::InvalidArgument,
                         "the number of threads must be 1 to %d, not %d",
                         kMaxThreads, threads);
}

Code checkGuard(int32_t guard, Diagnostic &diagnostic) {
  if (guard >= TN_GUARD_OFF && guard <= TN_GUARD_START)
    return Code::Ok;
  return diagnostic.fail(Code::InvalidArgument, "there is no guard mode %d",
                         guard);
}

Code createGpuSession(Model &model, const tn_session_options &options,
                      tn_session &made, Diagnostic &diagnostic) {
  TN_TRY(checkGuard(options.guard, diagnostic));
  TN_TRY(made.gpu.open(diagnostic));
  SessionOptions sessionOptions;
  sessionOptions.profile = options.profile != 0;
  sessionOptions.memory.workers = made.gpu.workers();
  sessionOptions.memory.arena = options.arena;
  sessionOptions.memory.guard = static_cast<Guard>(options.guard);
  return made.session.create(model, made.gpu, sessionOptions, diagnostic);
}

Code createSession(Model &model, tn_session_options &options, tn_session &made,
                   Diagnostic &diagnostic) {
  if (model.canRun() && model.isForGpu())
    return createGpuSession(model, options, made, diagnostic);
  if (options.threads == 0 && !options.parallel_for)
    options.threads = std::min(availableCpus(), kMaxThreads);
  TN_TRY(checkThreads(options.threads, diagnostic));
  TN_TRY(checkGuard(options.guard, diagnostic));
  if (options.parallel_for)
    made.device.use(options.parallel_for, options.parallel_for_user,
                    options.threads);
  else
    TN_TRY(made.device.startPool(options.threads, diagnostic));

  SessionOptions sessionOptions;
  sessionOptions.profile = options.profile != 0;
  sessionOptions.memory = {options.threads, options.arena, options.arena_size,
                           static_cast<Guard>(options.guard)};
  TN_TRY(made.session.create(model, made.device, sessionOptions, diagnostic));
  Log log{options.log, options.log_user};
  log.write(LogLevel::Info,
            "session with %d threads, %llu bytes of arena and "
            "scratch",
            options.threads,
            static_cast<unsigned long long>(
                memoryNeeds(model, options.threads).size));
  return Code::Ok;
}

} // namespace

tn_code tn_model_session_memory(const tn_model *model, int32_t threads,
                                size_t *size, size_t *alignment,
                                tn_diagnostic *diagnostic) {
  return report(diagnostic, [&](Diagnostic &d) {
    TN_TRY(require(model && size && alignment, "the model or a result", d));
    TN_TRY(checkThreads(threads, d));
    if (!unwrap(model)->canRun())
      return d.fail(Code::InspectOnly,
                    "the model was opened for inspection only");
    MemoryNeeds needs = memoryNeeds(*unwrap(model), threads);
    *size = needs.size;
    *alignment = needs.alignment;
    return Code::Ok;
  });
}

tn_code tn_session_create(tn_model *model, const tn_session_options *given,
                          tn_session **session, tn_diagnostic *diagnostic) {
  return report(diagnostic, [&](Diagnostic &d) {
    TN_TRY(require(model && session, "the model or session", d));
    tn_session_options options = TN_SESSION_OPTIONS_INIT;
    TN_TRY(readOptions(given, options, d));
    tn_session *made = make<tn_session>();
    if (!made)
      return d.fail(Code::OutOfMemory, "no memory for a session");
    Code code = createSession(*unwrap(model), options, *made, d);
    if (failed(code))
      destroy(made);
    else
      *session = made;
    return code;
  });
}

void tn_session_destroy(tn_session *session) { destroy(session); }

tn_code tn_session_bind_input(tn_session *session, uint32_t entry,
                              uint32_t index, const tn_tensor *tensor,
                              tn_diagnostic *diagnostic) {
  return report(diagnostic, [&](Diagnostic &d) {
    TN_TRY(require(session && tensor, "the session or tensor", d));
    if (tensor->rank < 0 || (tensor->rank > 0 && !tensor->shape))
      return d.fail(Code::InvalidArgument, "the tensor has no shape");
    bool known =
        tensor->dtype > 0 && tensor->dtype < static_cast<int>(kDTypeCount);
    TensorView view{known ? DType(tensor->dtype) : DType::Invalid,
                    tensor->shape, static_cast<size_t>(tensor->rank),
                    tensor->data};
    return session->session.bindInput(entry, index, view, d);
  });
}

tn_code tn_session_bind_output(tn_session *session, uint32_t entry,
                               uint32_t index, void *data, size_t size,
                               tn_diagnostic *diagnostic) {
  return report(diagnostic, [&](Diagnostic &d) {
    TN_TRY(require(session, "the session", d));
    return session->session.bindOutput(entry, index, data, size, d);
  });
}

tn_code tn_session_select(tn_session *session, uint32_t entry,
                          uint32_t *specialization, tn_diagnostic *diagnostic) {
  return report(diagnostic, [&](Diagnostic &d) {
    TN_TRY(require(session && specialization, "the session or result", d));
    return session->session.select(entry, *specialization, d);
  });
}

tn_code tn_session_run(tn_session *session, uint32_t entry,
                       tn_diagnostic *diagnostic) {
  return report(diagnostic, [&](Diagnostic &d) {
    TN_TRY(require(session, "the session", d));
    return session->session.run(entry, d);
  });
}

tn_code tn_session_output_shape(tn_session *session, uint32_t entry,
                                uint32_t index, int64_t *shape, int32_t rank,
                                tn_diagnostic *diagnostic) {
  return report(diagnostic, [&](Diagnostic &d) {
    TN_TRY(require(session && (shape || rank == 0), "the session or shape", d));
    return session->session.outputShape(entry, index, shape,
                                        static_cast<size_t>(rank), d);
  });
}

tn_code tn_session_read_variable(tn_session *session, uint32_t index,
                                 void *data, size_t size,
                                 tn_diagnostic *diagnostic) {
  return report(diagnostic, [&](Diagnostic &d) {
    TN_TRY(require(session && (data || size == 0), "the session or data", d));
    return session->session.readVariable(index, data, size, d);
  });
}

tn_code tn_session_write_variable(tn_session *session, uint32_t index,
                                  const void *data, size_t size,
                                  tn_diagnostic *diagnostic) {
  return report(diagnostic, [&](Diagnostic &d) {
    TN_TRY(require(session && (data || size == 0), "the session or data", d));
    return session->session.writeVariable(index, data, size, d);
  });
}

tn_code tn_session_step_times(tn_session *session, uint32_t entry,
                              uint32_t specialization, uint32_t step,
                              tn_step_times *times, tn_diagnostic *diagnostic) {
  return report(diagnostic, [&](Diagnostic &d) {
    TN_TRY(require(session && times, "the session or times", d));
    const Program *program;
    TN_TRY(session->session.program(entry, specialization, program, d));
    TN_TRY(checkIndex(step, static_cast<uint32_t>(program->steps().size()),
                      "step", d));
    if (program->times().empty())
      return d.fail(Code::InvalidArgument,
                    "the session was made without profile");
    const StepTimes &t = program->times()[step];
    *times = {t.runs, t.lastBegin, t.lastDuration, t.totalDuration,
              t.leastDuration};
    return Code::Ok;
  });
}
