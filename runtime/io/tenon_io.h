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
 * bytes: V2 is read as bf16, V1 as the type that `wanted` names, which may be
 * i8 or ui8 for types that the runtime has no name for. Otherwise
 * `wanted` is 0, or the one type that the file may have. Free the array with
 * tn_array_free. Errors: TN_FILE_UNREADABLE, TN_NPY_MALFORMED,
 * TN_NPY_NOT_SUPPORTED for valid files of other kinds (big endian, structures,
 * strings, objects), TN_DTYPE_MISMATCH, TN_OUT_OF_MEMORY. */
TN_API tn_code tn_npy_read(const char *path, int32_t wanted, tn_array *array,
                           tn_diagnostic *diagnostic);

/** Writes strings as a NumPy file: `tensor` is ui32, its last dimension the
 * code points of each string, filled up with zeros. tn_npy_read gives the same
 * tensor where TN_UI32 is wanted. Errors: those of tn_npy_write. */
TN_API tn_code tn_npy_write_strings(const char *path, const tn_tensor *tensor,
                                    tn_diagnostic *diagnostic);

/** Frees what tn_npy_read gave and clears it. NULL and cleared are fine. */
TN_API void tn_array_free(tn_array *array);

/** Writes a dense tensor as a NumPy file, format version 1 in C order. The
 * file appears whole or not at all. Errors: TN_FILE_UNWRITABLE,
 * TN_NPY_NOT_SUPPORTED for the 4-bit types, TN_INVALID_ARGUMENT. */
TN_API tn_code tn_npy_write(const char *path, const tn_tensor *tensor,
                            tn_diagnostic *diagnostic);

/** Reads the NumPy files in a .npz archive, stored or deflated. `name` is the
 * array's name in it, without ".npy". Errors: those of tn_npy_read;
 * TN_NO_SUCH_NAME; TN_NPY_MALFORMED for what is no archive. */
TN_API tn_code tn_npz_read(const char *path, const char *name, tn_array *array,
                           tn_diagnostic *diagnostic);

/** Calls `visit` with the name of each array in a .npz archive, in its order.
 * Errors: TN_FILE_UNREADABLE, TN_NPY_MALFORMED. */
TN_API tn_code tn_npz_names(const char *path,
                            void (*visit)(void *user, const char *name),
                            void *user, tn_diagnostic *diagnostic);

/** A safetensors file, mapped. Its names, tensors and metadata live as long as
 * it does. */
typedef struct tn_safetensors tn_safetensors;

/** Opens a file and checks its header against its size. Close it with
 * tn_safetensors_close. Errors: TN_FILE_UNREADABLE, TN_SAFETENSORS_MALFORMED,
 * TN_OUT_OF_MEMORY. */
TN_API tn_code tn_safetensors_open(const char *path, tn_safetensors **file,
                                   tn_diagnostic *diagnostic);
/** NULL is fine. */
TN_API void tn_safetensors_close(tn_safetensors *file);

TN_API uint32_t tn_safetensors_count(const tn_safetensors *file);
/** NULL when there is no such tensor. */
TN_API const char *tn_safetensors_name(const tn_safetensors *file,
                                       uint32_t index);
/** Gives the mapped tensor called `name`, which may be aligned to a byte only.
 * Errors: TN_NO_SUCH_NAME. */
TN_API tn_code tn_safetensors_find(const tn_safetensors *file, const char *name,
                                   tn_tensor *tensor,
                                   tn_diagnostic *diagnostic);
/** Where in the file the tensor called `name` begins, in bytes from the file's
 * start; UINT64_MAX when there is no such tensor. */
TN_API uint64_t tn_safetensors_offset(const tn_safetensors *file,
                                      const char *name);
/** The text under `key` of the file's metadata, or NULL. */
TN_API const char *tn_safetensors_metadata(const tn_safetensors *file,
                                           const char *key);

typedef struct tn_named_tensor {
  const char *name;
  tn_tensor tensor;
} tn_named_tensor;

/** Writes a safetensors file with `count` tensors in their order. `metadata`
 * holds `metadata_count` pairs of key and text. The file appears whole or not
 * at all, and is on the disk when the call returns. Errors: TN_FILE_UNWRITABLE,
 * TN_NOT_SUPPORTED for types that the format lacks, TN_INVALID_ARGUMENT. */
TN_API tn_code tn_safetensors_write(const char *path,
                                    const tn_named_tensor *tensors,
                                    size_t count, const char *const *metadata,
                                    size_t metadata_count,
                                    tn_diagnostic *diagnostic);

/** Checks that an artifact has the SHA-256 that its header states. With
 * `expected_sha256` of tn_load_options that ties a file to a digest a caller
 * trusts. Errors: those of tn_model_load_file, TN_DIGEST_MISMATCH. */
TN_API tn_code tn_verify_sha256(const char *path, tn_diagnostic *diagnostic);

#ifdef __cplusplus
}
#endif

#endif /* TENON_RUNTIME_IO_TENON_IO_H */
