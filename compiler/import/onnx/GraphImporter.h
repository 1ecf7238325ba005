//===- GraphImporter.h - an ONNX model to a tenon module --------*- C++ -*-===//
//
// Walks the nodes of the main graph, of calls of model-local functions and of
// graphs that are attributes, and has each converted. It owns
// what is known of every value (Slot) and turns values into ops on demand.
//
//===----------------------------------------------------------------------===//
#ifndef TENON_COMPILER_IMPORT_ONNX_GRAPHIMPORTER_H
#define TENON_COMPILER_IMPORT_ONNX_GRAPHIMPORTER_H

#include "compiler/import/OpenModel.h"
#include "compiler/import/onnx/NodeContext.h"
#include "compiler/import/onnx/Signature.h"
#include "compiler/import/onnx/UnsupportedReport.h"
#include "compiler/import/onnx/WeightTable.h"

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"
#include "mlir/IR/Builders.h"

#include <deque>

namespace tenon::onnx {

/// Imports the ONNX model at `path`; see importModel.
absl::StatusOr<mlir::OwningOpRef<mlir::ModuleOp>>
importOnnx(const std::string &path, const ImportOptions &options,
           mlir::MLIRContext &context);

/// `domain` with the default operator set's two spellings made one.
std::string canonicalDomain(const std::string &domain);

/// One import. Used once.
class GraphImporter {
public:
  /// `bindings`, which may be null, give values to inputs and initializers.
  GraphImporter(Model &model, const ImportOptions &options,
                WeightBindings *bindings, mlir::MLIRContext &context);

  absl::StatusOr<mlir::OwningOpRef<mlir::ModuleOp>> run();
  /// Instead of run(): see describeOnnx.
  absl::StatusOr<OpenModel> describe();

  // What NodeContext asks for.

  /// The slot's value in the graph; made at `loc` on first use.
  Value materialize(Slot &slot, mlir::Location loc);
  /// The slot's contents where they are stored or known, read on first use;
  /// null otherwise and for tensors too large to be tables.
  const HostTensor *load(Slot &slot);
  /// A slot for a stored tensor; `name` is used where the tensor has none.
  absl::StatusOr<Slot> slotFor(const TensorProto &proto,
                               const std::string &name, bool isInitializer);
  mlir::OpBuilder &opBuilder() { return builder; }
  /// Which form of the model is being built.
  ModelForm form() const { return modelForm; }
  /// Makes `value` the new value of the stored tensor in `slot`; ignored where
  /// the slot holds none, and outside of ModelForm::Training.
  void recordUpdate(const Slot &slot, Value value);
  /// Adds a condition that has to hold whenever the entry runs, with the reason
  /// for where it does not. See NodeContext::require.
  void require(Value condition, std::string why);

private:
  using Opsets = absl::flat_hash_map<std::string, int64_t>;

  /// The names that nodes can read, innermost last.
  struct Scope {
    const Scope *outer = nullptr;
    absl::flat_hash_map<std::string, Slot *> values = {};

    Slot *find(const std::string &name) const;
  };

  /// A list of nodes in its surroundings.
  struct Frame {
    Scope &scope;
    const Opsets &opsets;
    const DeclaredShapes &declared;
    /// Of a function: the call's attributes.
    const Attributes *outerAttributes = nullptr;
    const FunctionProto *function = nullptr;
    /// Prefix of node names, for nodes that are not in the main graph.
    std::string prefix = {};
    /// Number of the main graph's node that this belongs to.
    int line = 0;
    int depth = 0;
  };

  absl::Status importVariant(const Variant &variant);
  /// Running statistics are stored tensors that training updates.
  void addStatistics(const GraphProto &graph);
  absl::Status addInitializers(const GraphProto &graph, Scope &scope);
  /// Inputs that come from files of weights.
  absl::Status addBoundInputs(Scope &scope);
  Slot storedSlot(std::shared_ptr<const TensorData> stored,
                  const std::string &name, bool isInitializer) const;
  absl::Status
  importNodes(const google::protobuf::RepeatedPtrField<NodeProto> &nodes,
              Frame &frame);
  absl::Status importNode(const NodeProto &node, int index, Frame &frame);
  absl::Status convertNode(const NodeProto &node, const std::string &name,
                           int64_t opset, const Attributes &attributes,
                           llvm::ArrayRef<Slot *> inputs, mlir::Location loc,
                           Frame &frame);
  absl::Status inlineFunction(const FunctionProto &function,
                              const NodeProto &call, const std::string &name,
                              const Attributes &attributes,
                              llvm::ArrayRef<Slot *> inputs, Frame &frame);
  /// Imports a graph that is an attribute of the node `name`.
  absl::StatusOr<std::vector<Slot *>> importBody(const GraphProto &body,
                                                 llvm::ArrayRef<Slot> values,
                                                 const std::string &name,
                                                 Frame &frame);
  /// Computes the node while importing where that is possible.
  bool foldNode(const NodeProto &node, int64_t opset,
                const Attributes &attributes, llvm::ArrayRef<Slot *> inputs,
                Frame &frame, absl::Status &status);
  absl::Status define(Frame &frame, const std::string &name, Slot *slot);
  absl::Status definePoisoned(const NodeProto &node, Frame &frame);
  /// Reports a node that is not imported if its op is unknown, and the ops
  /// below it.
  void reportUnknown(const NodeProto &node, const std::string &name,
                     const Opsets &opsets, int depth);
  /// Reports the ops below a node that is not imported itself.
  void scanSubgraphs(const NodeProto &node, const std::string &name,
                     const Opsets &opsets, int depth);
  const FunctionProto *findFunction(const NodeProto &node) const;
  absl::StatusOr<Opsets>
  opsetsOf(const google::protobuf::RepeatedPtrField<OperatorSetIdProto> &list);
  Slot *newSlot(Slot slot);
  absl::Status fail(const std::string &what, absl::string_view why) const;

  Model &model;
  const ImportOptions &options;
  mlir::MLIRContext &context;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  mlir::OpBuilder builder;
  WeightTable weights;
  UnsupportedReport report;
  absl::flat_hash_set<std::string> parameters;
  Opsets modelOpsets;
  /// The slots of the entry that is being built; addresses are stable.
  std::deque<Slot> slots;
  /// The sizes of that entry's symbolic dimensions.
  DeclaredShapes::Sizes dimSizes;
  int64_t nodeCount = 0;
  ModelForm modelForm = ModelForm::AsWritten;
  /// Nothing is known of the inputs: what depends on them is not converted,
  /// only looked up.
  bool inputsUnknown = false;
  /// Of the form for training: weights' symbols and their new values.
  std::vector<std::pair<mlir::FlatSymbolRefAttr, Value>> updates;
  /// Makes the part of an output that the model declares a size for static, and
  /// notes the sizes of the rest.
  absl::Status settleSizes(const ValueInfoProto &output, Slot &slot,
                           size_t index);
  /// The sizes of outputs that depend on values: output, dimension, size.
  std::vector<std::tuple<size_t, int64_t, Value>> outputSizes;
  /// What the values that the entry runs with must be like.
  std::vector<std::pair<Value, std::string>> requirements;
};

} // namespace tenon::onnx

#endif // TENON_COMPILER_IMPORT_ONNX_GRAPHIMPORTER_H
