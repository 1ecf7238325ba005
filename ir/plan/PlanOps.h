//===- PlanOps.h - The plan dialect ---------------------------------------===//
//
// What the runtime does, buffer by buffer and launch by launch.
//
//===----------------------------------------------------------------------===//

#ifndef TENON_IR_PLAN_PLANOPS_H
#define TENON_IR_PLAN_PLANOPS_H

#include "ir/kernel/KernelOps.h"

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/SymbolTable.h"

#include "ir/plan/PlanDialect.h.inc"

#define GET_TYPEDEF_CLASSES
#include "ir/plan/PlanTypes.h.inc"

#define GET_OP_CLASSES
#include "ir/plan/PlanOps.h.inc"

#endif // TENON_IR_PLAN_PLANOPS_H
