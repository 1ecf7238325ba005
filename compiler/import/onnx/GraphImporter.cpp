//===- GraphImporter.cpp - an ONNX model to a tenon module ----------------===//
#include "compiler/import/onnx/GraphImporter.h"

#include "compiler/import/StatusMacros.h"
#include "compiler/import/VerifyModule.h"
#include "compiler/import/onnx/BoundedShapes.h"
#include "compiler/import/onnx/ExternalFiles.h"
#include "compiler/import/onnx/NarrowTypes.h"
#include "compiler/import/onnx/OpTable.h"
#include "compiler/import/onnx/ops/Strings.h"

#include "absl/strings/str_cat.h"

using namespace tenon;
using namespace tenon::onnx;

/// Stored tensors up to this many elements stand in the IR as constants where
/// they cannot be parameters.
static constexpr int64_t kInlineElements = 1024;
/// Stored tensors up to this many elements may be read as shapes or tables.
static constexpr int64_t kMostKnown = 1 << 20;

std::string tenon::onnx::canonicalDomain(const std::string &domain) {
  return domain == "ai.onnx" ? "" : domain;
}

GraphImporter::GraphImporter(Model &model, const ImportOptions &options,
                             WeightBindings *bindings,
                             mlir::MLIRContext &context)
    : model(model), options(options), context(context),
      module(mlir::ModuleOp::create(
          mlir::FileLineColLoc::get(&context, model.fileName(), 0, 0))),
      builder(&context), weights(model, *module),
      parameters(options.parameters.begin(), options.parameters.end()) {
  if (bindings)
    weights.bind(*bindings);
  if (options.training)
    addStatistics(model.proto().graph());
}

void GraphImporter::addStatistics(const GraphProto &graph) {
  for (const NodeProto &node : graph.node())
    if (node.op_type() == "BatchNormalization" && node.input_size() == 5)
      parameters.insert({node.input(3), node.input(4)});
}

void GraphImporter::recordUpdate(const Slot &slot, Value value) {
  if (modelForm == ModelForm::Training && slot.stored && slot.stored->file)
    updates.emplace_back(weights.symbol(*slot.stored), value);
}

void GraphImporter::require(Value condition, std::string why) {
  bool isInEntry =
      llvm::isa<graph::EntryOp>(builder.getInsertionBlock()->getParentOp());
  if (isInEntry && modelForm == ModelForm::AsWritten)
    requirements.emplace_back(condition, std::move(why));
}

Slot *GraphImporter::Scope::find(const std::string &name) const {
  for (const Scope *scope = this; scope; scope = scope->outer)
    if (auto it = scope->values.find(name); it != scope->values.end())
      return it->second;
  return nullptr;
}

Slot *GraphImporter::newSlot(Slot slot) {
  return &slots.emplace_back(std::move(slot));
}

absl::Status GraphImporter::fail(const std::string &what,
                                 absl::string_view why) const {
  return absl::InvalidArgumentError(
      absl::StrCat("'", model.path(), "': ", what, ": ", why));
}

absl::StatusOr<mlir::OwningOpRef<mlir::ModuleOp>> GraphImporter::run() {
  TENON_ASSIGN_OR_RETURN(modelOpsets, opsetsOf(model.proto().opset_import()));
  TENON_ASSIGN_OR_RETURN(
      std::vector<Variant> variants,
      makeVariants(model, weights.boundTensors(), options, report));
  for (const Variant &variant : variants)
    weights.reserve(variant.symbol);
  for (const Variant &variant : variants) {
    modelForm = options.training ? ModelForm::Inference : ModelForm::AsWritten;
    TENON_RETURN_IF_ERROR(importVariant(variant));
    if (options.training && report.empty()) {
      modelForm = ModelForm::Training;
      TENON_RETURN_IF_ERROR(importVariant(variant));
    }
    // What one variant asks for, the next ones would repeat.
    if (!report.empty())
      break;
  }
  if (!report.empty())
    return report.status(model.path());
  TENON_RETURN_IF_ERROR(verifyImported(*module, model.path()));
  return std::move(module);
}

