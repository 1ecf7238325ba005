//===- DeclaredShapes.h - shapes that a model states ------------*- C++ -*-===//
//
// Where a shape operand is only known at run time (axes, sizes or repeats that
// are inputs of the graph), the shape that the model itself declares for the
// result decides. This collects those declarations.
//
//===----------------------------------------------------------------------===//
#ifndef TENON_COMPILER_IMPORT_ONNX_DECLAREDSHAPES_H
#define TENON_COMPILER_IMPORT_ONNX_DECLAREDSHAPES_H

#include "compiler/import/onnx/ModelReader.h"

#include <map>

namespace tenon::onnx {

/// The static shapes of the values of one graph or function, by name.
class DeclaredShapes {
public:
  /// Sizes that the user gave to symbolic dimensions.
  using Sizes = std::map<std::string, int64_t>;
  using ValueInfos = google::protobuf::RepeatedPtrField<ValueInfoProto>;
  using Nodes = google::protobuf::RepeatedPtrField<NodeProto>;

  /// Adds each value whose shape is static under `sizes`.
  void add(const ValueInfos &values, const Sizes &sizes);
  void add(const std::string &name, const Dims &dims) {
    shapes.emplace(name, dims);
  }
  /// Carries shapes from the results of element-wise nodes to their operands,
  /// where an operand must have the result's shape: of one-operand ops, and of
  /// two-operand ops whose other operand is known to be a scalar.
  void spreadBackwards(const Nodes &nodes, const GraphProto *graph);

  /// The shape declared for `name`, or null.
  const Dims *find(const std::string &name) const;

private:
  absl::flat_hash_map<std::string, Dims> shapes;
};

} // namespace tenon::onnx

#endif // TENON_COMPILER_IMPORT_ONNX_DECLAREDSHAPES_H
