/* The C API of the Tenon runtime: load a compiled model and run it.
 *
 * Nouns
 *   tn_model    a loaded artifact: signature, code, weights. Immutable.
 *   tn_session  a model in use: bound tensors, state, arena, threads.
 *
 * Rules
 * - Threads: a tn_model may be used by any number of threads at once. A
 *   tn_session is used by one thread at a time; a second one gets TN_BUSY.
 *   Sessions of one model share code and weights and run independently.
 * - Errors: every function that can fail returns a tn_code and, where the
 *   caller passes a tn_diagnostic (NULL is fine), one line of text. Out
 *   parameters are written on success only. No call aborts the process, and
 *   a NULL handle is TN_INVALID_ARGUMENT.
 * - Memory: a session retains its model. Strings and shapes that a query
 *   returns live as long as the model. Running an entry allocates nothing.
 * - Tensors are dense, row-major, in the machine's byte order; an i1 takes a
 *   byte that is 0 or 1, an i4 or ui4 half a byte, low half first.
 * - Entries, inputs, outputs and variables are numbered from 0 in the order
 *   of the signature; the find functions turn a name into a number.
 * - Option structs start with their own size, so that they can grow: start
 *   from the _INIT value. Functions and enumerators are only added.
 */
#ifndef TENON_RUNTIME_CAPI_TENON_H
#define TENON_RUNTIME_CAPI_TENON_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define TN_API __attribute__((visibility("default")))
#else
#define TN_API
#endif

/** Raised with every addition; tn_api_version() gives the library's. */
#define TN_API_VERSION 2

typedef struct tn_model tn_model;
typedef struct tn_session tn_session;

/* ---- Errors ------------------------------------------------------------ */

/** Stable numbers; docs/errors has a page for each. */
typedef enum tn_code {
  TN_OK = 0,
  TN_FILE_UNREADABLE = 1001, /* cannot be opened, read or mapped */
  TN_NOT_AN_ARTIFACT = 1002,
  TN_FORMAT_VERSION = 1003, /* of a format or ABI this library cannot read */
  TN_DAMAGED = 1004,        /* truncated, or a checksum differs */
  TN_MALFORMED = 1005,      /* intact, but contradicts itself */
  TN_FOREIGN_TARGET = 1006, /* compiled for another architecture */
  TN_CPU_FEATURES = 1007,   /* needs instructions that this CPU lacks */
  TN_NO_SUCH_VARIANT = 1008,
  TN_CODE_REFUSED = 1009,    /* the code image is of a form not allowed */
  TN_NOT_SUPPORTED = 1010,   /* valid, but beyond this library */
  TN_DIGEST_MISMATCH = 1011, /* the SHA-256 is not the demanded one */
  TN_OUT_OF_MEMORY = 1012,
  TN_SYSTEM = 1013,         /* the operating system refused */
  TN_NO_GPU = 1014,         /* GPU code, and no driver or GPU */
  TN_GPU_FAILED = 1015,     /* the GPU's driver refused or failed */
  TN_GPU_UNSUITABLE = 1016, /* no variant for this GPU */
  TN_SIZES_OPEN = 1017,     /* not compiled yet: a dimension has no size */
  TN_INVALID_ARGUMENT = 1020,
  TN_NO_SUCH_ENTRY = 1021,
  TN_NO_SUCH_NAME = 1022,
  TN_INDEX_OUT_OF_RANGE = 1023,
  TN_DTYPE_MISMATCH = 1024,
  TN_SHAPE_MISMATCH = 1025,
  TN_SIZE_MISMATCH = 1026,
  TN_MISALIGNED = 1027,
  TN_NOT_BOUND = 1028,
  TN_OVERLAP = 1029,         /* an output overlaps another tensor */
  TN_BUSY = 1030,            /* the session is in use by another thread */
  TN_INSPECT_ONLY = 1031,    /* the model was opened without its code */
  TN_GUARD_VIOLATION = 1032, /* a kernel wrote where it must not */
  TN_NPY_MALFORMED = 1040,
  TN_NPY_NOT_SUPPORTED = 1041,
  TN_FILE_UNWRITABLE = 1042,
  TN_SAFETENSORS_MALFORMED = 1043,
  TN_DATA_MISMATCH = 1050,       /* a data set does not fit an entry */
  TN_CHECKPOINT_MISMATCH = 1051, /* a checkpoint is of another model or run */
  TN_NOT_TRAINABLE = 1052        /* the artifact has no train_step */
} tn_code;

