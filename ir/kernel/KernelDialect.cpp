//===- KernelDialect.cpp - Registration of the kernel dialect -------------===//

#include "ir/kernel/KernelOps.h"

using namespace tenon::kernel;

#include "ir/kernel/KernelDialect.cpp.inc"
#include "ir/kernel/KernelEnums.cpp.inc"

void KernelDialect::initialize() {
  registerAttributes();
  addOperations<
#define GET_OP_LIST
#include "ir/kernel/KernelOps.cpp.inc"
      >();
}
