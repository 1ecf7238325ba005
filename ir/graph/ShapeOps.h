//===- ShapeOps.h - Ops that move elements without changing them ----------===//
//
// Declared in ShapeOps.td; its descriptions say what each op means.
//
//===----------------------------------------------------------------------===//

#ifndef TENON_IR_GRAPH_SHAPEOPS_H
#define TENON_IR_GRAPH_SHAPEOPS_H

#include "ir/graph/GraphDialect.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#define GET_OP_CLASSES
#include "ir/graph/ShapeOps.h.inc"

#endif // TENON_IR_GRAPH_SHAPEOPS_H
