//===- ControlFlowOps.h - Loops and branches ------------------------------===//
//
// Declared in ControlFlowOps.td; its descriptions say what each op means.
//
//===----------------------------------------------------------------------===//

#ifndef TENON_IR_GRAPH_CONTROLFLOWOPS_H
#define TENON_IR_GRAPH_CONTROLFLOWOPS_H

#include "ir/graph/GraphDialect.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#define GET_OP_CLASSES
#include "ir/graph/ControlFlowOps.h.inc"

#endif // TENON_IR_GRAPH_CONTROLFLOWOPS_H
