//===- Converter.cpp - From StableHLO to the graph dialect ----------------===//
#include "compiler/import/stablehlo/Converter.h"

#include "compiler/import/MissingOps.h"
#include "compiler/import/StatusMacros.h"
#include "compiler/import/stablehlo/OpConversion.h"
#include "compiler/import/stablehlo/Signature.h"

#include "compiler/import/stablehlo/dialect/HloDialect.h"
#include "compiler/import/stablehlo/dialect/SdyOps.h"

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/SaveAndRestore.h"

using namespace mlir;
using namespace tenon;
using namespace tenon::stablehlo;

/// How often one thing is named in the list of what is unsupported.
static constexpr size_t kMostPlaces = 8;

/// Whether the graph dialect has tensors of this type, bounds aside.
static bool isSupported(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  if (!tensor || tensor.getEncoding())
    return false;
  Type element = tensor.getElementType();
  if (auto complex = dyn_cast<ComplexType>(element))
    return complex.getElementType().isF32() || complex.getElementType().isF64();
  if (auto integer = dyn_cast<IntegerType>(element))
    return llvm::is_contained({4u, 8u, 16u, 32u, 64u}, integer.getWidth()) ||
           integer.isSignlessInteger(1);
  return isa<Float64Type, Float32Type, Float16Type, BFloat16Type,
             Float8E4M3FNType, Float8E5M2Type>(element);
}

/// Where an op stands, in a few words.
static std::string describe(Location location) {
  if (auto name = dyn_cast<NameLoc>(location))
    return absl::StrCat("'", name.getName().str(), "'");
  if (auto file = dyn_cast<FileLineColRange>(location))
    return absl::StrCat(
        llvm::sys::path::filename(file.getFilename().getValue()).str(), ":",
        file.getStartLine(), ":", file.getStartColumn());
  if (auto call = dyn_cast<CallSiteLoc>(location))
    return describe(call.getCallee());
  if (auto fused = dyn_cast<FusedLoc>(location))
    for (Location part : fused.getLocations())
      if (std::string text = describe(part); !text.empty())
        return text;
  return "";
}

Converter::Converter(ModuleOp source, const std::string &path,
                     const ImportOptions &options)
    : source(source), symbols(source), path(path), options(options),
      rules(ruleTable()), module(ModuleOp::create(source.getLoc())),
      builder(source.getContext()) {
  source.walk([&](func::FuncOp function) {
    for (Type type : function.getArgumentTypes())
      if (auto tensor = dyn_cast<RankedTensorType>(type))
        dynamicShapes |= !tensor.hasStaticShape();
  });
}

/// Programs for several devices are written for all of them at once, or for
/// each; neither is what one device computes.
void Converter::checkMeshes() {
  source.walk([&](Operation *op) {
    for (NamedAttribute attribute : op->getAttrs())
      if (int64_t devices = sdy::countDevices(attribute.getValue());
          devices > 1)
        addUnsupported(op, absl::StrCat("a mesh of ", devices,
                                        " devices; an artifact is for one"));
  });
}

absl::StatusOr<OwningOpRef<ModuleOp>> Converter::run() {
  checkMeshes();
  bool found = false;
  for (auto function : source.getOps<func::FuncOp>()) {
    if (!function.isPublic() || function.isExternal())
      continue;
    found = true;
    TENON_RETURN_IF_ERROR(convertFunction(function));
  }
  if (!found)
    return absl::InvalidArgumentError(
        absl::StrCat("'", path, "' has no public function"));
  TENON_RETURN_IF_ERROR(status());
  return std::move(module);
}

absl::Status Converter::status() const {
  if (!invalid.empty())
    return absl::InvalidArgumentError(absl::StrCat("'", path, "': ", invalid));
  if (unsupported.empty())
    return absl::OkStatus();
  std::string text =
      absl::StrCat("'", path, "' asks for ", unsupported.size(),
                   unsupported.size() == 1 ? " thing" : " things",
                   " that Tenon does not support:");
  for (const auto &[what, places] : unsupported) {
    absl::StrAppend(&text, "\n  ", what.first, ": ", what.second);
    absl::Span<const std::string> shown(places);
    shown = shown.first(std::min(shown.size(), kMostPlaces));
    if (!shown.empty())
      absl::StrAppend(&text, " (at ", absl::StrJoin(shown, ", "),
                      places.size() > shown.size()
                          ? absl::StrCat(" and ", places.size() - shown.size(),
                                         " more places)")
                          : ")");
    std::string instead = nearestThing(what.first, what.second);
    if (!instead.empty())
      absl::StrAppend(&text, "; instead: ", instead);
  }
  return absl::UnimplementedError(text);
}

