//===- Attributes.h - typed access to a node's attributes -------*- C++ -*-===//
//
// A wrong attribute type is remembered instead of returned at each access:
// converters read attributes in passing, and the importer asks once, after the
// converter, whether all of them were as ONNX defines them.
//
//===----------------------------------------------------------------------===//
#ifndef TENON_COMPILER_IMPORT_ONNX_ATTRIBUTES_H
#define TENON_COMPILER_IMPORT_ONNX_ATTRIBUTES_H

#include "compiler/import/onnx/onnx.pb.h"

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

#include <cstdint>
#include <optional>
#include <string>

#include <vector>

namespace tenon::onnx {

/// The attributes of one node. Inside a model-local function an attribute may
/// stand for one of the call's; `outer` are those.
class Attributes {
public:
  explicit Attributes(const NodeProto &node, const Attributes *outer = nullptr,
                      const FunctionProto *function = nullptr)
      : node(&node), function(function), outer(outer) {}

  /// The attribute `name`, with references resolved; null when absent.
  const AttributeProto *find(absl::string_view name) const;
  bool has(absl::string_view name) const { return find(name) != nullptr; }

  int64_t getInt(absl::string_view name, int64_t otherwise) const;
  float getFloat(absl::string_view name, float otherwise) const;
  std::string getString(absl::string_view name,
                        absl::string_view otherwise) const;
  std::optional<std::vector<int64_t>> getInts(absl::string_view name) const;
  std::optional<std::vector<float>> getFloats(absl::string_view name) const;
  /// Null when absent or not a tensor.
  const TensorProto *getTensor(absl::string_view name) const;
  /// Null when absent or not a graph.
  const GraphProto *getGraph(absl::string_view name) const;

  /// The first access that found another type than it asked for.
  const absl::Status &status() const { return error; }

private:
  const AttributeProto *typed(absl::string_view name,
                              AttributeProto::AttributeType type) const;

  const NodeProto *node;
  const FunctionProto *function;
  const Attributes *outer;
  mutable absl::Status error;
};

} // namespace tenon::onnx

#endif // TENON_COMPILER_IMPORT_ONNX_ATTRIBUTES_H
