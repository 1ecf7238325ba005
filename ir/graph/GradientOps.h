//===- GradientOps.h - Derivatives as ops ---------------------------------===//
//
// Declared in GradientOps.td. Only those who write or replace gradients include
// this: GraphOps.h does not.
//
//===----------------------------------------------------------------------===//

#ifndef TENON_IR_GRAPH_GRADIENTOPS_H
#define TENON_IR_GRAPH_GRADIENTOPS_H

#include "ir/graph/GraphDialect.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#define GET_OP_CLASSES
#include "ir/graph/GradientOps.h.inc"

#endif // TENON_IR_GRAPH_GRADIENTOPS_H
