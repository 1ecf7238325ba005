/* Runs the one entry of an artifact through the C API, for machines that are
 * emulated and builds without the compiler:
 *
 *   run_artifact ARTIFACT THREADS TIMES OUT_PREFIX INPUT...
 *
 * Each input is a file with the bytes of a dense tensor, in the signature's
 * order; output i is written to OUT_PREFIXi in the same form. Of TIMES runs in
 * one session each must give the same bytes. Needs the C library and the
 * runtime, nothing else. */
#include "runtime/capi/tenon.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int refuse(const tn_diagnostic *diagnostic) {
  fprintf(stderr, "error %d: %s\n", diagnostic->code, diagnostic->message);
  return 1;
}

static int complain(const char *what, const char *path) {
  fprintf(stderr, "error: %s %s\n", what, path);
  return 1;
}

/* The inputs, or the outputs of one run. */
typedef struct tensors {
  uint32_t count;
  void *data[16];
  size_t sizes[16];
} tensors;

/* One more, as aligned as `info` asks for. */
static int allocate(tensors *all, const tn_tensor_info *info) {
  if (all->count == sizeof(all->data) / sizeof(all->data[0]))
    return complain("too many tensors:", info->name);
  size_t alignment = info->alignment < 64 ? 64 : info->alignment;
  size_t size = (size_t)info->byte_size + alignment;
  void *data = aligned_alloc(alignment, size / alignment * alignment);
  if (!data)
    return complain("no memory for", info->name);
  all->data[all->count] = data;
  all->sizes[all->count++] = (size_t)info->byte_size;
  return 0;
}

static void release(tensors *all) {
  while (all->count)
    free(all->data[--all->count]);
}

/* The file must hold exactly `size` bytes. */
static int read_exactly(const char *path, void *data, size_t size) {
  FILE *file = fopen(path, "rb");
  if (!file)
    return complain("cannot open", path);
  int whole = fread(data, 1, size, file) == size && fgetc(file) == EOF;
  fclose(file);
  return whole ? 0 : complain("not of the input's size:", path);
}

static int write_output(const char *prefix, uint32_t index, const void *data,
                        size_t size) {
  char path[4096];
  snprintf(path, sizeof(path), "%s%u", prefix, (unsigned)index);
  FILE *file = fopen(path, "wb");
  if (!file)
    return complain("cannot write", path);
  int whole = fwrite(data, 1, size, file) == size;
  return fclose(file) == 0 && whole ? 0 : complain("cannot write", path);
}

static int bind_inputs(const tn_model *model, tn_session *session,
                       tensors *inputs, char **paths) {
  tn_diagnostic diagnostic;
  for (uint32_t i = 0; i < tn_model_input_count(model, 0); ++i) {
    tn_tensor_info info;
    if (tn_model_input_info(model, 0, 0, i, &info, &diagnostic))
      return refuse(&diagnostic);
    if (allocate(inputs, &info) ||
        read_exactly(paths[i], inputs->data[i], inputs->sizes[i]))
      return 1;
    tn_tensor tensor = {info.dtype, info.rank, info.shape, inputs->data[i]};
    if (tn_session_bind_input(session, 0, i, &tensor, &diagnostic))
      return refuse(&diagnostic);
  }
  return 0;
}

static int run(const tn_model *model, tn_session *session, tensors *out) {
  tn_diagnostic diagnostic;
  for (uint32_t i = 0; i < tn_model_output_count(model, 0); ++i) {
    tn_tensor_info info;
    if (tn_model_output_info(model, 0, 0, i, &info, &diagnostic))
      return refuse(&diagnostic);
    if (allocate(out, &info))
      return 1;
    memset(out->data[i], 0xA5, out->sizes[i]);
    if (tn_session_bind_output(session, 0, i, out->data[i], out->sizes[i],
                               &diagnostic))
      return refuse(&diagnostic);
  }
  return tn_session_run(session, 0, &diagnostic) ? refuse(&diagnostic) : 0;
}

static int run_all(const tn_model *model, tn_session *session, int times,
                   tensors *first) {
  if (run(model, session, first))
    return 1;
  for (int time = 1; time < times; ++time) {
    tensors again = {0};
    int code = run(model, session, &again);
    for (uint32_t i = 0; i < first->count && !code; ++i)
      if (memcmp(first->data[i], again.data[i], first->sizes[i]))
        code = complain("another run gave", "other bytes");
    release(&again);
    if (code)
      return code;
  }
  return 0;
}

static int write_outputs(const char *prefix, const tensors *outputs) {
  for (uint32_t i = 0; i < outputs->count; ++i)
    if (write_output(prefix, i, outputs->data[i], outputs->sizes[i]))
      return 1;
  return 0;
}

int main(int argc, char **argv) {
  if (argc < 5)
    return fprintf(stderr, "usage: run_artifact ARTIFACT THREADS TIMES "
                           "OUT_PREFIX INPUT...\n"),
           2;
  tn_diagnostic diagnostic;
  tn_model *model = NULL;
  if (tn_model_load_file(argv[1], NULL, &model, &diagnostic))
    return refuse(&diagnostic);
  if ((uint32_t)(argc - 5) != tn_model_input_count(model, 0))
    return complain("another number of inputs than those of", argv[1]);
  tn_session_options options = TN_SESSION_OPTIONS_INIT;
  options.threads = atoi(argv[2]);
  tn_session *session = NULL;
  if (tn_session_create(model, &options, &session, &diagnostic))
    return refuse(&diagnostic);
  tensors inputs = {0}, outputs = {0};
  int code = bind_inputs(model, session, &inputs, argv + 5);
  if (!code)
    code = run_all(model, session, atoi(argv[3]), &outputs);
  if (!code)
    code = write_outputs(argv[4], &outputs);
  release(&inputs);
  release(&outputs);
  tn_session_destroy(session);
  tn_model_release(model);
  return code;
}
