//===- Shape.cpp - Rules of constants and of ops that move elements -------===//
//
// Dimensions without a size are settled here: the sizes of a function's
// arguments are known, so every size that is computed from them is a constant.
//
//===----------------------------------------------------------------------===//
#include "compiler/import/stablehlo/OpConversion.h"

using namespace mlir;
using namespace tenon;
using namespace tenon::stablehlo;

static LogicalResult convertConstant(OpConversion &conversion) {
  auto value = conversion.attr<ElementsAttr>("value");
  if (value.getType() != conversion.getOp()->getResult(0).getType())
    return conversion.invalid("has another type than its value");
  return conversion.replaceWith("constant", {},
                                conversion.named("value", value));
}

/// Writes an op whose result type is a parameter: `sizes` gives its shape.
static LogicalResult replaceShaped(OpConversion &conversion, StringRef name,
                                   ValueRange inputs, ArrayRef<int64_t> sizes,
                                   ArrayRef<NamedAttribute> attributes = {}) {
  if (llvm::any_of(sizes, [](int64_t size) { return size < 0; }))
    return conversion.invalid("computes a negative size");
  RankedTensorType type = conversion.resultType().clone(sizes);
  Operation *made = conversion.create(name, inputs, type, attributes);
  return made ? conversion.replace(made->getResults()) : failure();
}

/// The sizes that an operand holds, if it is a constant of the result's rank.
static FailureOr<SmallVector<int64_t>> getSizes(OpConversion &conversion,
                                                unsigned operand) {
  auto sizes = OpConversion::constant(conversion.operand(operand));
  if (!sizes)
    return conversion.unsupported("a size that is not known at compile time");
  if (static_cast<int64_t>(sizes->size()) != conversion.resultType().getRank())
    return conversion.invalid("needs one size per dimension of its result");
  return *sizes;
}

/// Where a result type is static, its own shape; else the sizes of an operand.
static FailureOr<SmallVector<int64_t>> getResultSizes(OpConversion &conversion,
                                                      unsigned operand) {
  if (conversion.resultType().hasStaticShape())
    return llvm::to_vector(conversion.resultType().getShape());
  return getSizes(conversion, operand);
}

static LogicalResult convertIota(OpConversion &conversion) {
  if (!conversion.resultType().hasStaticShape())
    return conversion.invalid("needs a static type");
  return convertRenamed(conversion);
}

static LogicalResult convertDynamicIota(OpConversion &conversion) {
  auto sizes = getResultSizes(conversion, 0);
  if (failed(sizes))
    return failure();
  return replaceShaped(
      conversion, "iota", {}, *sizes,
      conversion.named("iota_dimension",
                       conversion.attr<IntegerAttr>("iota_dimension")));
}

static LogicalResult convertBroadcastInDim(OpConversion &conversion) {
  if (!conversion.resultType().hasStaticShape())
    return conversion.invalid("needs a static type");
  return replaceShaped(
      conversion, "broadcast_in_dim", conversion.operand(0),
      conversion.resultType().getShape(),
      conversion.named("broadcast_dimensions",
                       conversion.integers("broadcast_dimensions")));
}

static LogicalResult convertDynamicBroadcast(OpConversion &conversion) {
  auto sizes = getResultSizes(conversion, 1);
  if (failed(sizes))
    return failure();
  return replaceShaped(
      conversion, "broadcast_in_dim", conversion.operand(0), *sizes,
      conversion.named("broadcast_dimensions",
                       conversion.integers("broadcast_dimensions")));
}

/// `broadcast` puts new dimensions in front.
static LogicalResult convertBroadcast(OpConversion &conversion) {
  SmallVector<int64_t> sizes = conversion.integers("broadcast_sizes");
  int64_t front = sizes.size();
  llvm::append_range(sizes, conversion.operandType(0).getShape());
  return replaceShaped(
      conversion, "broadcast_in_dim", conversion.operand(0), sizes,
      conversion.named("broadcast_dimensions",
                       llvm::to_vector(llvm::seq<int64_t>(
                           front, static_cast<int64_t>(sizes.size())))));
}

static LogicalResult convertReshape(OpConversion &conversion) {
  if (!conversion.resultType().hasStaticShape())
    return conversion.invalid("needs a static type");
  return replaceShaped(conversion, "reshape", conversion.operand(0),
                       conversion.resultType().getShape());
}

static LogicalResult convertDynamicReshape(OpConversion &conversion) {
  auto sizes = getResultSizes(conversion, 1);
  if (failed(sizes))
    return failure();
  return replaceShaped(conversion, "reshape", conversion.operand(0), *sizes);
}

/// The sizes of a box that begins at computed indices: its ends are written as
/// the sum of its beginnings and of known sizes.
static std::optional<SmallVector<int64_t>> getBoxSizes(Value starts,
                                                       Value limits) {
  auto sum = limits.getDefiningOp<graph::AddOp>();
  if (!sum)
    return std::nullopt;
  if (sum.getLhs() == starts)
    return OpConversion::constant(sum.getRhs());
  if (sum.getRhs() == starts)
    return OpConversion::constant(sum.getLhs());
  return std::nullopt;
}

