// Signs of NaNs that a GPU's conversions lose.

#ifndef TENON_BACKENDS_CUDA_EMIT_NANSIGNS_H
#define TENON_BACKENDS_CUDA_EMIT_NANSIGNS_H

#include "mlir/Dialect/GPU/IR/GPUDialect.h"

namespace tenon::cuda {

/// A GPU makes one NaN of all when it widens f16 to f32. Where the bits of the
/// result are looked at, as by a comparison in total order, takes the sign from
/// the f16. The payload is not kept.
void keepNanSigns(mlir::gpu::GPUFuncOp function);

} // namespace tenon::cuda

#endif // TENON_BACKENDS_CUDA_EMIT_NANSIGNS_H
