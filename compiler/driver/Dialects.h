// Every dialect that a Tenon module may hold, registered in one place.

#ifndef TENON_COMPILER_DRIVER_DIALECTS_H
#define TENON_COMPILER_DRIVER_DIALECTS_H

#include "mlir/IR/DialectRegistry.h"

namespace tenon::driver {

/// The graph, kernel and plan dialects, and those that code generation lowers
/// through.
void registerDialects(mlir::DialectRegistry &registry);

/// All passes of the compiler and its phases as pipelines, by their flags.
void registerPasses();

} // namespace tenon::driver

#endif // TENON_COMPILER_DRIVER_DIALECTS_H
