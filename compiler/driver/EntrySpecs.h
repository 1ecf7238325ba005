// The signatures of a graph-level module.

#ifndef TENON_COMPILER_DRIVER_ENTRYSPECS_H
#define TENON_COMPILER_DRIVER_ENTRYSPECS_H

#include "compiler/driver/HostTensor.h"
#include "ir/graph/GraphOps.h"

namespace tenon::driver {

/// What a caller of `entry` sees: no state, and names for what has none.
EntrySpec entrySpec(graph::EntryOp entry);

/// The entries of `module` that users call, in order; those that differ in
/// sizes only each by itself.
std::vector<EntrySpec> entrySpecs(mlir::ModuleOp module);

} // namespace tenon::driver

#endif // TENON_COMPILER_DRIVER_ENTRYSPECS_H
