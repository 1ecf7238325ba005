//===- ExternalFiles.cpp - the files beside an ONNX file ------------------===//
//
// Walks everything of a model that can hold a tensor.
//
//===----------------------------------------------------------------------===//
#include "compiler/import/onnx/ExternalFiles.h"

#include "compiler/import/StatusMacros.h"

#include <filesystem>
#include <set>

using namespace tenon;
using namespace tenon::onnx;

namespace {

/// Collects the tensors with external data. Graphs nest no deeper than
/// Model::read allows.
class TensorCollector {
public:
  std::vector<const TensorProto *> external;

  void visit(const TensorProto &tensor) {
    if (tensor.data_location() == TensorProto::EXTERNAL)
      external.push_back(&tensor);
  }

  void visit(const GraphProto &graph) {
    for (const TensorProto &tensor : graph.initializer())
      visit(tensor);
    for (const NodeProto &node : graph.node())
      for (const AttributeProto &attribute : node.attribute())
        visit(attribute);
  }

  void visit(const FunctionProto &function) {
    for (const AttributeProto &attribute : function.attribute_proto())
      visit(attribute);
    for (const NodeProto &node : function.node())
      for (const AttributeProto &attribute : node.attribute())
        visit(attribute);
  }

private:
  void visit(const AttributeProto &attribute) {
    if (attribute.has_t())
      visit(attribute.t());
    for (const TensorProto &tensor : attribute.tensors())
      visit(tensor);
    if (attribute.has_g())
      visit(attribute.g());
    for (const GraphProto &graph : attribute.graphs())
      visit(graph);
  }
};

} // namespace

absl::StatusOr<std::vector<std::string>>
tenon::onnx::externalFiles(Model &model, const BoundTensors &bound) {
  TensorCollector collector;
  collector.visit(model.proto().graph());
  for (const FunctionProto &function : model.proto().functions())
    collector.visit(function);
  std::set<std::string> files;
  for (const TensorProto *tensor : collector.external) {
    if (bound.find(*tensor))
      continue;
    TENON_RETURN_IF_ERROR(model.tensor(*tensor).status());
    for (const StringStringEntryProto &entry : tensor->external_data())
      if (entry.key() == "location")
        files.insert(std::filesystem::path(entry.value())
                         .lexically_normal()
                         .generic_string());
  }
  return std::vector<std::string>(files.begin(), files.end());
}
