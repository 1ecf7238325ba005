//===- NodeContext.h - one node, as its converter sees it -------*- C++ -*-===//
//
// A converter reads inputs and attributes, builds ops, and sets the outputs.
// The importer has already checked the number of inputs and outputs against
// the op table, so that required inputs are there.
//
//===----------------------------------------------------------------------===//
#ifndef TENON_COMPILER_IMPORT_ONNX_NODECONTEXT_H
#define TENON_COMPILER_IMPORT_ONNX_NODECONTEXT_H

#include "compiler/import/StatusMacros.h"
#include "compiler/import/onnx/Attributes.h"
#include "compiler/import/onnx/DeclaredShapes.h"
#include "compiler/import/onnx/Emitter.h"
#include "compiler/import/onnx/HostTensor.h"

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

#include <deque>
#include <memory>
#include <string>
#include <vector>

namespace tenon::onnx {

/// What is known of one ONNX value: its type always, and its contents in one
/// or more forms. Values become ops only when a converter asks for them.
struct Slot {
  TensorProto::DataType type = TensorProto::UNDEFINED;
  Dims dims = {};
  /// Of a tensor whose shape depends on values: per dimension its size, a
  /// scalar of 64 bits, or null where that is always the one in `dims`. `dims`
  /// are bounds then, and what lies beyond the sizes has any value. Empty where
  /// the shape is static.
  std::vector<Value> sizes = {};
  /// Of a vector that states the shape of a bounded tensor: that shape, as the
  /// `dims` and `sizes` of a slot.
  std::shared_ptr<const Slot> shapeOf = nullptr;
  /// The value in the graph, once made.
  Value value = {};
  /// The contents where they are known and small, or were asked for.
  std::shared_ptr<const HostTensor> host = nullptr;
  /// Where a stored tensor's bytes are.
  std::shared_ptr<const TensorData> stored = nullptr;
  /// The contents may be computed with while importing. False for weights:
  /// they must stay what they are, one tensor of the model each.
  bool foldable = false;
  /// A stored tensor stands in the IR as a constant instead of a reference.
  bool inlined = false;
  /// The elements, where the value is a sequence of tensors and no tensor.
  std::shared_ptr<const std::vector<Slot>> sequence = nullptr;
  /// The value comes from something unsupported: nothing is known of it.
  bool poisoned = false;
};

class GraphImporter;

/// Imports a graph that is a node's attribute, with the values of its inputs,
/// and gives the values of its outputs.
using BodyImporter = llvm::function_ref<absl::StatusOr<std::vector<Slot *>>(
    const GraphProto &, llvm::ArrayRef<Slot>)>;

/// Finds the value of a name where a node stands; null where there is none.
using NameLookup = llvm::function_ref<const Slot *(const std::string &)>;

/// Nodes that behave otherwise in training (BatchNormalization, Dropout) are
/// converted as their attributes say, or, of a model that is to be trained,
/// once for inference and once for training.
enum class ModelForm { AsWritten, Inference, Training };

/// One node while it is converted.
class NodeContext {
public:
  NodeContext(GraphImporter &importer, const NodeProto &node,
              const Attributes &attributes, int64_t opset,
              llvm::ArrayRef<Slot *> inputs,
              const DeclaredShapes &declaredShapes, BodyImporter body,
              NameLookup lookup, mlir::Location loc, std::string label)
      : importer(importer), node(node), attributes(attributes), version(opset),
        inputs(inputs.begin(), inputs.end()), declaredShapes(declaredShapes),
        body(body), lookup(lookup), loc(loc), name(std::move(label)),
        results(node.output_size()) {}

  /// The version of the node's operator set.
  int64_t opset() const { return version; }
  const Attributes &attrs() const { return attributes; }
  /// The node's name and op, for messages.
  const std::string &label() const { return name; }
  llvm::StringRef op() const { return node.op_type(); }

  size_t numInputs() const { return inputs.size(); }
  size_t numOutputs() const { return results.size(); }
  /// Whether optional input `i` is given.
  bool has(size_t i) const { return i < inputs.size() && inputs[i]; }
  /// Whether output `i` is named, so that something may read it.
  bool wants(size_t i) const {
    return i < results.size() && !node.output(static_cast<int>(i)).empty();
  }

  llvm::ArrayRef<int64_t> dims(size_t i) const { return inputs[i]->dims; }
  int64_t rank(size_t i) const {
    return static_cast<int64_t>(inputs[i]->dims.size());
  }
  TensorProto::DataType type(size_t i) const { return inputs[i]->type; }
  mlir::Type element(size_t i);

  /// Whether the shape of input `i` depends on values; see Slot::sizes.
  bool isBounded(size_t i) const { return !inputs[i]->sizes.empty(); }
  /// The size of input `i` along `axis`; null where it is static.
  Value sizeAlong(size_t i, int64_t axis) const {
    return isBounded(i) ? inputs[i]->sizes[axis] : Value();
  }
  /// Input `i` is `slot` from now on.
  void replace(size_t i, Slot slot);

