//===- ElementwiseOps.h - Comparison, selection, conversion ---------------===//
//
// Declared in ElementwiseOps.td; its descriptions say what each op means.
//
//===----------------------------------------------------------------------===//

#ifndef TENON_IR_GRAPH_ELEMENTWISEOPS_H
#define TENON_IR_GRAPH_ELEMENTWISEOPS_H

#include "ir/graph/GraphDialect.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#define GET_OP_CLASSES
#include "ir/graph/ElementwiseOps.h.inc"

#endif // TENON_IR_GRAPH_ELEMENTWISEOPS_H