void Converter::addUnsupported(Operation *op, const std::string &why) {
  std::string name = op->getName().getStringRef().str();
  std::vector<std::string> &places = unsupported[{name, why}];
  std::string place = describe(op->getLoc());
  if (!place.empty() && !absl::c_linear_search(places, place))
    places.push_back(place);
}

void Converter::addInvalid(Operation *op, const std::string &why) {
  if (invalid.empty())
    invalid = absl::StrCat(describe(op->getLoc()), ": '",
                           op->getName().getStringRef().str(), "': ", why);
}

//===----------------------------------------------------------------------===//
// Values
//===----------------------------------------------------------------------===//

Value Converter::lookup(Value source) {
  Value value = values.lookup(source);
  if (!value || !isolation || isolation->isAncestor(value.getParentRegion()))
    return value;
  auto constant = value.getDefiningOp<graph::ConstantOp>();
  if (!constant)
    return {};
  return builder.clone(*constant)->getResult(0);
}

Location Converter::locate(Operation *op) {
  Location location = op->getLoc();
  // The name of the op counts most; the calls say how it came to be there.
  for (const auto &[callee, site] : llvm::reverse(calls))
    location = CallSiteLoc::get(location, site);
  return location;
}

//===----------------------------------------------------------------------===//
// Functions
//===----------------------------------------------------------------------===//

absl::StatusOr<SmallVector<Type>>
Converter::argumentTypes(func::FuncOp function) {
  std::vector<DimNames> names = nameDimensions(function);
  TENON_RETURN_IF_ERROR(checkBindings(names, options, path));
  if (auto open = openDimensions(names, options); !open.empty())
    return openDimensionsError(open, path);
  SmallVector<Type> types;
  for (auto [index, type] : llvm::enumerate(function.getArgumentTypes())) {
    auto tensor = dyn_cast<RankedTensorType>(type);
    if (!tensor || !isSupported(tensor)) {
      std::string text;
      llvm::raw_string_ostream(text)
          << "argument " << index << " of type " << type;
      addUnsupported(function, text);
      types.push_back(RankedTensorType::get({}, builder.getF32Type()));
      continue;
    }
    SmallVector<int64_t> shape(tensor.getShape());
    for (auto [dim, size] : llvm::enumerate(shape))
      if (ShapedType::isDynamic(size)) {
        TENON_ASSIGN_OR_RETURN(size,
                               boundSize(names[index][dim], options, path));
      }
    types.push_back(tensor.clone(shape));
  }
  return types;
}

absl::Status Converter::convertFunction(func::FuncOp function) {
  TENON_ASSIGN_OR_RETURN(SmallVector<Type> types, argumentTypes(function));
  builder.setInsertionPointToEnd(module->getBody());
  auto entry =
      graph::EntryOp::create(builder, function.getLoc(), function.getName(),
                             builder.getFunctionType(types, {}));
  Block &body = entry.getBody().front();
  Block &from = function.getBody().front();
  if (!llvm::hasSingleElement(function.getBody())) {
    addUnsupported(function, "a body of several blocks");
    return absl::OkStatus();
  }
  for (auto [old, made] :
       llvm::zip_equal(from.getArguments(), body.getArguments())) {
    map(old, made);
    made.setLoc(old.getLoc());
  }
  builder.setInsertionPointToEnd(&body);
  if (failed(convertBlock(from)))
    return absl::OkStatus();
  SmallVector<Value> results;
  for (Value value : from.getTerminator()->getOperands())
    results.push_back(lookup(value));
  graph::ReturnOp::create(builder, from.getTerminator()->getLoc(), results);
  entry.setFunctionTypeAttr(TypeAttr::get(
      builder.getFunctionType(types, TypeRange(ValueRange(results)))));
  nameAndTie(function, entry);
  return absl::OkStatus();
}

void Converter::nameAndTie(func::FuncOp function, graph::EntryOp entry) {
  nameArguments(function, entry);
  nameResults(function, entry);
  tieDonations(function, entry);
}

