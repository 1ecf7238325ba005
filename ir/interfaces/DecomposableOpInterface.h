//===- DecomposableOpInterface.h - Composites give their primitives -------===//
//
// Implemented by the composite ops of the graph dialect; passes/graph calls it.
//
//===----------------------------------------------------------------------===//

#ifndef TENON_IR_INTERFACES_DECOMPOSABLEOPINTERFACE_H
#define TENON_IR_INTERFACES_DECOMPOSABLEOPINTERFACE_H

#include "mlir/IR/Builders.h"
#include "mlir/IR/OpDefinition.h"

#include "ir/interfaces/DecomposableOpInterface.h.inc"

#endif // TENON_IR_INTERFACES_DECOMPOSABLEOPINTERFACE_H
