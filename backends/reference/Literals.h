//===- Literals.h - Between attributes and host tensors -------------------===//

#ifndef TENON_BACKENDS_REFERENCE_LITERALS_H
#define TENON_BACKENDS_REFERENCE_LITERALS_H

#include "backends/reference/Tensor.h"

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/Operation.h"

namespace tenon::reference {

/// The value of a dense or resource attribute. Fails with a diagnostic on
/// `user` for other attributes and for element types outside of the dialect.
llvm::FailureOr<Tensor> toTensor(mlir::ElementsAttr attr,
                                 mlir::Operation *user);

/// A dense attribute of `type`, which has the tensor's element type and shape.
mlir::DenseElementsAttr toElements(const Tensor &tensor,
                                   mlir::RankedTensorType type);

/// The static tensor type of a value.
mlir::RankedTensorType getTensorType(const Tensor &tensor,
                                     mlir::MLIRContext *context);

} // namespace tenon::reference

#endif // TENON_BACKENDS_REFERENCE_LITERALS_H
