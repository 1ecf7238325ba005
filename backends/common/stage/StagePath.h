// Indices along the paths on which the values that a stage yields hang on its
// root (passes/analysis/StageForm.h).

#ifndef TENON_BACKENDS_COMMON_STAGE_STAGEPATH_H
#define TENON_BACKENDS_COMMON_STAGE_STAGEPATH_H

#include "backends/common/emit/IndexSpace.h"
#include "passes/analysis/StageForm.h"

namespace tenon::emit {

/// Indices of the value from those of the root.
IndexMap toValueIndices(const IndexSpace &space, const StagePath &path,
                        IndexMap root);
/// Indices of the root from those of the value.
IndexMap toRootIndices(const IndexSpace &space, const StagePath &path,
                       IndexMap value);

} // namespace tenon::emit

#endif // TENON_BACKENDS_COMMON_STAGE_STAGEPATH_H
