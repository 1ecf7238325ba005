//===- ReductionOps.h - Reductions over dimensions and windows ------------===//
//
// Declared in ReductionOps.td; its descriptions say what each op means.
//
//===----------------------------------------------------------------------===//

#ifndef TENON_IR_GRAPH_REDUCTIONOPS_H
#define TENON_IR_GRAPH_REDUCTIONOPS_H

#include "ir/graph/GraphDialect.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#define GET_OP_CLASSES
#include "ir/graph/ReductionOps.h.inc"

#endif // TENON_IR_GRAPH_REDUCTIONOPS_H