  /// Input `i` as a value of the graph.
  Value value(size_t i);
  /// The contents of input `i` where they are known: of constants, and of
  /// initializers that are small enough to be shapes or tables.
  const HostTensor *known(size_t i);
  /// The integers of input `i`; an error when they are only known at run time.
  absl::StatusOr<Dims> knownInts(size_t i);
  /// The single number in input `i`; an error as above.
  absl::StatusOr<double> knownScalar(size_t i);
  /// Integers that newer operator sets pass as input `i` and older ones as an
  /// attribute; nothing where neither is given.
  absl::StatusOr<std::optional<Dims>> intsFrom(size_t i,
                                               absl::string_view name);

  /// The axes that this node, a reduction, reduces: of input 1 or of the
  /// attribute `axes`, or all where there are none and
  /// `noop_with_empty_axes` is unset.
  absl::StatusOr<Dims> reducedAxes();

  /// Input `i` with all that is known of it, to be passed on.
  const Slot &input(size_t i) const { return *inputs[i]; }
  /// A slot's value in the graph.
  Value valueOf(const Slot &slot);
  /// A slot's contents where they are known, or null.
  const HostTensor *knownOf(Slot &slot);
  /// Imports `graph`, an attribute of this node, at this place; its inputs have
  /// the given values, and it sees the names around the node. What it holds and
  /// Tenon lacks is reported, and its outputs are poisoned.
  absl::StatusOr<std::vector<Slot *>> inlineBody(const GraphProto &graph,
                                                 llvm::ArrayRef<Slot> values) {
    return body(graph, values);
  }
  /// A slot for a value of the graph.
  Slot slotFor(Value value);

  /// The static shape that the model declares for output `i`, or null.
  const Dims *declared(size_t i) const;
  /// The same for outputs that need one, because shape operands are only known
  /// at run time; an error where there is none.
  absl::StatusOr<Dims> declaredDims(size_t i) const;
  /// Which form of the model is being built.
  ModelForm form() const;
  /// While the form for training is built: `value` is what the stored tensor in
  /// input `i` shall be after the step.
  void recordUpdate(size_t i, Value value);

  /// Demands of the values that the model runs with that `condition`, a scalar
  /// of bools, holds: a run where it does not ends with an error that says
  /// `why`. For shapes that are only known at run time and taken from what the
  /// model declares. Nothing is checked inside of loops and branches, nor in a
  /// model that is to be trained.
  void require(Value condition, absl::string_view why);
  /// Demands the same of the numbers in input `i`: each must be the one at its
  /// place in one of the lists `allowed`. An error where their count is
  /// another.
  absl::Status requireNumbers(size_t i, llvm::ArrayRef<Dims> allowed);
  /// The value called `name` where the node stands, or null.
  const Slot *named(const std::string &name) const;

  Emitter emit();
  /// For ops with regions, which Emitter has no method for.
  mlir::OpBuilder &builder();

  /// Sets output `i`. A null value means that building failed.
  void set(size_t i, Value value);
  /// Sets output `i` to a value that carries `type`.
  void set(size_t i, Value value, TensorProto::DataType type);
  /// Says that output `i`, which is set, has these sizes; see Slot::sizes.
  void setSizes(size_t i, std::vector<Value> sizes);
  /// Sets output `i` to contents that are known while importing.
  void set(size_t i, HostTensor contents);
  /// The elements of input `i`, or null where it is a tensor.
  const std::vector<Slot> *sequence(size_t i) const {
    return inputs[i]->sequence.get();
  }
  /// Sets output `i` to a sequence.
  void setSequence(size_t i, std::vector<Slot> elements);
  /// Sets output `i` to a tensor that the model stores.
  absl::Status setStored(size_t i, const TensorProto &tensor);
  /// A slot for a tensor of a graph that is an attribute.
  absl::StatusOr<Slot> stored(const TensorProto &tensor);
  /// Sets output `i` to what another value is.
  void set(size_t i, const Slot &slot) { results[i] = slot; }
  /// What was set; a type of UNDEFINED means nothing was.
  Slot &result(size_t i) { return results[i]; }

  /// The error for a form of the op that is not supported. The importer adds
  /// the node's name.
  absl::Status unsupported(absl::string_view why) const {
    return absl::UnimplementedError(why);
  }
  /// The error for what ONNX does not allow.
  absl::Status invalid(absl::string_view why) const {
    return absl::InvalidArgumentError(why);
  }
  /// `axis` normalized for input `i`, or an error.
  absl::StatusOr<int64_t> axis(int64_t given, int64_t rank) const;

private:
  GraphImporter &importer;
  const NodeProto &node;
  const Attributes &attributes;
  int64_t version;
  llvm::SmallVector<Slot *> inputs;
  const DeclaredShapes &declaredShapes;
  BodyImporter body;
  NameLookup lookup;
  mlir::Location loc;
  std::string name;
  std::vector<Slot> results;
  /// What inputs were replaced by.
  std::deque<Slot> replaced;
};

} // namespace tenon::onnx

#endif // TENON_COMPILER_IMPORT_ONNX_NODECONTEXT_H
