#include "backends/common/emit/ModelUtils.h"

#include "ir/graph/GraphDialect.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace tenon::emit;

Value tenon::emit::emitSameIndex(EmitContext &c, Value operand,
                                 const IndexMap &map, Value mask) {
  if (tensorOf(operand).getRank() == 0 && !map.empty())
    return c.emit(operand, {}, mask);
  return c.emit(operand, map, mask);
}

static Value splat(EmitContext &c, Type type, TypedAttr value) {
  if (auto lanes = dyn_cast<VectorType>(type))
    value = DenseElementsAttr::get(lanes, Attribute(value));
  return arith::ConstantOp::create(c.b, c.loc, value);
}

Value tenon::emit::numberLike(EmitContext &c, Value like, double number) {
  Type element = getElementTypeOrSelf(like);
  if (isa<FloatType>(element))
    return splat(c, like.getType(), c.b.getFloatAttr(element, number));
  return splat(c, like.getType(),
               c.b.getIntegerAttr(element, static_cast<int64_t>(number)));
}

Value tenon::emit::bitsLike(EmitContext &c, Value like,
                            const llvm::APInt &bits) {
  return splatBits(c, like.getType(), bits);
}

Value tenon::emit::splatBits(EmitContext &c, Type type,
                             const llvm::APInt &bits) {
  Type element = getElementTypeOrSelf(type);
  return splat(c, type, c.b.getIntegerAttr(element, bits));
}

void tenon::emit::registerEmitModels(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, graph::TenonDialect *) {
    attachUnaryModels(context);
    attachBinaryModels(context);
    attachTypeModels(context);
    attachShapeModels(context);
    attachDynamicShapeModels(context);
    attachContractionModels(context);
    attachIndexingModels(context);
    attachReductionModels(context);
    attachWindowModels(context);
    attachPoolGradientModel(context);
  });
}
