//===- StructureOps.h - Weights, variables, entries, constants ------------===//
//
// Declared in StructureOps.td; its descriptions say what each op means.
//
//===----------------------------------------------------------------------===//

#ifndef TENON_IR_GRAPH_STRUCTUREOPS_H
#define TENON_IR_GRAPH_STRUCTUREOPS_H

#include "ir/graph/GraphDialect.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/CallInterfaces.h"
#include "mlir/Interfaces/ControlFlowInterfaces.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#define GET_OP_CLASSES
#include "ir/graph/StructureOps.h.inc"

#endif // TENON_IR_GRAPH_STRUCTUREOPS_H
