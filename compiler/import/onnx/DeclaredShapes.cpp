//===- DeclaredShapes.cpp - shapes that a model states --------------------===//
#include "compiler/import/onnx/DeclaredShapes.h"

#include "compiler/import/onnx/OpTable.h"

#include "absl/container/flat_hash_set.h"
#include "llvm/ADT/STLExtras.h"

#include <optional>

using namespace tenon::onnx;

static std::optional<Dims> staticDims(const ValueInfoProto &value,
                                      const DeclaredShapes::Sizes &sizes) {
  if (!value.type().has_tensor_type() ||
      !value.type().tensor_type().has_shape())
    return std::nullopt;
  Dims dims;
  for (const auto &dim : value.type().tensor_type().shape().dim()) {
    auto bound = sizes.find(dim.dim_param());
    if (dim.has_dim_value() && dim.dim_value() >= 0)
      dims.push_back(dim.dim_value());
    else if (dim.has_dim_param() && bound != sizes.end())
      dims.push_back(bound->second);
    else
      return std::nullopt;
  }
  return elementCount(dims).ok() ? std::optional(dims) : std::nullopt;
}

void DeclaredShapes::add(const ValueInfos &values, const Sizes &sizes) {
  for (const ValueInfoProto &value : values)
    if (std::optional<Dims> dims = staticDims(value, sizes))
      shapes.emplace(value.name(), std::move(*dims));
}

const Dims *DeclaredShapes::find(const std::string &name) const {
  auto it = shapes.find(name);
  return it == shapes.end() ? nullptr : &it->second;
}

/// Whether a Constant node holds a scalar.
static bool makesScalar(const NodeProto &node) {
  if (node.op_type() != "Constant" || node.output_size() != 1)
    return false;
  for (const AttributeProto &attribute : node.attribute())
    if (attribute.name() == "value_int" || attribute.name() == "value_float" ||
        (attribute.name() == "value" && attribute.t().dims_size() == 0))
      return true;
  return false;
}

void DeclaredShapes::spreadBackwards(const Nodes &nodes,
                                     const GraphProto *graph) {
  absl::flat_hash_set<std::string> scalars;
  for (const auto &[name, dims] : shapes)
    if (dims.empty())
      scalars.insert(name);
  if (graph) {
    for (const TensorProto &tensor : graph->initializer())
      if (tensor.dims_size() == 0)
        scalars.insert(tensor.name());
    for (const ValueInfoProto &input : graph->input())
      if (staticDims(input, {}) == Dims())
        scalars.insert(input.name());
  }
  for (const NodeProto &node : nodes) {
    bool isElementwise = node.domain().empty() && node.output_size() == 1 &&
                         node.input_size() > 0 &&
                         (keepsShapeOfFirstInput(node.op_type()) ||
                          isBroadcastingPair(node.op_type()));
    bool ofScalars =
        isElementwise && llvm::all_of(node.input(), [&](const auto &input) {
          return scalars.contains(input);
        });
    if (makesScalar(node) || ofScalars)
      scalars.insert(node.output(0));
  }
  for (const NodeProto &node : llvm::reverse(nodes)) {
    if (!node.domain().empty() || node.output_size() != 1)
      continue;
    const Dims *found = find(node.output(0));
    if (!found)
      continue;
    // A copy: adding moves what is there.
    Dims result = *found;
    if (node.input_size() >= 1 && keepsShapeOfFirstInput(node.op_type()))
      add(node.input(0), result);
    else if (node.input_size() == 2 && isBroadcastingPair(node.op_type()))
      for (int i : {0, 1})
        if (scalars.contains(node.input(1 - i)) &&
            !scalars.contains(node.input(i)))
          add(node.input(i), result);
  }
}