absl::StatusOr<OpenModel> GraphImporter::describe() {
  TENON_ASSIGN_OR_RETURN(modelOpsets, opsetsOf(model.proto().opset_import()));
  TENON_ASSIGN_OR_RETURN(OpenModel result,
                         declaredSignature(model, weights.boundTensors(),
                                           options, report, context));
  result.files.push_back(model.fileName());
  TENON_ASSIGN_OR_RETURN(std::vector<std::string> external,
                         externalFiles(model, weights.boundTensors()));
  for (std::string &file : external)
    if (file != result.files.front())
      result.files.push_back(std::move(file));
  Variant variant;
  variant.symbol = kEntryName;
  for (const DeclaredInput &input : result.entries.front().inputs)
    variant.inputs.push_back({input.name, TensorProto::FLOAT, {}});
  weights.reserve(variant.symbol);
  inputsUnknown = true;
  TENON_RETURN_IF_ERROR(importVariant(variant));
  if (!report.empty())
    return report.status(model.path());
  return result;
}

absl::StatusOr<GraphImporter::Opsets> GraphImporter::opsetsOf(
    const google::protobuf::RepeatedPtrField<OperatorSetIdProto> &list) {
  Opsets opsets;
  for (const OperatorSetIdProto &set : list) {
    auto [it, inserted] =
        opsets.emplace(canonicalDomain(set.domain()), set.version());
    if (!inserted && it->second != set.version())
      return fail("operator sets",
                  absl::StrCat(quoteName(set.domain()), " is imported twice"));
  }
  auto standard = opsets.find("");
  if (standard != opsets.end() &&
      (standard->second < 1 || standard->second > kNewestOpset))
    return absl::UnimplementedError(absl::StrCat(
        "'", model.path(), "' uses operator set version ", standard->second,
        "; versions 1 to ", kNewestOpset,
        " are known: onnx.version_converter brings a model to one of them"));
  return opsets;
}

/// The type of an input of the entry.
static mlir::RankedTensorType edgeTensorType(const InputType &input,
                                             mlir::MLIRContext *context) {
  if (input.type != TensorProto::STRING)
    return mlir::RankedTensorType::get(input.dims,
                                       edgeElementType(input.type, context));
  Dims dims = input.dims;
  dims.push_back(kMostCharacters);
  return tensorType(TensorProto::UINT32, dims, context);
}

/// The name of an input or output of the entry, which says that it is strings.
static std::string edgeName(const std::string &name,
                            TensorProto::DataType type) {
  return type == TensorProto::STRING ? name + kStringsSuffix : name;
}

/// The type of an output: as computed, or a carried one that the model declares
/// and what is computed carries.
static TensorProto::DataType outputType(const ValueInfoProto &output,
                                        const Slot &slot) {
  int declared = output.type().tensor_type().elem_type();
  if (!TensorProto::DataType_IsValid(declared))
    return slot.type;
  auto type = static_cast<TensorProto::DataType>(declared);
  mlir::MLIRContext *context = slot.value ? slot.value.getContext() : nullptr;
  bool fits = context && isCarried(type) &&
              elementType(type, context) == elementOf(slot.value);
  return fits ? type : slot.type;
}

