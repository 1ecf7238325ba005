//===- DifferentiableOpInterface.cpp --------------------------------------===//
//
// The interface's generated definitions.
//
//===----------------------------------------------------------------------===//

#include "ir/interfaces/DifferentiableOpInterface.h"

#include "ir/interfaces/DifferentiableOpInterface.cpp.inc"
