//===- VhloConversion.cpp - From vhlo ops to stablehlo ops ----------------===//
#include "compiler/import/stablehlo/vhlo/VhloConversion.h"

#include "compiler/import/stablehlo/dialect/DimensionNumbers.h"
#include "compiler/import/stablehlo/dialect/HloDialect.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Builders.h"

using namespace mlir;
using namespace tenon;

bool vhlo::isVhlo(ModuleOp module) {
  return llvm::any_of(module.getOps(), [](Operation &op) {
    return op.getName().getDialectNamespace() == "vhlo";
  });
}

namespace {

/// The attributes of one op on their way. An attribute that is taken is gone.
class Attributes {
public:
  explicit Attributes(Operation *op) : op(op), list(op->getAttrs()) {}

  Attribute take(StringRef name) {
    return list.erase(StringAttr::get(op->getContext(), name));
  }
  /// A list of numbers, empty where it is missing, as in older versions.
  SmallVector<int64_t> takeList(StringRef name);
  int64_t takeNumber(StringRef name);
  /// A truth value that StableHLO states by presence.
  void flagToUnit(StringRef name);
  void stringToSymbol(StringRef name);
  void drop(StringRef name, llvm::function_ref<bool(Attribute)> when);

  void set(StringRef name, Attribute value) { list.set(name, value); }
  NamedAttrList &get() { return list; }
  /// Whether all that was taken had the type that it should.
  bool isValid() const { return valid; }

private:
  Operation *op;
  NamedAttrList list;
  bool valid = true;
};

} // namespace

SmallVector<int64_t> Attributes::takeList(StringRef name) {
  Attribute value = take(name);
  if (!value)
    return {};
  auto elements = dyn_cast<DenseIntElementsAttr>(value);
  if (!elements || !elements.getElementType().isInteger(64)) {
    valid = false;
    return {};
  }
  return llvm::to_vector(elements.getValues<int64_t>());
}

int64_t Attributes::takeNumber(StringRef name) {
  auto value = dyn_cast_or_null<IntegerAttr>(take(name));
  if (value && value.getValue().isSignedIntN(64) &&
      value.getType().isSignlessIntOrIndex())
    return value.getInt();
  valid = false;
  return 0;
}

void Attributes::flagToUnit(StringRef name) {
  if (auto flag = dyn_cast_or_null<BoolAttr>(take(name));
      flag && flag.getValue())
    set(name, UnitAttr::get(op->getContext()));
}

void Attributes::stringToSymbol(StringRef name) {
  if (auto string = dyn_cast_or_null<StringAttr>(list.get(name)))
    set(name, FlatSymbolRefAttr::get(string));
}

void Attributes::drop(StringRef name,
                      llvm::function_ref<bool(Attribute)> when) {
  if (Attribute value = list.get(name); value && when(value))
    list.erase(name);
}

static bool isEmpty(Attribute value) {
  if (auto array = dyn_cast<ArrayAttr>(value))
    return array.empty();
  if (auto dictionary = dyn_cast<DictionaryAttr>(value))
    return dictionary.empty();
  auto string = dyn_cast<StringAttr>(value);
  return string && string.empty();
}

static bool isZero(Attribute value) {
  auto number = dyn_cast<IntegerAttr>(value);
  return number && number.getValue().isZero();
}

static bool isNoneType(Attribute value) {
  auto type = dyn_cast<TypeAttr>(value);
  return type && isa<NoneType>(type.getValue());
}

/// Dimension numbers are flat lists in vhlo, and one structure in StableHLO.
static void joinDimensions(Attributes &attributes, StringRef op,
                           MLIRContext *context) {
  auto joined = stablehlo::joinDimensionNumbers(
      context, op, [&](StringRef name) { return attributes.takeList(name); },
      [&](StringRef name) { return attributes.takeNumber(name); });
  if (joined)
    attributes.set(joined->getName(), joined->getValue());
}

/// The algorithm of a product: seven attributes, all of type none or one
/// structure.
static void joinAlgorithm(Attributes &attributes, MLIRContext *context) {
  StringRef names[] = {
      "lhs_precision_type",          "rhs_precision_type",
      "accumulation_type",           "lhs_component_count",
      "rhs_component_count",         "num_primitive_operations",
      "allow_imprecise_accumulation"};
  if (!attributes.get().get("accumulation_type"))
    return;
  if (isNoneType(attributes.get().get("lhs_component_count"))) {
    for (StringRef name : names)
      attributes.take(name);
    return;
  }
  auto lhs = dyn_cast_or_null<TypeAttr>(attributes.take(names[0]));
  auto rhs = dyn_cast_or_null<TypeAttr>(attributes.take(names[1]));
  auto accumulation = dyn_cast_or_null<TypeAttr>(attributes.take(names[2]));
  int64_t lhsCount = attributes.takeNumber(names[3]);
  int64_t rhsCount = attributes.takeNumber(names[4]);
  int64_t operations = attributes.takeNumber(names[5]);
  auto imprecise = dyn_cast_or_null<BoolAttr>(attributes.take(names[6]));
  if (lhs && rhs && accumulation && imprecise)
    attributes.set("algorithm", stablehlo::DotAlgorithmAttr::get(
                                    context, lhs.getValue(), rhs.getValue(),
                                    accumulation.getValue(), lhsCount, rhsCount,
                                    operations, imprecise.getValue()));
}