/** The text of an error. Owned by the caller; needs no initialization. */
typedef struct tn_diagnostic {
  int32_t code;      /* a tn_code */
  char message[500]; /* one line, zero-terminated */
} tn_diagnostic;

/** "TN_DAMAGED" and so on; "TN_UNKNOWN" for other numbers. */
TN_API const char *tn_code_name(int32_t code);

/** TN_API_VERSION of the library. */
TN_API int32_t tn_api_version(void);

/** The library's release, e.g. "0.1.0". */
TN_API const char *tn_version(void);

/* ---- Element types ----------------------------------------------------- */

/** The numbers are those of the artifact's format. */
typedef enum tn_dtype {
  TN_F32 = 1,
  TN_F64 = 2,
  TN_F16 = 3,
  TN_BF16 = 4,
  TN_F8E4M3FN = 5,
  TN_F8E5M2 = 6,
  TN_I1 = 7,
  TN_I4 = 8,
  TN_UI4 = 9,
  TN_I8 = 10,
  TN_I16 = 11,
  TN_I32 = 12,
  TN_I64 = 13,
  TN_UI8 = 14,
  TN_UI16 = 15,
  TN_UI32 = 16,
  TN_UI64 = 17,
  TN_COMPLEX_F32 = 18,
  TN_COMPLEX_F64 = 19
} tn_dtype;

/** The name as MLIR prints it: "f32", "ui8", "complex<f64>". "invalid" for
 * other numbers. */
TN_API const char *tn_dtype_name(int32_t dtype);

/** Bits of an element as stored (8 for i1); 0 for other numbers. */
TN_API int32_t tn_dtype_bits(int32_t dtype);

/* ---- Models ------------------------------------------------------------ */

/** Takes log lines. Called by the thread that called into the library. */
typedef void (*tn_log_fn)(void *user, int32_t level, const char *message);

typedef struct tn_load_options {
  size_t struct_size;
  const char *variant;       /* the code variant to use; NULL: the best */
  int32_t inspect_only;      /* any target may be loaded, nothing can run */
  int32_t skip_weight_check; /* trust the file: no checksum of the weights */
  /* 32 bytes that the file's stated SHA-256 must equal, or NULL. (That the
   * file has that digest is checked by tn_verify_sha256, tenon_io.h.) */
  const uint8_t *expected_sha256;
  int32_t publish_code; /* tell gdb and perf about the kernels */
  tn_log_fn log;
  void *log_user;
} tn_load_options;

#define TN_LOAD_OPTIONS_INIT                                                   \
  {sizeof(tn_load_options), NULL, 0, 0, NULL, 0, NULL, NULL}

/** Loads an artifact; `options` may be NULL. The file is mapped and must not
 * change while the model lives. Give the model back with tn_model_release.
 * Errors: 1001 to 1016. */
TN_API tn_code tn_model_load_file(const char *path,
                                  const tn_load_options *options,
                                  tn_model **model, tn_diagnostic *diagnostic);

/** The same from bytes aligned to 64, which must outlive the model. */
TN_API tn_code tn_model_load_memory(const void *data, size_t size,
                                    const tn_load_options *options,
                                    tn_model **model,
                                    tn_diagnostic *diagnostic);

/** Gives up the caller's share of a model. NULL is fine. */
TN_API void tn_model_release(tn_model *model);

/* ---- Signatures -------------------------------------------------------- */

typedef struct tn_tensor_info {
  const char *name;
  int32_t dtype; /* a tn_dtype */
  int32_t rank;
  const int64_t *shape; /* of an output: its sizes at most */
  uint64_t byte_size;   /* of the dense tensor */
  uint32_t alignment;   /* that the caller's pointer must have */
} tn_tensor_info;

/** Entries have names of their own. */
TN_API uint32_t tn_model_entry_count(const tn_model *model);
TN_API const char *tn_model_entry_name(const tn_model *model, uint32_t entry);
/** Errors: TN_NO_SUCH_ENTRY, whose text lists the entries. */
TN_API tn_code tn_model_find_entry(const tn_model *model, const char *name,
                                   uint32_t *entry, tn_diagnostic *diagnostic);

