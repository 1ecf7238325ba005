/* Tensor files and whole-file checks, beside the runtime's C API (tenon.h,
 * whose rules hold here too). A library of its own: it needs libcrypto and
 * the C++ runtime. All functions may be called from any thread.
 */
#ifndef TENON_RUNTIME_IO_TENON_IO_H
#define TENON_RUNTIME_IO_TENON_IO_H

#include "runtime/capi/tenon.h"

#ifdef __cplusplus
extern "C" {
#endif

/** No array has more dimensions than this. */
#define TN_MAX_RANK 32

/** A tensor that the library has read: dense and row-major. */
typedef struct tn_array {
  int32_t dtype; /* a tn_dtype */
  int32_t rank;
  int64_t shape[TN_MAX_RANK];
  uint64_t byte_size;
  void *data; /* aligned to 64; NULL when byte_size is 0 */
} tn_array;

/** Reads a NumPy file (.npy, format versions 1 to 3), in C or Fortran order.
 *
 * NumPy has no names for bf16 and the 8-bit floats and writes them as raw
 * bytes: V2 is read as bf16, V1 as the type that `wanted` names. Otherwise
 * `wanted` is 0, or the one type that the file may have. Free the array with
 * tn_array_free. Errors: TN_FILE_UNREADABLE, TN_NPY_MALFORMED,
 * TN_NPY_NOT_SUPPORTED for valid files of other kinds (big endian, structures,
 * strings, objects), TN_DTYPE_MISMATCH, TN_OUT_OF_MEMORY. */
TN_API tn_code tn_npy_read(const char *path, int32_t wanted, tn_array *array,
                           tn_diagnostic *diagnostic);

/** Frees what tn_npy_read gave and clears it. NULL and cleared are fine. */
TN_API void tn_array_free(tn_array *array);

/** Writes a dense tensor as a NumPy file, format version 1 in C order. The
 * file appears whole or not at all. Errors: TN_FILE_UNWRITABLE,
 * TN_NPY_NOT_SUPPORTED for the 4-bit types, TN_INVALID_ARGUMENT. */
TN_API tn_code tn_npy_write(const char *path, const tn_tensor *tensor,
                            tn_diagnostic *diagnostic);

/** Checks that an artifact has the SHA-256 that its header states. With
 * `expected_sha256` of tn_load_options that ties a file to a digest a caller
 * trusts. Errors: those of tn_model_load_file, TN_DIGEST_MISMATCH. */
TN_API tn_code tn_verify_sha256(const char *path, tn_diagnostic *diagnostic);

#ifdef __cplusplus
}
#endif

#endif /* TENON_RUNTIME_IO_TENON_IO_H */
