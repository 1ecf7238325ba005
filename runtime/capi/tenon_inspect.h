/* What is inside an artifact, for tools: plan, kernels, memory, sections, and
 * the times of a session's steps. The rules are those of tenon.h. All of it
 * works on models that were opened with inspect_only, but for tn_session_*.
 */
#ifndef TENON_RUNTIME_CAPI_TENON_INSPECT_H
#define TENON_RUNTIME_CAPI_TENON_INSPECT_H

#include "tenon.h" /* beside this file, in the tree and when installed */

#ifdef __cplusplus
extern "C" {
#endif

/** The file. */
typedef struct tn_artifact_info {
  uint32_t format_version;
  uint64_t file_size;
  const char *producer;
  const char *target_arch;
  uint8_t sha256[32]; /* as stated */
} tn_artifact_info;
TN_API tn_code tn_model_artifact_info(const tn_model *model,
                                      tn_artifact_info *info,
                                      tn_diagnostic *diagnostic);

typedef struct tn_section_info {
  const char *kind; /* "metadata", "code", "weights", ... */
  uint32_t index;   /* of a code section: its variant */
  uint64_t offset;
  uint64_t size;
} tn_section_info;
TN_API uint32_t tn_model_section_count(const tn_model *model);
TN_API tn_code tn_model_section_info(const tn_model *model, uint32_t index,
                                     tn_section_info *info,
                                     tn_diagnostic *diagnostic);

/** The decisions and remarks as JSON, not zero-terminated; NULL when the
 * artifact has none. */
TN_API const char *tn_model_debug_json(const tn_model *model, size_t *size);

/** A model that is not compiled yet, because dimensions of it have no size:
 * such an artifact opens with inspect_only alone, and has neither entries nor
 * kernels. The counts are 0 for all others. */
TN_API uint32_t tn_model_open_dim_count(const tn_model *model);
/** The dimension's name; NULL when there is none of that index. */
TN_API const char *tn_model_open_dim(const tn_model *model, uint32_t index);
/** JSON, as the compiler wrote it for itself; NULL for a compiled artifact. */
TN_API const char *tn_model_source_description(const tn_model *model);

/** A file of the model's folder. The path is relative, has '/' between its
 * parts, and leads nowhere else. The bytes live as long as the model. */
typedef struct tn_source_file {
  const char *path;
  const void *data;
  uint64_t size;
} tn_source_file;
/** The model's own file is the first. */
TN_API uint32_t tn_model_source_file_count(const tn_model *model);
TN_API tn_code tn_model_source_file(const tn_model *model, uint32_t index,
                                    tn_source_file *file,
                                    tn_diagnostic *diagnostic);

/** Code variants, best first. */
typedef struct tn_variant_info {
  const char *name;
  uint32_t feature_count;
  int32_t can_run;  /* on this machine */
  int32_t selected; /* by this model */
} tn_variant_info;
TN_API uint32_t tn_model_variant_count(const tn_model *model);
TN_API tn_code tn_model_variant_info(const tn_model *model, uint32_t index,
                                     tn_variant_info *info,
                                     tn_diagnostic *diagnostic);
/** NULL when there is no such feature. */
TN_API const char *tn_model_variant_feature(const tn_model *model,
                                            uint32_t variant, uint32_t index);

typedef struct tn_kernel_info {
  const char *name;
  const char *provenance; /* the model's nodes; "" when unknown */
  uint32_t operand_count;
  /* In the variant that was asked for. */
  int64_t num_tiles;
  uint64_t scratch_size; /* per worker */
} tn_kernel_info;
TN_API uint32_t tn_model_kernel_count(const tn_model *model);
TN_API tn_code tn_model_kernel_info(const tn_model *model, uint32_t index,
                                    uint32_t variant, tn_kernel_info *info,
                                    tn_diagnostic *diagnostic);

/** Frozen tensors as stored. `info.byte_size` is of the dense tensor,
 * `stored_size` of the physical layout. */
typedef struct tn_weight_info {
  tn_tensor_info tensor;
  const char *layout; /* "" when dense */
  uint64_t stored_size;
  uint64_t hash;
} tn_weight_info;
TN_API uint32_t tn_model_weight_count(const tn_model *model);
TN_API tn_code tn_model_weight_info(const tn_model *model, uint32_t index,
                                    tn_weight_info *info,
                                    tn_diagnostic *diagnostic);

/** A specialization of an entry: its plan. */
typedef struct tn_plan_info {
  uint64_t arena_size;
  uint64_t arena_alignment;
  uint64_t peak;         /* most bytes of the arena in use at once */
  uint64_t lower_bound;  /* most logical bytes live at once */
  uint64_t scratch_size; /* of one worker, the most over the kernels */
  uint32_t buffer_count;
  uint32_t step_count;
  uint32_t dim_count;
} tn_plan_info;
TN_API tn_code tn_model_plan_info(const tn_model *model, uint32_t entry,
                                  uint32_t specialization, tn_plan_info *info,
                                  tn_diagnostic *diagnostic);

/** A symbolic dimension and its size in a specialization. */
TN_API tn_code tn_model_plan_dim(const tn_model *model, uint32_t entry,
                                 uint32_t specialization, uint32_t index,
                                 const char **name, int64_t *size,
                                 tn_diagnostic *diagnostic);

typedef struct tn_buffer_info {
  const char *name; /* "" when unknown */
  const char *kind; /* "input", "output", "arena", "weight", ... */
  uint32_t index;   /* of the input, allocation, weight, ... */
  uint64_t offset;  /* in it; of kind arena: in the arena */
  uint64_t size;
} tn_buffer_info;
TN_API tn_code tn_model_plan_buffer(const tn_model *model, uint32_t entry,
                                    uint32_t specialization, uint32_t index,
                                    tn_buffer_info *info,
                                    tn_diagnostic *diagnostic);

typedef struct tn_step_info {
  const char *kind; /* "launch" or "copy" */
  uint32_t kernel;  /* of a launch */
  const char *provenance;
  const uint32_t *buffers; /* of a launch, buffer_count of them */
  uint32_t buffer_count;
  uint32_t copy_from, copy_to; /* of a copy: buffers */
} tn_step_info;
TN_API tn_code tn_model_plan_step(const tn_model *model, uint32_t entry,
                                  uint32_t specialization, uint32_t index,
                                  tn_step_info *info,
                                  tn_diagnostic *diagnostic);

/** Times of a step in a session with `profile`, in ns of CLOCK_MONOTONIC. */
typedef struct tn_step_times {
  uint64_t runs;
  uint64_t last_begin;
  uint64_t last_duration;
  uint64_t total_duration;
  uint64_t least_duration;
} tn_step_times;
/** Errors: TN_NO_SUCH_ENTRY, TN_INDEX_OUT_OF_RANGE, TN_INVALID_ARGUMENT
 * without `profile`. */
TN_API tn_code tn_session_step_times(tn_session *session, uint32_t entry,
                                     uint32_t specialization, uint32_t step,
                                     tn_step_times *times,
                                     tn_diagnostic *diagnostic);

#ifdef __cplusplus
}
#endif

#endif /* TENON_RUNTIME_CAPI_TENON_INSPECT_H */