/// Puts the attributes of an op into StableHLO's form. What vhlo states though
/// it is the default is left out, as StableHLO's own printer does.
static void convertAttributes(Attributes &attributes, StringRef op,
                              MLIRContext *context) {
  joinDimensions(attributes, op, context);
  if (op == "dot_general")
    joinAlgorithm(attributes, context);

  for (StringRef name : {"callee", "decomposition"})
    attributes.stringToSymbol(name);
  for (StringRef name : {"use_global_device_ids", "has_dynamic_root"})
    attributes.flagToUnit(name);
  for (StringRef name :
       {"sym_visibility", "arg_attrs", "res_attrs", "composite_attributes",
        "backend_config", "called_computations", "output_operand_aliases",
        "result_tilings", "infeed_config", "outfeed_config", "layout"})
    attributes.drop(name, isEmpty);
  Attribute operands = attributes.get().get("operand_layouts");
  Attribute results = attributes.get().get("result_layouts");
  if (operands && results && isEmpty(operands) && isEmpty(results)) {
    attributes.take("operand_layouts");
    attributes.take("result_layouts");
  }
  attributes.drop("compare_type", [](Attribute value) {
    auto type = dyn_cast<stablehlo::ComparisonTypeAttr>(value);
    return type && type.getValue() == stablehlo::ComparisonType::NOTYPE;
  });
  attributes.drop("result_accuracy", [](Attribute value) {
    auto accuracy = dyn_cast<stablehlo::ResultAccuracyAttr>(value);
    return accuracy && accuracy.getMode().getValue() ==
                           stablehlo::ResultAccuracyMode::DEFAULT;
  });
  if (auto called = dyn_cast_or_null<ArrayAttr>(
          attributes.get().get("called_computations"))) {
    SmallVector<Attribute> symbols;
    for (Attribute name : called)
      if (auto string = dyn_cast<StringAttr>(name))
        symbols.push_back(FlatSymbolRefAttr::get(string));
    attributes.set("called_computations", ArrayAttr::get(context, symbols));
  }
  attributes.drop("channel_id", isZero);
  if (attributes.get().get("channel_id")) {
    bool isTyped = attributes.get().get("channel_type") != Attribute();
    int64_t handle = attributes.takeNumber("channel_id");
    int64_t type = isTyped ? attributes.takeNumber("channel_type") : 0;
    attributes.set("channel_handle",
                   stablehlo::ChannelHandleAttr::get(context, handle, type));
  }

  // Lists are tensors in vhlo, and arrays in StableHLO where they have one
  // dimension. A constant's value and the layouts of a call remain tensors.
  if (op == "constant" || op == "custom_call")
    return;
  for (NamedAttribute entry : llvm::to_vector(attributes.get())) {
    auto elements = dyn_cast<DenseIntElementsAttr>(entry.getValue());
    if (!elements || elements.getType().getRank() != 1)
      continue;
    if (elements.getElementType().isInteger(64))
      attributes.set(
          entry.getName(),
          DenseI64ArrayAttr::get(
              context, llvm::to_vector(elements.getValues<int64_t>())));
    else if (elements.getElementType().isInteger(1))
      attributes.set(entry.getName(),
                     DenseBoolArrayAttr::get(
                         context, llvm::to_vector(elements.getValues<bool>())));
  }
}

/// `vhlo.slice_v1` is `stablehlo.slice`; functions, their calls and their
/// returns are ops of `func`.
static std::string getName(Operation *op) {
  auto [name, version] = op->getName().stripDialect().rsplit("_v");
  if (name == "func" || name == "call")
    return ("func." + name).str();
  if (name == "return" && isa_and_nonnull<func::FuncOp>(op->getParentOp()))
    return "func.return";
  return ("stablehlo." + name).str();
}

static LogicalResult convertOp(Operation *op) {
  MLIRContext *context = op->getContext();
  StringRef mnemonic = op->getName().stripDialect().rsplit("_v").first;
  std::string name = getName(op);
  if (!RegisteredOperationName::lookup(name, context))
    return op->emitOpError("is not known");

  Attributes attributes(op);
  convertAttributes(attributes, mnemonic, context);
  if (!attributes.isValid())
    return op->emitOpError("has attributes of wrong types");

  OperationState state(op->getLoc(), name, op->getOperands(),
                       op->getResultTypes(), attributes.get());
  for (Region &region : op->getRegions())
    state.addRegion()->takeBody(region);
  OpBuilder builder(op);
  Operation *made = builder.create(state);
  op->replaceAllUsesWith(made->getResults());
  op->erase();
  return success();
}

LogicalResult vhlo::convertVhlo(ModuleOp module) {
  module.getContext()->loadDialect<func::FuncDialect, stablehlo::HloDialect>();
  // Outer ops first: what a return becomes depends on the op around it.
  SmallVector<Operation *> pending;
  auto collect = [&](Region &region) {
    for (Operation &op : region.getOps())
      pending.push_back(&op);
  };
  collect(module.getBodyRegion());
  while (!pending.empty()) {
    Operation *op = pending.pop_back_val();
    for (Region &region : op->getRegions())
      collect(region);
    if (op->getName().getDialectNamespace() == "vhlo" && failed(convertOp(op)))
      return failure();
  }
  return success();
}