absl::Status GraphImporter::importVariant(const Variant &variant) {
  const GraphProto &graph = model.proto().graph();
  slots.clear();
  updates.clear();
  requirements.clear();
  outputSizes.clear();
  nodeCount = 0;
  llvm::SmallVector<mlir::Type> types;
  for (const InputType &input : variant.inputs)
    types.push_back(edgeTensorType(input, &context));
  builder.setInsertionPointToEnd(module->getBody());
  auto entry = graph::EntryOp::create(
      builder, mlir::NameLoc::get(builder.getStringAttr(variant.symbol)),
      modelForm == ModelForm::Training ? "training." + variant.symbol
                                       : variant.symbol,
      builder.getFunctionType(types, {}));
  if (modelForm == ModelForm::Training)
    entry->setAttr(kTrainingFormAttr, builder.getStringAttr(variant.symbol));
  if (!variant.sizes.empty()) {
    mlir::NamedAttrList sizes;
    for (const auto &[name, size] : variant.sizes)
      sizes.append(name, builder.getI64IntegerAttr(size));
    entry->setAttr(graph::EntryOp::kDimsAttr, sizes.getDictionary(&context));
  }
  if (variant.symbol != kEntryName)
    entry->setAttr(graph::EntryOp::kSpecializesAttr,
                   builder.getStringAttr(kEntryName));

  Scope scope;
  DeclaredShapes declared;
  dimSizes = variant.sizes;
  declared.add(graph.output(), dimSizes);
  declared.add(graph.value_info(), dimSizes);
  declared.spreadBackwards(graph.node(), &graph);
  Frame frame{.scope = scope, .opsets = modelOpsets, .declared = declared};
  TENON_RETURN_IF_ERROR(addInitializers(graph, scope));
  TENON_RETURN_IF_ERROR(addBoundInputs(scope));
  for (auto [i, input] : llvm::enumerate(variant.inputs)) {
    if (input.name.empty())
      return fail(absl::StrCat("input ", i), "has no name");
    entry.setArgAttr(i, graph::EntryOp::kNameAttr,
                     builder.getStringAttr(edgeName(input.name, input.type)));
    Slot slot{.type = input.type, .dims = input.dims};
    slot.poisoned = inputsUnknown;
    builder.setInsertionPointToEnd(&entry.getBody().front());
    Emitter emitter(builder,
                    mlir::NameLoc::get(builder.getStringAttr(input.name)));
    slot.value = fromEdge(emitter, entry.getBody().getArgument(i), input.type);
    TENON_RETURN_IF_ERROR(define(frame, input.name, newSlot(slot)));
  }
  builder.setInsertionPointToEnd(&entry.getBody().front());
  TENON_RETURN_IF_ERROR(importNodes(graph.node(), frame));

  llvm::SmallVector<Value> results;
  llvm::SmallVector<mlir::Attribute> names;
  for (const ValueInfoProto &output : graph.output()) {
    std::string what = absl::StrCat("output ", quoteName(output.name()));
    Slot *slot = scope.find(output.name());
    if (!slot)
      return fail(what, "no node makes it");
    if (slot->sequence)
      report.add("output", "sequences of tensors", output.name());
    if (slot->poisoned || slot->sequence)
      continue;
    Slot settled = *slot;
    if (!slot->sizes.empty()) {
      if (modelForm != ModelForm::AsWritten) {
        report.add("output", "a size that depends on values, in training",
                   output.name());
        continue;
      }
      TENON_RETURN_IF_ERROR(settleSizes(output, settled, results.size()));
      slot = &settled;
    }
    TensorProto::DataType type = outputType(output, *slot);
    if (absl::Status status = checkDeclared(output, type, slot->dims);
        !status.ok())
      return absl::InvalidArgumentError(
          absl::StrCat("'", model.path(), "': ", status.message()));
    mlir::Location loc =
        mlir::NameLoc::get(builder.getStringAttr(output.name()));
    Emitter emitter(builder, loc);
    results.push_back(toEdge(emitter, materialize(*slot, loc), type));
    names.push_back(builder.getDictionaryAttr(builder.getNamedAttr(
        graph::EntryOp::kNameAttr,
        builder.getStringAttr(edgeName(output.name(), type)))));
  }
  if (graph.output().empty())
    return fail("graph", "has no output");
  for (auto [symbol, value] : updates) {
    results.push_back(value);
    names.push_back(
        builder.getDictionaryAttr(builder.getNamedAttr(kUpdatesAttr, symbol)));
  }
  // Last, as outputs whose names begin with a mark (runtime/loader/Metadata.h).
  for (auto [i, requirement] : llvm::enumerate(requirements)) {
    auto &[condition, why] = requirement;
    results.push_back(condition);
    bool isNamed = llvm::any_of(
        llvm::ArrayRef(requirements).take_front(i),
        [&, &text = why](const auto &other) { return other.second == text; });
    names.push_back(builder.getDictionaryAttr(builder.getNamedAttr(
        graph::EntryOp::kNameAttr,
        builder.getStringAttr(absl::StrCat(
            "!", why, isNamed ? absl::StrCat(" [", i, "]") : "")))));
  }
  for (auto [output, dim, size] : outputSizes) {
    results.push_back(size);
    names.push_back(builder.getDictionaryAttr(builder.getNamedAttr(
        graph::EntryOp::kNameAttr,
        builder.getStringAttr(absl::StrCat("?", output, ".", dim)))));
  }
  graph::ReturnOp::create(builder, entry.getLoc(), results);
  entry.setFunctionType(
      builder.getFunctionType(types, mlir::ValueRange(results).getTypes()));
  entry.setResAttrsAttr(builder.getArrayAttr(names));
  return absl::OkStatus();
}

