//===- KernelOps.h - The kernel dialect -----------------------------------===//
//
// Kernels, their stages, and the attributes that say how values are laid out
// in memory and how stages are emitted.
//
//===----------------------------------------------------------------------===//

#ifndef TENON_IR_KERNEL_KERNELOPS_H
#define TENON_IR_KERNEL_KERNELOPS_H

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/AffineMap.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/ControlFlowInterfaces.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "ir/kernel/KernelDialect.h.inc"
#include "ir/kernel/KernelEnums.h.inc"

#define GET_ATTRDEF_CLASSES
#include "ir/kernel/KernelAttrs.h.inc"

#define GET_OP_CLASSES
#include "ir/kernel/KernelOps.h.inc"

#endif // TENON_IR_KERNEL_KERNELOPS_H
