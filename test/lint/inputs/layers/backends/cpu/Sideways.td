include "mlir/IR/OpBase.td"
include "backends/cuda/Ops.td"
