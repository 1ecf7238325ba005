//===- CompositeOps.h - Ops that are graphs of primitives -----------------===//
//
// Declared in CompositeOps.td; its descriptions say what each op means.
//
//===----------------------------------------------------------------------===//

#ifndef TENON_IR_GRAPH_COMPOSITEOPS_H
#define TENON_IR_GRAPH_COMPOSITEOPS_H

#include "ir/graph/GraphDialect.h"
#include "ir/interfaces/DecomposableOpInterface.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#define GET_OP_CLASSES
#include "ir/graph/CompositeOps.h.inc"

#endif // TENON_IR_GRAPH_COMPOSITEOPS_H
