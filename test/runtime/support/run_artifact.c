/* Runs an entry of an artifact on raw files, through the C API alone: what the
 * tests build for machines that they can only emulate.
 *
 *   run_artifact ARTIFACT THREADS OUTPUT_PREFIX INPUT...
 *
 * An input is the bytes of a dense tensor of the entry's first shapes; output i
 * is written to OUTPUT_PREFIX followed by i. */

#include "runtime/capi/tenon.h"

#include <stdio.h>
#include <stdlib.h>

static void fail(const char *what, const char *why) {
  fprintf(stderr, "run_artifact: %s: %s\n", what, why);
  exit(1);
}

static void check(tn_code code, const tn_diagnostic *diagnostic) {
  if (code != TN_OK)
    fail(tn_code_name(code), diagnostic->message);
}

static void *allocate(size_t size) {
  void *memory = aligned_alloc(64, (size + 64) / 64 * 64);
  if (!memory)
    fail("allocate", "no memory");
  return memory;
}

int main(int argc, char **argv) {
  tn_diagnostic d;
  tn_model *model = NULL;
  tn_session *session = NULL;
  if (argc < 4)
    fail("usage", "ARTIFACT THREADS OUTPUT_PREFIX INPUT...");
  check(tn_model_load_file(argv[1], NULL, &model, &d), &d);
  tn_session_options options = TN_SESSION_OPTIONS_INIT;
  options.threads = atoi(argv[2]);
  check(tn_session_create(model, &options, &session, &d), &d);

  uint32_t inputs = tn_model_input_count(model, 0);
  if ((uint32_t)(argc - 4) != inputs)
    fail("usage", "another number of inputs");
  for (uint32_t i = 0; i < inputs; ++i) {
    tn_tensor_info info;
    check(tn_model_input_info(model, 0, 0, i, &info, &d), &d);
    void *data = allocate(info.byte_size);
    FILE *file = fopen(argv[4 + i], "rb");
    if (!file || fread(data, 1, info.byte_size, file) != info.byte_size)
      fail(argv[4 + i], "cannot read the input");
    fclose(file);
    tn_tensor tensor = {info.dtype, info.rank, info.shape, data};
    check(tn_session_bind_input(session, 0, i, &tensor, &d), &d);
  }
  uint32_t outputs = tn_model_output_count(model, 0);
  void **results = calloc(outputs, sizeof *results);
  for (uint32_t i = 0; i < outputs; ++i) {
    tn_tensor_info info;
    check(tn_model_output_info(model, 0, 0, i, &info, &d), &d);
    results[i] = allocate(info.byte_size);
    check(tn_session_bind_output(session, 0, i, results[i], info.byte_size, &d),
          &d);
  }
  check(tn_session_run(session, 0, &d), &d);
  for (uint32_t i = 0; i < outputs; ++i) {
    tn_tensor_info info;
    check(tn_model_output_info(model, 0, 0, i, &info, &d), &d);
    char path[4096];
    snprintf(path, sizeof path, "%s%u", argv[3], (unsigned)i);
    FILE *file = fopen(path, "wb");
    if (!file ||
        fwrite(results[i], 1, info.byte_size, file) != info.byte_size ||
        fclose(file) != 0)
      fail(path, "cannot write the output");
  }
  tn_session_destroy(session);
  tn_model_release(model);
  return 0;
}
