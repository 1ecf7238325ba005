//===- IndexingOps.h - Gather and scatter ---------------------------------===//
//
// Declared in IndexingOps.td; its descriptions say what each op means.
//
//===----------------------------------------------------------------------===//

#ifndef TENON_IR_GRAPH_INDEXINGOPS_H
#define TENON_IR_GRAPH_INDEXINGOPS_H

#include "ir/graph/GraphDialect.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#define GET_OP_CLASSES
#include "ir/graph/IndexingOps.h.inc"

#endif // TENON_IR_GRAPH_INDEXINGOPS_H