absl::Status GraphImporter::settleSizes(const ValueInfoProto &output,
                                        Slot &slot, size_t index) {
  mlir::Location loc = mlir::NameLoc::get(builder.getStringAttr(output.name()));
  Emitter e(builder, loc);
  auto rank = static_cast<int64_t>(slot.dims.size());
  const auto &declared = output.type().tensor_type();
  for (int64_t axis = 0; axis < rank; ++axis) {
    Value size = slot.sizes[axis];
    if (!size || !declared.has_shape() || declared.shape().dim_size() != rank ||
        !declared.shape().dim(static_cast<int>(axis)).has_dim_value())
      continue;
    int64_t wanted = declared.shape().dim(static_cast<int>(axis)).dim_value();
    if (wanted < 0 || wanted > slot.dims[axis])
      continue;
    require(e.isNumber(size, wanted),
            absl::StrCat("output '", output.name(), "': along axis ", axis,
                         " it does not have the ", wanted,
                         " elements that the model declares"));
    slot.value = e.sliceAxis(slot.value, axis, 0, wanted);
    slot.dims[axis] = wanted;
    slot.sizes[axis] = {};
  }
  slot.value = pack(e, slot.value, slot.sizes);
  for (int64_t axis = 0; axis < rank; ++axis)
    if (Value size = slot.sizes[axis])
      outputSizes.emplace_back(index, axis, size);
  return absl::OkStatus();
}

absl::Status GraphImporter::addInitializers(const GraphProto &graph,
                                            Scope &scope) {
  for (const TensorProto &tensor : graph.initializer()) {
    if (tensor.name().empty())
      return fail("initializer", "has no name");
    absl::StatusOr<Slot> slot = slotFor(tensor, tensor.name(), true);
    if (!slot.ok() && !absl::IsUnimplemented(slot.status()))
      return absl::Status(
          slot.status().code(),
          absl::StrCat("'", model.path(), "': ", slot.status().message()));
    if (!slot.ok()) {
      report.add("initializer", std::string(slot.status().message()),
                 tensor.name());
      slot = Slot{.poisoned = true};
    }
    if (!scope.values.emplace(tensor.name(), newSlot(*std::move(slot))).second)
      return fail(absl::StrCat("initializer ", quoteName(tensor.name())),
                  "is defined twice");
  }
  for (const SparseTensorProto &tensor : graph.sparse_initializer()) {
    report.add("initializer", "sparse tensors", tensor.values().name());
    scope.values.emplace(tensor.values().name(), newSlot({.poisoned = true}));
  }
  return absl::OkStatus();
}

absl::Status GraphImporter::addBoundInputs(Scope &scope) {
  for (const auto &[name, stored] : weights.boundTensors().inputs())
    if (!scope.values.emplace(name, newSlot(storedSlot(stored, name, true)))
             .second)
      return fail(absl::StrCat("value ", quoteName(name)), "is defined twice");
  return absl::OkStatus();
}

absl::StatusOr<Slot> GraphImporter::slotFor(const TensorProto &proto,
                                            const std::string &name,
                                            bool isInitializer) {
  TENON_ASSIGN_OR_RETURN(auto stored, weights.locate(proto, name));
  if (!isGraphType(stored->type))
    return absl::UnimplementedError(
        absl::StrCat("element type ", typeName(stored->type)));
  return storedSlot(std::move(stored), name, isInitializer);
}

