//===- Convert.h - Changing the element type ------------------------------===//

#ifndef TENON_BACKENDS_REFERENCE_EVALUATE_CONVERT_H
#define TENON_BACKENDS_REFERENCE_EVALUATE_CONVERT_H

#include "backends/reference/Tensor.h"

namespace tenon::reference {

/// The tensor in another element type, by the rules of `tenon.convert`.
Tensor convertTo(const Tensor &operand, ElementType type);

} // namespace tenon::reference

#endif // TENON_BACKENDS_REFERENCE_EVALUATE_CONVERT_H
