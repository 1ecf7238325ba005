//===- NodeContext.cpp - one node, as its converter sees it ---------------===//
#include "compiler/import/onnx/NodeContext.h"

#include "compiler/import/onnx/GraphImporter.h"
#include "compiler/import/onnx/ShapeRules.h"

using namespace tenon;
using namespace tenon::onnx;

mlir::Type NodeContext::element(size_t i) {
  return elementType(inputs[i]->type, importer.opBuilder().getContext());
}

Value NodeContext::value(size_t i) {
  return importer.materialize(*inputs[i], loc);
}

const HostTensor *NodeContext::known(size_t i) {
  return importer.load(*inputs[i]);
}

absl::StatusOr<Dims> NodeContext::knownInts(size_t i) {
  // A list of no elements is known whoever makes it.
  if (inputs[i]->dims == Dims{0})
    return Dims();
  const HostTensor *contents = known(i);
  if (!contents)
    return unsupported(absl::StrCat("input ", i, " is only known at run time"));
  if (contents->isFloat() || contents->rank() > 1)
    return invalid(absl::StrCat("input ", i, " is no list of integers"));
  return contents->ints;
}

absl::StatusOr<double> NodeContext::knownScalar(size_t i) {
  const HostTensor *contents = known(i);
  if (!contents)
    return unsupported(absl::StrCat("input ", i, " is only known at run time"));
  if (contents->size() != 1)
    return invalid(absl::StrCat("input ", i, " is no scalar"));
  return contents->asDouble(0);
}

absl::StatusOr<std::optional<Dims>>
NodeContext::intsFrom(size_t i, absl::string_view attribute) {
  if (!has(i))
    return attributes.getInts(attribute);
  TENON_ASSIGN_OR_RETURN(Dims given, knownInts(i));
  return std::optional<Dims>(std::move(given));
}

absl::StatusOr<Dims> NodeContext::reducedAxes() {
  TENON_ASSIGN_OR_RETURN(std::optional<Dims> given, intsFrom(1, "axes"));
  std::optional<llvm::ArrayRef<int64_t>> stated;
  if (given)
    stated = *given;
  std::optional<Dims> axes = onnx::reducedAxes(
      stated, rank(0), attributes.getInt("noop_with_empty_axes", 0) != 0);
  if (!axes)
    return invalid(absl::StrCat("its axes do not fit rank ", rank(0)));
  return *std::move(axes);
}

const Dims *NodeContext::declared(size_t i) const {
  return wants(i) ? declaredShapes.find(node.output(static_cast<int>(i)))
                  : nullptr;
}

absl::StatusOr<Dims> NodeContext::declaredDims(size_t i) const {
  if (const Dims *dims = declared(i))
    return *dims;
  return unsupported("a shape that is only known at run time, of a result for "
                     "which the model declares none");
}

ModelForm NodeContext::form() const { return importer.form(); }

void NodeContext::recordUpdate(size_t i, Value value) {
  importer.recordUpdate(*inputs[i], value);
}

void NodeContext::require(Value condition, absl::string_view why) {
  if (condition)
    importer.require(condition, absl::StrCat("node '", name, "' (",
                                             node.op_type(), "): ", why));
}

absl::Status NodeContext::requireNumbers(size_t i,
                                         llvm::ArrayRef<Dims> allowed) {
  Emitter e = emit();
  auto count = static_cast<int64_t>(allowed[0].size());
  if (*elementCount(inputs[i]->dims) != count)
    return invalid(absl::StrCat("input ", i,
                                " does not fit the shape that the "
                                "model declares"));
  Value given = e.reshape(e.convert(value(i), e.indexType()), {count});
  Value fits;
  for (const Dims &list : allowed) {
    Value same =
        e.compare(graph::ComparisonDirection::EQ, given, e.vector(list));
    fits = fits ? e.binary<graph::OrOp>(fits, same) : same;
  }
  require(e.allOf(fits), absl::StrCat("input ", i,
                                      " asks for another shape than the model "
                                      "declares, which it was compiled for"));
  return absl::OkStatus();
}

const Slot *NodeContext::named(const std::string &wanted) const {
  return lookup(wanted);
}

Emitter NodeContext::emit() { return Emitter(importer.opBuilder(), loc); }

mlir::OpBuilder &NodeContext::builder() { return importer.opBuilder(); }

void NodeContext::replace(size_t i, Slot slot) {
  inputs[i] = &replaced.emplace_back(std::move(slot));
}

void NodeContext::setSizes(size_t i, std::vector<Value> sizes) {
  bool isStatic = llvm::all_of(sizes, [](Value size) { return !size; });
  results[i].sizes = isStatic ? std::vector<Value>() : std::move(sizes);
}

void NodeContext::set(size_t i, Value value) {
  if (value)
    results[i] = slotFor(value);
}

void NodeContext::set(size_t i, Value value, TensorProto::DataType type) {
  set(i, value);
  results[i].type = value ? type : TensorProto::UNDEFINED;
}

Slot NodeContext::slotFor(Value value) {
  auto dims = dimsOf(value);
  Slot slot{.type = dataType(elementOf(value)),
            .dims = Dims(dims.begin(), dims.end())};
  slot.value = value;
  return slot;
}

Value NodeContext::valueOf(const Slot &slot) {
  Slot copy = slot;
  return importer.materialize(copy, loc);
}

const HostTensor *NodeContext::knownOf(Slot &slot) {
  return importer.load(slot);
}

void NodeContext::setSequence(size_t i, std::vector<Slot> elements) {
  // The element type stands for the whole; an empty sequence has any.
  Slot slot{.type =
                elements.empty() ? TensorProto::FLOAT : elements.front().type};
  slot.sequence =
      std::make_shared<const std::vector<Slot>>(std::move(elements));
  results[i] = std::move(slot);
}

void NodeContext::set(size_t i, HostTensor contents) {
  Slot &slot = results[i];
  slot.type = contents.type;
  slot.dims = contents.dims;
  slot.foldable = true;
  slot.host = std::make_shared<const HostTensor>(std::move(contents));
}

absl::Status NodeContext::setStored(size_t i, const TensorProto &tensor) {
  TENON_ASSIGN_OR_RETURN(
      results[i],
      importer.slotFor(tensor, node.output(static_cast<int>(i)), false));
  return absl::OkStatus();
}

absl::StatusOr<Slot> NodeContext::stored(const TensorProto &tensor) {
  return importer.slotFor(tensor, tensor.name(), true);
}

absl::StatusOr<int64_t> NodeContext::axis(int64_t given, int64_t rank) const {
  std::optional<int64_t> normal = normalizeAxis(given, rank);
  if (!normal)
    return invalid(
        absl::StrCat("axis ", given, " lies outside of rank ", rank));
  return *normal;
}
