//===- BinaryOps.h - Element-wise ops of two operands ---------------------===//
//
// Declared in BinaryOps.td; its descriptions say what each op means.
//
//===----------------------------------------------------------------------===//

#ifndef TENON_IR_GRAPH_BINARYOPS_H
#define TENON_IR_GRAPH_BINARYOPS_H

#include "ir/graph/GraphDialect.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#define GET_OP_CLASSES
#include "ir/graph/BinaryOps.h.inc"

#endif // TENON_IR_GRAPH_BINARYOPS_H