Slot GraphImporter::storedSlot(std::shared_ptr<const TensorData> stored,
                               const std::string &name,
                               bool isInitializer) const {
  Slot slot{.type = stored->type, .dims = stored->dims, .stored = stored};
  int64_t count = *elementCount(stored->dims);
  // Float tensors of a model are what training changes, and what a user calls
  // weights; a lone number is neither.
  bool isParameter =
      isInitializer &&
      (parameters.contains(name) || (isHostFloat(stored->type) && count != 1));
  slot.foldable = !isParameter;
  slot.inlined = !isParameter && count <= kInlineElements;
  return slot;
}

const HostTensor *GraphImporter::load(Slot &slot) {
  if (!slot.host && slot.stored && *elementCount(slot.dims) <= kMostKnown)
    if (std::optional<HostTensor> contents = HostTensor::from(*slot.stored))
      slot.host = std::make_shared<const HostTensor>(std::move(*contents));
  return slot.host.get();
}

Value GraphImporter::materialize(Slot &slot, mlir::Location loc) {
  if (slot.value)
    return slot.value;
  // What is made inside of a loop's body must serve outside of it as well.
  mlir::OpBuilder::InsertionGuard guard(builder);
  mlir::Operation *outer = builder.getInsertionBlock()->getParentOp();
  if (!llvm::isa<graph::EntryOp>(outer)) {
    while (!llvm::isa<graph::EntryOp>(outer->getParentOp()))
      outer = outer->getParentOp();
    builder.setInsertionPoint(outer);
  }
  Emitter emitter(builder, loc);
  if (slot.stored) {
    const TensorData &data = *slot.stored;
    // What the file holds encoded has no bytes to refer to.
    bool inlined =
        slot.inlined || !data.file || data.length == 0 || isCarried(data.type);
    if (inlined) {
      slot.value = emitter.constant(denseAttribute(data, &context));
    } else {
      mlir::FlatSymbolRefAttr symbol = weights.symbol(data);
      slot.value = Emitter(builder, mlir::NameLoc::get(symbol.getAttr()))
                       .make<graph::GetWeightOp>(
                           tensorType(data.type, data.dims, &context), symbol);
    }
  } else {
    slot.value = emitter.constant(*slot.host);
  }
  return slot.value;
}

absl::Status GraphImporter::define(Frame &frame, const std::string &name,
                                   Slot *slot) {
  if (!frame.scope.values.emplace(name, slot).second)
    return fail(absl::StrCat("value ", quoteName(name)), "is defined twice");
  return absl::OkStatus();
}

static absl::StatusOr<OpenModel> describeFile(const std::string &path,
                                              const ImportOptions &options,
                                              WeightBindings *bindings,
                                              mlir::MLIRContext &context) {
  TENON_ASSIGN_OR_RETURN(std::unique_ptr<Model> model, Model::read(path));
  context.loadDialect<graph::TenonDialect>();
  return GraphImporter(*model, options, bindings, context).describe();
}

static absl::StatusOr<mlir::OwningOpRef<mlir::ModuleOp>>
importFile(const std::string &path, const ImportOptions &options,
           WeightBindings *bindings, mlir::MLIRContext &context) {
  TENON_ASSIGN_OR_RETURN(std::unique_ptr<Model> model, Model::read(path));
  context.loadDialect<graph::TenonDialect>();
  return GraphImporter(*model, options, bindings, context).run();
}

absl::StatusOr<OpenModel> tenon::describeOnnx(const std::string &path,
                                              const ImportOptions &options,
                                              mlir::MLIRContext &context) {
  return describeFile(path, options, nullptr, context);
}

absl::StatusOr<OpenModel> tenon::describeOnnx(const std::string &path,
                                              const ImportOptions &options,
                                              WeightBindings &bindings,
                                              mlir::MLIRContext &context) {
  return describeFile(path, options, &bindings, context);
}

absl::StatusOr<mlir::OwningOpRef<mlir::ModuleOp>>
tenon::onnx::importOnnx(const std::string &path, const ImportOptions &options,
                        mlir::MLIRContext &context) {
  return importFile(path, options, nullptr, context);
}

absl::StatusOr<mlir::OwningOpRef<mlir::ModuleOp>>
tenon::importOnnx(const std::string &path, const ImportOptions &options,
                  WeightBindings &bindings, mlir::MLIRContext &context) {
  return importFile(path, options, &bindings, context);
}