/** An entry compiled for several sizes (--dim) has that many specializations,
 * which differ in shapes only. Most have one. */
TN_API uint32_t tn_model_specialization_count(const tn_model *model,
                                              uint32_t entry);

TN_API uint32_t tn_model_input_count(const tn_model *model, uint32_t entry);
TN_API uint32_t tn_model_output_count(const tn_model *model, uint32_t entry);
/** Errors: TN_NO_SUCH_ENTRY, TN_INDEX_OUT_OF_RANGE. */
TN_API tn_code tn_model_input_info(const tn_model *model, uint32_t entry,
                                   uint32_t specialization, uint32_t index,
                                   tn_tensor_info *info,
                                   tn_diagnostic *diagnostic);
TN_API tn_code tn_model_output_info(const tn_model *model, uint32_t entry,
                                    uint32_t specialization, uint32_t index,
                                    tn_tensor_info *info,
                                    tn_diagnostic *diagnostic);
/** Errors: TN_NO_SUCH_ENTRY; TN_NO_SUCH_NAME, whose text lists the names. */
TN_API tn_code tn_model_find_input(const tn_model *model, uint32_t entry,
                                   const char *name, uint32_t *index,
                                   tn_diagnostic *diagnostic);
TN_API tn_code tn_model_find_output(const tn_model *model, uint32_t entry,
                                    const char *name, uint32_t *index,
                                    tn_diagnostic *diagnostic);

/** Variables are the state: parameters, optimizer slots, counters. */
TN_API uint32_t tn_model_variable_count(const tn_model *model);
/** Errors: TN_INDEX_OUT_OF_RANGE. */
TN_API tn_code tn_model_variable_info(const tn_model *model, uint32_t index,
                                      tn_tensor_info *info,
                                      tn_diagnostic *diagnostic);
/** Errors: TN_NO_SUCH_NAME. */
TN_API tn_code tn_model_find_variable(const tn_model *model, const char *name,
                                      uint32_t *index,
                                      tn_diagnostic *diagnostic);

/* ---- Sessions ---------------------------------------------------------- */

/** Runs tiles [begin, end) of a task as worker `worker`. */
typedef void (*tn_tile_fn)(void *task, int64_t begin, int64_t end,
                           int32_t worker);

/** A caller's own way to run tiles: calls `body` for ranges, in any order and
 * on any threads, that cover [0, tiles) exactly once, each with a worker
 * number in [0, threads) that no two calls under way share, and returns when
 * all are done. */
typedef void (*tn_parallel_for_fn)(void *user, int64_t tiles, tn_tile_fn body,
                                   void *task);

typedef enum tn_guard {
  TN_GUARD_OFF = 0,
  TN_GUARD_END = 1,  /* each buffer ends at an inaccessible page */
  TN_GUARD_START = 2 /* each buffer starts at one */
} tn_guard;

typedef struct tn_session_options {
  size_t struct_size;
  /* Threads that run kernels, the calling one included; 0: one per CPU that
   * the process may use, with a parallel_for 0 is an error. At most 1024. */
  int32_t threads;
  int32_t guard;   /* a tn_guard; for finding faults, slow */
  int32_t profile; /* keep the times of each step (tenon_inspect.h) */
  tn_parallel_for_fn parallel_for; /* NULL: the library's own pool */
  void *parallel_for_user;
  /* Memory for arena and scratch, at least as large and aligned as
   * tn_model_session_memory says, which outlives the session; NULL: the
   * library's own. Not used with a guard. State is always the library's. */
  void *arena;
  size_t arena_size;
  tn_log_fn log;
  void *log_user;
} tn_session_options;

#define TN_SESSION_OPTIONS_INIT                                                \
  {sizeof(tn_session_options), 0, 0, 0, NULL, NULL, NULL, 0, NULL, NULL}

/** What `arena` must offer for that many threads (at least 1). Errors:
 * TN_INVALID_ARGUMENT, TN_INSPECT_ONLY. */
TN_API tn_code tn_model_session_memory(const tn_model *model, int32_t threads,
                                       size_t *size, size_t *alignment,
                                       tn_diagnostic *diagnostic);

