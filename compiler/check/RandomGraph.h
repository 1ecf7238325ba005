// Random graphs: well-typed modules of all kinds of graph ops, the same for a
// seed on every machine. What checks compare them with is not decided here.

#ifndef TENON_COMPILER_CHECK_RANDOMGRAPH_H
#define TENON_COMPILER_CHECK_RANDOMGRAPH_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace tenon::check {

struct RandomGraphOptions {
  uint64_t seed = 0;
  /// How many ops a graph has, about; what a few of them need for operands
  /// comes on top.
  int64_t minOps = 3;
  int64_t maxOps = 40;
  /// How many elements a tensor has at most.
  int64_t maxElements = 4096;
  /// The file that weights refer to.
  std::string weightFile = "weights.bin";
  /// Whether an op may stand in the graph; null for all.
  std::function<bool(mlir::Operation *)> accepts;
};

/// A module with one entry, @main.
struct RandomGraph {
  mlir::OwningOpRef<mlir::ModuleOp> module;
  /// What the weight file has to hold; empty where no weight is used.
  std::vector<uint8_t> weights;
};

/// Writes a graph: shapes with ones, zeros, primes and the neighbours of vector
/// widths; values used more than once and not at all; several outputs; weights,
/// constants, and state variables with new values; donated inputs. Never gives
/// a module that does not verify.
RandomGraph makeRandomGraph(mlir::MLIRContext &context,
                            const RandomGraphOptions &options);

} // namespace tenon::check

#endif // TENON_COMPILER_CHECK_RANDOMGRAPH_H
