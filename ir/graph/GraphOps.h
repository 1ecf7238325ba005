//===- GraphOps.h - All ops of the tenon dialect --------------------------===//
//
// The umbrella header of the graph level.
//
//===----------------------------------------------------------------------===//

#ifndef TENON_IR_GRAPH_GRAPHOPS_H
#define TENON_IR_GRAPH_GRAPHOPS_H

#include "ir/graph/BinaryOps.h"
#include "ir/graph/CompositeOps.h"
#include "ir/graph/ContractionOps.h"
#include "ir/graph/ControlFlowOps.h"
#include "ir/graph/ElementwiseOps.h"
#include "ir/graph/GraphDialect.h"
#include "ir/graph/IndexingOps.h"
#include "ir/graph/ReductionOps.h"
#include "ir/graph/ShapeOps.h"
#include "ir/graph/StructureOps.h"
#include "ir/graph/UnaryOps.h"

#endif // TENON_IR_GRAPH_GRAPHOPS_H