/// A slice of steps of one that begins at computed indices.
static LogicalResult convertComputedSlice(OpConversion &conversion,
                                          ArrayRef<int64_t> sizes) {
  int64_t rank = conversion.operandType(0).getRank();
  if (static_cast<int64_t>(sizes.size()) != rank)
    return conversion.invalid("needs one size per dimension of its result");
  graph::ValueBuilder &build = conversion.build();
  SmallVector<Value> inputs{conversion.operand(0)};
  for (int64_t dim = 0; dim < rank; ++dim)
    inputs.push_back(build.reshape(
        build.slice(conversion.operand(1), {dim}, {dim + 1}), {}));
  return conversion.replaceWith("dynamic_slice", inputs,
                                conversion.named("slice_sizes", sizes));
}

static LogicalResult convertRealDynamicSlice(OpConversion &conversion) {
  auto strides = OpConversion::constant(conversion.operand(3));
  if (strides && llvm::all_equal(*strides) && llvm::is_contained(*strides, 1))
    if (auto sizes = getBoxSizes(conversion.operand(1), conversion.operand(2)))
      return convertComputedSlice(conversion, *sizes);
  SmallVector<SmallVector<int64_t>> ranges;
  for (unsigned operand : {1, 2, 3}) {
    auto sizes = getSizes(conversion, operand);
    if (failed(sizes))
      return failure();
    ranges.push_back(*sizes);
  }
  return conversion.replaceWith("slice", conversion.operand(0),
                                {conversion.named("start_indices", ranges[0]),
                                 conversion.named("limit_indices", ranges[1]),
                                 conversion.named("strides", ranges[2])});
}

static LogicalResult convertDynamicPad(OpConversion &conversion) {
  SmallVector<SmallVector<int64_t>> padding;
  for (unsigned operand : {2, 3, 4}) {
    auto sizes = getSizes(conversion, operand);
    if (failed(sizes))
      return failure();
    padding.push_back(*sizes);
  }
  return conversion.replaceWith(
      "pad", conversion.getOperands().take_front(2),
      {conversion.named("edge_padding_low", padding[0]),
       conversion.named("edge_padding_high", padding[1]),
       conversion.named("interior_padding", padding[2])});
}

static LogicalResult convertGetDimensionSize(OpConversion &conversion) {
  int64_t dim = conversion.attr<IntegerAttr>("dimension").getInt();
  RankedTensorType type = conversion.operandType(0);
  if (dim < 0 || dim >= type.getRank())
    return conversion.invalid("has no dimension " + Twine(dim));
  auto scalar = RankedTensorType::get({}, conversion.getBuilder().getI32Type());
  auto value = DenseElementsAttr::get(
      scalar, APInt(32, static_cast<uint64_t>(type.getDimSize(dim)),
                    /*isSigned=*/false, /*implicitTrunc=*/true));
  return conversion.replaceWith(
      "constant", {}, conversion.named("value", cast<ElementsAttr>(value)));
}

/// A size that is set to what it is already changes nothing.
static LogicalResult convertSetDimensionSize(OpConversion &conversion) {
  int64_t dim = conversion.attr<IntegerAttr>("dimension").getInt();
  RankedTensorType type = conversion.operandType(0);
  auto size = OpConversion::constant(conversion.operand(1));
  if (dim < 0 || dim >= type.getRank())
    return conversion.invalid("has no dimension " + Twine(dim));
  if (!size || size->size() != 1 || size->front() != type.getDimSize(dim))
    return conversion.unsupported("a size below that of the tensor");
  return conversion.replace(conversion.operand(0));
}

void stablehlo::addShapeRules(RuleTable &table) {
  for (StringRef name :
       {"transpose", "slice", "dynamic_slice", "dynamic_update_slice", "pad",
        "concatenate", "reverse"})
    table.add(("stablehlo." + name).str(), convertRenamed);
  table.add("stablehlo.constant", convertConstant);
  table.add("chlo.constant", convertConstant);
  table.add("stablehlo.iota", convertIota);
  table.add("stablehlo.broadcast", convertBroadcast);
  table.add("stablehlo.broadcast_in_dim", convertBroadcastInDim);
  table.add("stablehlo.reshape", convertReshape);
  constexpr StringRef known = "sizes known at compile time";
  table.add("stablehlo.dynamic_iota", convertDynamicIota, known);
  table.add("stablehlo.dynamic_broadcast_in_dim", convertDynamicBroadcast,
            known);
  table.add("stablehlo.dynamic_reshape", convertDynamicReshape, known);
  table.add("stablehlo.real_dynamic_slice", convertRealDynamicSlice, known);
  table.add("stablehlo.dynamic_pad", convertDynamicPad, known);
  table.add("stablehlo.get_dimension_size", convertGetDimensionSize);
  table.add("stablehlo.set_dimension_size", convertSetDimensionSize,
            "to the size that is there");
}
