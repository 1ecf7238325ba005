//===- GraphDialect.cpp - The tenon dialect and its attributes ------------===//
//
// Registration, the constant materializer and the bounds attribute.
//
//===----------------------------------------------------------------------===//

#include "ir/graph/GraphDialect.h"
#include "ir/graph/GradientOps.h"
#include "ir/graph/GraphOps.h"
#include "ir/graph/Shapes.h"
#include "ir/graph/derivatives/Derivatives.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace tenon::graph;

#include "ir/graph/GraphDialect.cpp.inc"
#include "ir/graph/GraphEnums.cpp.inc"

#define GET_ATTRDEF_CLASSES
#include "ir/graph/GraphAttrs.cpp.inc"

void TenonDialect::initialize() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "ir/graph/GraphAttrs.cpp.inc"
      >();
  addStructureOps();
  addUnaryOps();
  addBinaryOps();
  addElementwiseOps();
  addShapeOps();
  addIndexingOps();
  addReductionOps();
  addContractionOps();
  addCompositeOps();
  addControlFlowOps();
  addOperations<
#define GET_OP_LIST
#include "ir/graph/GradientOps.cpp.inc"
      >();
  attachDerivatives(getContext());
}

Operation *TenonDialect::materializeConstant(OpBuilder &builder,
                                             Attribute value, Type type,
                                             Location loc) {
  auto elements = dyn_cast<ElementsAttr>(value);
  if (!elements || elements.getType() != type)
    return nullptr;
  return ConstantOp::create(builder, loc, elements);
}

bool tenon::graph::isStaticOrBounded(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  if (!tensor || (!tensor.hasStaticShape() &&
                  !isa_and_nonnull<BoundsAttr>(tensor.getEncoding())))
    return false;
  int64_t count = 1;
  for (Dim dim : getDims(tensor))
    if (llvm::MulOverflow(count, std::max<int64_t>(dim.size, 1), count) ||
        count > kMaxElements)
      return false;
  return true;
}

LogicalResult
BoundsAttr::verifyEncoding(ArrayRef<int64_t> shape, Type elementType,
                           function_ref<InFlightDiagnostic()> emitError) const {
  ArrayRef<int64_t> bounds = getBounds();
  if (bounds.size() != shape.size())
    return emitError() << "bounds name " << bounds.size()
                       << " dimensions, the tensor has " << shape.size();
  for (auto [index, size, bound] : llvm::enumerate(shape, bounds)) {
    bool bounded = !ShapedType::isDynamic(bound);
    if (ShapedType::isDynamic(size) != bounded)
      return emitError() << "dimension " << index << " is "
                         << (bounded ? "static and cannot have a bound"
                                     : "dynamic and needs a bound");
    if (bounded && bound < 0)
      return emitError() << "the bound of dimension " << index
                         << " is negative: " << bound;
  }
  return success();
}

Attribute BoundsAttr::parse(AsmParser &parser, Type) {
  SmallVector<int64_t> bounds;
  auto parseBound = [&]() -> ParseResult {
    int64_t bound = ShapedType::kDynamic;
    if (succeeded(parser.parseOptionalQuestion()))
      return bounds.push_back(bound), success();
    if (parser.parseInteger(bound))
      return failure();
    bounds.push_back(bound);
    return success();
  };
  if (parser.parseLess() ||
      parser.parseCommaSeparatedList(AsmParser::Delimiter::Square,
                                     parseBound) ||
      parser.parseGreater())
    return {};
  return get(parser.getContext(), bounds);
}

void BoundsAttr::print(AsmPrinter &printer) const {
  printer << "<[";
  llvm::interleaveComma(getBounds(), printer, [&](int64_t bound) {
    if (ShapedType::isDynamic(bound))
      printer << '?';
    else
      printer << bound;
  });
  printer << "]>";
}
