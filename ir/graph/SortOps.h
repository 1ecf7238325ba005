//===- SortOps.h - Ordering elements --------------------------------------===//
//
// Declared in SortOps.td; its descriptions say what each op means.
//
//===----------------------------------------------------------------------===//

#ifndef TENON_IR_GRAPH_SORTOPS_H
#define TENON_IR_GRAPH_SORTOPS_H

#include "ir/graph/GraphDialect.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#define GET_OP_CLASSES
#include "ir/graph/SortOps.h.inc"

#endif // TENON_IR_GRAPH_SORTOPS_H
