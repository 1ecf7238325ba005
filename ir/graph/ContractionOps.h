//===- ContractionOps.h - Dot products and convolution --------------------===//
//
// Declared in ContractionOps.td; its descriptions say what each op means.
//
//===----------------------------------------------------------------------===//

#ifndef TENON_IR_GRAPH_CONTRACTIONOPS_H
#define TENON_IR_GRAPH_CONTRACTIONOPS_H

#include "ir/graph/GraphDialect.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#define GET_OP_CLASSES
#include "ir/graph/ContractionOps.h.inc"

#endif // TENON_IR_GRAPH_CONTRACTIONOPS_H
