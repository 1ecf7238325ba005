//===- DecomposableOpInterface.cpp ----------------------------------------===//
//
// The interface's generated definitions.
//
//===----------------------------------------------------------------------===//

#include "ir/interfaces/DecomposableOpInterface.h"

#include "ir/interfaces/DecomposableOpInterface.cpp.inc"
