//===- UnaryOps.h - Element-wise ops of one operand -----------------------===//
//
// Declared in UnaryOps.td; its descriptions say what each op means.
//
//===----------------------------------------------------------------------===//

#ifndef TENON_IR_GRAPH_UNARYOPS_H
#define TENON_IR_GRAPH_UNARYOPS_H

#include "ir/graph/GraphDialect.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#define GET_OP_CLASSES
#include "ir/graph/UnaryOps.h.inc"

#endif // TENON_IR_GRAPH_UNARYOPS_H