/** Makes a session; `options` may be NULL. Its variables have their initial
 * values. End it with tn_session_destroy. Errors: TN_INVALID_ARGUMENT,
 * TN_INSPECT_ONLY, TN_SIZE_MISMATCH and TN_MISALIGNED for the arena,
 * TN_OUT_OF_MEMORY, TN_SYSTEM. */
TN_API tn_code tn_session_create(tn_model *model,
                                 const tn_session_options *options,
                                 tn_session **session,
                                 tn_diagnostic *diagnostic);

/** Ends a session that no thread is using. NULL is fine. */
TN_API void tn_session_destroy(tn_session *session);

/** A caller's dense tensor. */
typedef struct tn_tensor {
  int32_t dtype; /* a tn_dtype */
  int32_t rank;
  const int64_t *shape; /* read by the call only */
  const void *data;
} tn_tensor;

/** Binds an input of an entry until it is bound anew. The data must stay
 * where it is and hold still while the entry runs. Errors: TN_NO_SUCH_ENTRY,
 * TN_INDEX_OUT_OF_RANGE, TN_DTYPE_MISMATCH, TN_SHAPE_MISMATCH, TN_MISALIGNED,
 * TN_INVALID_ARGUMENT, TN_BUSY. */
TN_API tn_code tn_session_bind_input(tn_session *session, uint32_t entry,
                                     uint32_t index, const tn_tensor *tensor,
                                     tn_diagnostic *diagnostic);

/** Binds `size` bytes for an output to be written to; it must not overlap an
 * input or another output. Errors: TN_NO_SUCH_ENTRY, TN_INDEX_OUT_OF_RANGE,
 * TN_MISALIGNED, TN_INVALID_ARGUMENT, TN_BUSY. */
TN_API tn_code tn_session_bind_output(tn_session *session, uint32_t entry,
                                      uint32_t index, void *data, size_t size,
                                      tn_diagnostic *diagnostic);

/** Gives the specialization that the bound inputs ask for, so that outputs
 * can be sized. Errors: TN_NO_SUCH_ENTRY, TN_NOT_BOUND, TN_SHAPE_MISMATCH,
 * TN_BUSY. */
TN_API tn_code tn_session_select(tn_session *session, uint32_t entry,
                                 uint32_t *specialization,
                                 tn_diagnostic *diagnostic);

/** Runs an entry on what is bound and returns when the outputs and the
 * variables it updates are written. Allocates nothing. Errors: those of
 * tn_session_select, TN_NOT_BOUND and TN_SIZE_MISMATCH for outputs,
 * TN_OVERLAP, TN_GUARD_VIOLATION. */
TN_API tn_code tn_session_run(tn_session *session, uint32_t entry,
                              tn_diagnostic *diagnostic);

/** Writes the shape that an output has after the entry's last run to `shape`,
 * which has room for `rank` numbers, the output's rank. Where the values of the
 * inputs decide how many elements there are, it is smaller than that of
 * tn_model_output_info: the output's memory then begins with a dense tensor of
 * this shape. Since version 2. Errors: TN_NO_SUCH_ENTRY,
 * TN_INDEX_OUT_OF_RANGE, TN_INVALID_ARGUMENT, TN_NOT_BOUND before a run that
 * succeeded, TN_BUSY. */
TN_API tn_code tn_session_output_shape(tn_session *session, uint32_t entry,
                                       uint32_t index, int64_t *shape,
                                       int32_t rank, tn_diagnostic *diagnostic);

/** Copies a variable, in its logical layout, out of or into the session;
 * `size` is its byte_size. Errors: TN_INDEX_OUT_OF_RANGE, TN_SIZE_MISMATCH,
 * TN_NOT_SUPPORTED, TN_INVALID_ARGUMENT, TN_BUSY. */
TN_API tn_code tn_session_read_variable(tn_session *session, uint32_t index,
                                        void *data, size_t size,
                                        tn_diagnostic *diagnostic);
TN_API tn_code tn_session_write_variable(tn_session *session, uint32_t index,
                                         const void *data, size_t size,
                                         tn_diagnostic *diagnostic);

#ifdef __cplusplus
}
#endif

#endif /* TENON_RUNTIME_CAPI_TENON_H */