FailureOr<SmallVector<Value>>
Converter::expandCall(Operation *call, StringRef callee, ValueRange operands) {
  auto function = symbols.lookup<func::FuncOp>(callee);
  if (!function || function.isExternal()) {
    addInvalid(call,
               absl::StrCat("calls @", callee.str(), ", which is not defined"));
    return failure();
  }
  if (function.getNumArguments() != operands.size() ||
      function.getNumResults() != call->getNumResults()) {
    addInvalid(call, absl::StrCat("does not fit @", callee.str()));
    return failure();
  }
  if (llvm::any_of(calls, [&](auto &entry) { return entry.first == callee; })) {
    addUnsupported(call, "recursion");
    return failure();
  }
  Block &body = function.getBody().front();
  if (!llvm::hasSingleElement(function.getBody())) {
    addUnsupported(function, "a body of several blocks");
    return failure();
  }
  calls.push_back({callee, call->getLoc()});
  auto results = expandBlock(body, operands);
  calls.pop_back();
  return results;
}

FailureOr<SmallVector<Value>> Converter::expandBlock(Block &block,
                                                     ValueRange arguments) {
  for (auto [argument, value] :
       llvm::zip_equal(block.getArguments(), arguments))
    map(argument, value);
  if (failed(convertBlock(block)))
    return failure();
  SmallVector<Value> results;
  for (Value value : block.getTerminator()->getOperands())
    results.push_back(lookup(value));
  return results;
}

LogicalResult Converter::convertRegion(Region &from, Region &target,
                                       TypeRange types, bool isolated) {
  if (!llvm::hasSingleElement(from) || from.getNumArguments() != types.size()) {
    addInvalid(from.getParentOp(),
               absl::StrCat("needs a region of one block with ", types.size(),
                            " arguments"));
    return failure();
  }
  Block &block = from.front();
  OpBuilder::InsertionGuard guard(builder);
  SmallVector<Location> locations;
  for (BlockArgument argument : block.getArguments())
    locations.push_back(argument.getLoc());
  Block *made = builder.createBlock(&target, {}, types, locations);
  llvm::SaveAndRestore<Region *> restore(isolation,
                                         isolated ? &target : isolation);
  for (auto [old, argument] :
       llvm::zip_equal(block.getArguments(), made->getArguments()))
    map(old, argument);
  if (failed(convertBlock(block)))
    return failure();
  SmallVector<Value> results;
  for (Value value : block.getTerminator()->getOperands()) {
    Value result = lookup(value);
    if (!result) {
      addUnsupported(from.getParentOp(),
                     "a region that returns a value from outside");
      return failure();
    }
    results.push_back(result);
  }
  graph::ReturnOp::create(builder, block.getTerminator()->getLoc(), results);
  return success();
}

//===----------------------------------------------------------------------===//
// Ops
//===----------------------------------------------------------------------===//

LogicalResult Converter::convertBlock(Block &block) {
  bool good = true;
  for (Operation &op : block.without_terminator()) {
    if (succeeded(convertOp(op)))
      continue;
    good = false;
    if (!invalid.empty())
      return failure();
    // What follows is converted all the same, to find everything that is not
    // supported; the values stand for themselves.
    auto placeholder = UnrealizedConversionCastOp::create(
        builder, op.getLoc(), op.getResultTypes(), ValueRange());
    for (auto [from, to] :
         llvm::zip_equal(op.getResults(), placeholder.getResults()))
      map(from, to);
  }
  return success(good);
}

LogicalResult Converter::convertOp(Operation &op) {
  const Rule *rule = rules.find(op.getName().getStringRef());
  if (!rule) {
    addUnsupported(&op, whyNotImported(op.getName().getStringRef().str()));
    return failure();
  }
  for (Type type : op.getResultTypes())
    if (!isa<TokenType, TupleType>(type) && !isSupported(type)) {
      std::string text;
      llvm::raw_string_ostream(text) << "values of type " << type;
      addUnsupported(&op, text);
      return failure();
    }
  OpConversion conversion(*this, &op);
  if (!conversion.resolve())
    return failure();
  // What stands for an op that was reported is no operand to work with; whether
  // a call is known does not depend on it.
  bool isCall = op.getName().getStringRef() == "stablehlo.custom_call";
  for (Value operand : conversion.getOperands())
    if (!isCall && operand.getDefiningOp<UnrealizedConversionCastOp>())
      return failure();
  return rule->convert(conversion);
}
