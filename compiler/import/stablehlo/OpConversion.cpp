//===- OpConversion.cpp - What a rule sees of the op it converts ----------===//
#include "compiler/import/stablehlo/OpConversion.h"

#include "backends/reference/Evaluator.h"
#include "backends/reference/Literals.h"

#include "mlir/IR/Matchers.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"

using namespace mlir;
using namespace tenon;
using namespace tenon::stablehlo;

/// Integer tensors up to this many elements may be sizes, and are computed
/// while importing where shapes depend on them.
static constexpr int64_t kMostSizes = 64;

bool OpConversion::resolve() {
  for (Value source : op->getOperands()) {
    Value value = converter.lookup(source);
    if (!value) {
      (void)unsupported(
          "a value from outside of the region, which is not a constant");
      return false;
    }
    operands.push_back(value);
  }
  return true;
}

SmallVector<int64_t> OpConversion::integers(StringRef name, size_t count,
                                            int64_t normal) const {
  Attribute value = op->getAttr(name);
  if (auto array = dyn_cast_or_null<DenseI64ArrayAttr>(value))
    return llvm::to_vector(array.asArrayRef());
  if (auto elements = dyn_cast_or_null<DenseIntElementsAttr>(value))
    return llvm::to_vector(elements.getValues<int64_t>());
  return SmallVector<int64_t>(count, normal);
}

std::optional<SmallVector<int64_t>> OpConversion::constant(Value value) {
  DenseIntElementsAttr elements;
  if (!matchPattern(value, m_Constant(&elements)) ||
      elements.getNumElements() > kMostSizes)
    return std::nullopt;
  bool isUnsigned = elements.getElementType().isUnsignedInteger();
  SmallVector<int64_t> numbers;
  for (const APInt &number : elements.getValues<APInt>())
    numbers.push_back(isUnsigned ? number.getZExtValue()
                                 : number.getSExtValue());
  return numbers;
}

/// Whether a value is few integers, as sizes are.
static bool mayBeSizes(Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  return type && type.getElementType().isInteger() && type.hasStaticShape() &&
         type.getNumElements() <= kMostSizes;
}

/// A value that is computed from constants alone, as a constant; else the
/// value. `settled` are those that no more can be said of: without them, every
/// op would look through all that stand before it.
static Value settle(Value value, ArrayRef<Value> settled, OpBuilder &builder) {
  Operation *made = value.getDefiningOp();
  if (llvm::is_contained(settled, value) || !mayBeSizes(value) || !made ||
      isa<graph::ConstantOp>(made) || made->getNumResults() != 1 ||
      made->getNumRegions() > 0 || !isMemoryEffectFree(made))
    return value;
  SmallVector<reference::Tensor> operands;
  for (OpOperand &operand : made->getOpOperands()) {
    operand.set(settle(operand.get(), settled, builder));
    ElementsAttr elements;
    if (!mayBeSizes(operand.get()) ||
        !matchPattern(operand.get(), m_Constant(&elements)))
      return value;
    FailureOr<reference::Tensor> tensor = reference::toTensor(elements, made);
    if (failed(tensor))
      return value;
    operands.push_back(std::move(*tensor));
  }
  FailureOr<reference::Tensors> results =
      reference::Evaluator().evaluateOp(made, operands);
  if (failed(results))
    return value;
  auto constant = graph::ConstantOp::create(
      builder, made->getLoc(),
      reference::toElements(results->front(), graph::getTensor(value)));
  if (value.use_empty())
    made->erase();
  return constant;
}

Operation *OpConversion::create(StringRef name, ValueRange inputs,
                                TypeRange types,
                                ArrayRef<NamedAttribute> attributes) {
  OperationState state(getLoc(), ("tenon." + name).str(), inputs, types,
                       attributes);
  OpBuilder &at = getBuilder();
  Operation *made = at.create(state);
  if (succeeded(inferTypes(made)))
    return made;
  made->erase();
  return nullptr;
}

LogicalResult OpConversion::inferTypes(Operation *made) {
  bool isKnown = llvm::all_of(made->getResultTypes(), [](Type type) {
    auto tensor = dyn_cast<RankedTensorType>(type);
    return tensor && tensor.hasStaticShape();
  });
  if (isKnown)
    return success();
  auto infer = dyn_cast<InferTypeOpInterface>(made);
  SmallVector<Type> inferred;
  if (!infer ||
      failed(infer.inferReturnTypes(
          made->getContext(), made->getLoc(), made->getOperands(),
          made->getDiscardableAttrDictionary(), made->getPropertiesStorage(),
          made->getRegions(), inferred)))
    return invalid("its shape does not follow from its operands");
  for (auto [result, type] : llvm::zip_equal(made->getResults(), inferred))
    result.setType(type);
  return success();
}

LogicalResult OpConversion::replaceWith(StringRef name, ValueRange inputs,
                                        ArrayRef<NamedAttribute> attributes) {
  Operation *made = create(name, inputs, op->getResultTypes(), attributes);
  if (!made)
    return failure();
  return replace(made->getResults());
}

LogicalResult OpConversion::replace(ValueRange results) {
  assert(results.size() == op->getNumResults());
  for (auto [from, to] : llvm::zip_equal(op->getResults(), results))
    converter.map(from, converter.hasDynamicShapes()
                            ? settle(to, operands, getBuilder())
                            : to);
  return success();
}

LogicalResult stablehlo::convertRenamed(OpConversion &conversion) {
  Operation *op = conversion.getOp();
  SmallVector<NamedAttribute> attributes;
  DictionaryAttr inherent = op->getAttrDictionary();
  for (NamedAttribute attribute : inherent)
    if (!attribute.getName().getValue().contains('.') &&
        attribute.getName() != "result_accuracy")
      attributes.push_back(attribute);
  return conversion.replaceWith(op->getName().stripDialect(),
                                conversion.getOperands(), attributes);
}
