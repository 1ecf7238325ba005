//===- ImportNodes.cpp - the walk over nodes ------------------------------===//
//
// GraphImporter's dispatch: to a converter, the evaluator, a model-local
// function or the graph that is a node's attribute.
//
//===----------------------------------------------------------------------===//
#include "compiler/import/MissingOps.h"
#include "compiler/import/StatusMacros.h"
#include "compiler/import/onnx/BoundedShapes.h"
#include "compiler/import/onnx/Evaluator.h"
#include "compiler/import/onnx/GraphImporter.h"
#include "compiler/import/onnx/NarrowTypes.h"
#include "compiler/import/onnx/OpList.h"
#include "compiler/import/onnx/OpTable.h"
#include "compiler/import/onnx/ops/Strings.h"

#include "absl/strings/str_cat.h"

using namespace tenon;
using namespace tenon::onnx;

/// Calls of calls, branches of branches: an exponential chain of small
/// functions must end.
static constexpr int64_t kMostNodes = 1'000'000;
static constexpr int kMostDepth = 32;

/// The op's name for messages, with its domain unless it is the default one.
static std::string opName(const NodeProto &node) {
  std::string domain = canonicalDomain(node.domain());
  return domain.empty() ? node.op_type()
                        : absl::StrCat(domain, ".", node.op_type());
}

/// Why there is no row for a node.
static std::string whyUnknown(const NodeProto &node, int64_t opset) {
  std::string domain = canonicalDomain(node.domain());
  const OpEntry *entry = findAnyVersion(node.op_type(), domain);
  if (const MissingOp *missing = findMissingOp(opName(node)))
    return absl::StrCat("not supported: ", missing->why);
  if (!entry && !domain.empty())
    return "not an op of ONNX's default operator set";
  if (!entry)
    return "no such op";
  int last = entry->until;
  for (const ListedOp &row : listOps())
    if (row.name == opName(node))
      last = std::max(last, row.until);
  return opset < entry->since ? absl::StrCat("not at operator set ", opset,
                                             ", only from ", entry->since)
                              : absl::StrCat("not at operator set ", opset,
                                             ", only up to ", last);
}

static bool isOfStrings(const Slot *slot) {
  return slot && !slot->sequence && slot->type == TensorProto::STRING;
}

absl::Status GraphImporter::importNodes(
    const google::protobuf::RepeatedPtrField<NodeProto> &nodes, Frame &frame) {
  for (int i = 0; i < nodes.size(); ++i)
    TENON_RETURN_IF_ERROR(importNode(nodes[i], i, frame));
  return absl::OkStatus();
}

absl::Status GraphImporter::importNode(const NodeProto &node, int index,
                                       Frame &frame) {
  std::string name =
      absl::StrCat(frame.prefix, node.name().empty()
                                     ? absl::StrCat(node.op_type(), "_", index)
                                     : node.name());
  std::string what =
      absl::StrCat("node ", quoteName(name), " (", opName(node), ")");
  if (++nodeCount > kMostNodes)
    return fail(what, "the model's functions expand without end");
  if (frame.depth == 0)
    frame.line = index + 1;

  llvm::SmallVector<Slot *> inputs;
  bool poisoned = false;
  for (const std::string &input : node.input()) {
    Slot *slot = input.empty() ? nullptr : frame.scope.find(input);
    if (!slot && !input.empty())
      return fail(what, absl::StrCat("it reads ", quoteName(input),
                                     ", which no earlier node makes"));
    poisoned |= slot && slot->poisoned;
    inputs.push_back(slot);
  }
  // Absent optional inputs at the end may be left out or be empty names.
  while (!inputs.empty() && !inputs.back())
    inputs.pop_back();

  Attributes attributes(node, frame.outerAttributes, frame.function);
  const FunctionProto *function = findFunction(node);
  auto opset = frame.opsets.find(canonicalDomain(node.domain()));
  if (opset == frame.opsets.end() && !function)
    return fail(what,
                absl::StrCat("its operator set ", quoteName(node.domain()),
                             " is not imported"));
  if (poisoned) {
    reportUnknown(node, name, frame.opsets, frame.depth);
    return definePoisoned(node, frame);
  }
  if (function)
    return inlineFunction(*function, node, name, attributes, inputs, frame);
  bool isStandard = canonicalDomain(node.domain()).empty();
  // The same value under another name: a weight stays the weight it is.
  if (isStandard && node.op_type() == "Identity" && inputs.size() == 1 &&
      inputs[0] && node.output_size() == 1)
    return define(frame, node.output(0), inputs[0]);
  bool castsToSame =
      isStandard && node.op_type() == "CastLike" && inputs.size() == 2 &&
      inputs[0] && inputs[1] && !inputs[0]->sequence &&
      inputs[0]->type == inputs[1]->type && node.output_size() == 1;
  if (castsToSame)
    return define(frame, node.output(0), inputs[0]);

  bool readsSequence = llvm::any_of(
      inputs, [](const Slot *slot) { return slot && slot->sequence; });
  if (readsSequence && !(isStandard && takesSequence(node.op_type()))) {
    report.add(opName(node), "sequences of tensors", name);
    return definePoisoned(node, frame);
  }
  bool readsBounded = llvm::any_of(inputs, [](const Slot *slot) {
    return slot && slot->sequence &&
           llvm::any_of(*slot->sequence, [](const Slot &element) {
             return !element.sizes.empty();
           });
  });
  if (readsBounded) {
    report.add(opName(node),
               "sequences of tensors whose shape depends on values", name);
    return definePoisoned(node, frame);
  }

  if (llvm::any_of(inputs, isOfStrings) &&
      !findStringOp(node.op_type(), opset->second,
                    canonicalDomain(node.domain()))) {
    report.add(opName(node), "strings", name);
    return definePoisoned(node, frame);
  }

  absl::Status status;
  if (isStandard &&
      foldNode(node, opset->second, attributes, inputs, frame, status))
    return status;
  auto loc = mlir::NameLoc::get(
      builder.getStringAttr(name),
      mlir::FileLineColLoc::get(&context, model.fileName(),
                                static_cast<unsigned>(frame.line),
                                frame.depth == 0 ? 0 : index + 1));
  return convertNode(node, name, opset->second, attributes, inputs, loc, frame);
}

bool GraphImporter::foldNode(const NodeProto &node, int64_t opset,
                             const Attributes &attributes,
                             llvm::ArrayRef<Slot *> inputs, Frame &frame,
                             absl::Status &status) {
  llvm::SmallVector<const HostTensor *> contents;
  std::optional<HostTensor> like;
  for (Slot *input : inputs) {
    if (!input) {
      contents.push_back(nullptr);
      continue;
    }
    // Of what gives the type alone, contents do not matter.
    if (node.op_type() == "CastLike" && contents.size() == 1 &&
        isHostType(input->type)) {
      contents.push_back(&like.emplace(HostTensor::zeros(input->type, {0})));
      continue;
    }
    auto count = elementCount(input->dims);
    if (!input->foldable || !count.ok() || *count > kMaxHostElements ||
        !load(*input))
      return false;
    contents.push_back(load(*input));
  }
  auto results = evaluate({node.op_type(), opset, attributes, contents,
                           static_cast<size_t>(node.output_size())});
  if (!results || results->size() < static_cast<size_t>(node.output_size()))
    return false;
  for (int i = 0; i < node.output_size() && status.ok(); ++i) {
    if (node.output(i).empty())
      continue;
    HostTensor &result = (*results)[i];
    Slot slot{.type = result.type, .dims = result.dims, .foldable = true};
    slot.host = std::make_shared<const HostTensor>(std::move(result));
    status = define(frame, node.output(i), newSlot(std::move(slot)));
  }
  return true;
}

absl::Status GraphImporter::convertNode(const NodeProto &node,
                                        const std::string &name, int64_t opset,
                                        const Attributes &attributes,
                                        llvm::ArrayRef<Slot *> inputs,
                                        mlir::Location loc, Frame &frame) {
  std::string op = opName(node);
  std::string what = absl::StrCat("node ", quoteName(name), " (", op, ")");
  auto *find = llvm::any_of(inputs, isOfStrings) ? findStringOp : findOp;
  const OpEntry *entry =
      find(node.op_type(), opset, canonicalDomain(node.domain()));
  if (!entry) {
    report.add(op, whyUnknown(node, opset), name);
    scanSubgraphs(node, name, frame.opsets, frame.depth);
    return definePoisoned(node, frame);
  }
  auto given = static_cast<int>(inputs.size());
  if (given < entry->minInputs ||
      (entry->maxInputs >= 0 && given > entry->maxInputs))
    return fail(what, absl::StrCat("it has ", given, " inputs"));
  for (int i = 0; i < entry->minInputs; ++i)
    if (!inputs[i])
      return fail(what, absl::StrCat("its input ", i, " is absent"));
  if (entry->maxInputs < 0 && llvm::is_contained(inputs, nullptr))
    return fail(what, "one of its inputs is absent");
  if (node.output_size() == 0 ||
      (entry->maxOutputs >= 0 && node.output_size() > entry->maxOutputs))
    return fail(what, absl::StrCat("it has ", node.output_size(), " outputs"));

  auto body = [&](const GraphProto &graph, llvm::ArrayRef<Slot> values) {
    return importBody(graph, values, name, frame);
  };
  auto lookup = [&](const std::string &wanted) -> const Slot * {
    return frame.scope.find(wanted);
  };
  NodeContext context(*this, node, attributes, opset, inputs, frame.declared,
                      body, lookup, loc, name);
  bool isBounded = llvm::any_of(
      inputs, [](const Slot *input) { return input && !input->sizes.empty(); });
  absl::Status status = isBounded ? convertBounded(context, entry->convert)
                                  : entry->convert(context);
  if (!attributes.status().ok())
    status = attributes.status();
  if (absl::IsUnimplemented(status)) {
    report.add(op, std::string(status.message()), name);
    return definePoisoned(node, frame);
  }
  if (!status.ok())
    return fail(what, status.message());
  for (int i = 0; i < node.output_size(); ++i) {
    if (node.output(i).empty())
      continue;
    Slot &result = context.result(i);
    if (result.poisoned) {
      TENON_RETURN_IF_ERROR(
          define(frame, node.output(i), newSlot({.poisoned = true})));
      continue;
    }
    if (result.type == TensorProto::UNDEFINED)
      return fail(what, "its inputs do not fit together");
    if (!inputs.empty() && inputs[0] && isCarried(inputs[0]->type) &&
        movesElements(node.op_type()))
      result.type = inputs[0]->type;
    if (auto count = elementCount(result.dims); !count.ok())
      return fail(what,
                  absl::StrCat("its result is ", count.status().message()));
    TENON_RETURN_IF_ERROR(
        define(frame, node.output(i), newSlot(std::move(result))));
  }
  return absl::OkStatus();
}

absl::Status GraphImporter::definePoisoned(const NodeProto &node,
                                           Frame &frame) {
  for (const std::string &output : node.output())
    if (!output.empty())
      TENON_RETURN_IF_ERROR(define(frame, output, newSlot({.poisoned = true})));
  return absl::OkStatus();
}

const FunctionProto *GraphImporter::findFunction(const NodeProto &node) const {
  for (const FunctionProto &function : model.proto().functions())
    if (function.name() == node.op_type() &&
        canonicalDomain(function.domain()) == canonicalDomain(node.domain()) &&
        function.overload() == node.overload())
      return &function;
  return nullptr;
}

absl::Status GraphImporter::inlineFunction(const FunctionProto &function,
                                           const NodeProto &call,
                                           const std::string &name,
                                           const Attributes &attributes,
                                           llvm::ArrayRef<Slot *> inputs,
                                           Frame &frame) {
  std::string what =
      absl::StrCat("node ", quoteName(name), " (", opName(call), ")");
  if (frame.depth >= kMostDepth)
    return fail(what, "functions call each other more than 32 deep");
  if (call.input_size() > function.input_size() ||
      call.output_size() > function.output_size())
    return fail(what, "it passes more values than its function has");
  TENON_ASSIGN_OR_RETURN(Opsets opsets, opsetsOf(function.opset_import()));

  Scope scope;
  DeclaredShapes declared;
  for (int i = 0; i < call.output_size(); ++i)
    if (const Dims *dims = frame.declared.find(call.output(i)))
      declared.add(function.output(i), *dims);
  declared.add(function.value_info(), dimSizes);
  declared.spreadBackwards(function.node(), nullptr);
  Frame inner{.scope = scope,
              .opsets = opsets,
              .declared = declared,
              .outerAttributes = &attributes,
              .function = &function,
              .prefix = name + "/",
              .line = frame.line,
              .depth = frame.depth + 1};
  for (auto [i, input] : llvm::enumerate(inputs))
    if (input)
      TENON_RETURN_IF_ERROR(
          define(inner, function.input(static_cast<int>(i)), input));
  TENON_RETURN_IF_ERROR(importNodes(function.node(), inner));
  for (int i = 0; i < call.output_size(); ++i) {
    if (call.output(i).empty())
      continue;
    Slot *slot = scope.find(function.output(i));
    if (!slot)
      return fail(what, absl::StrCat("its function makes no ",
                                     quoteName(function.output(i))));
    TENON_RETURN_IF_ERROR(define(frame, call.output(i), slot));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Slot *>>
GraphImporter::importBody(const GraphProto &body, llvm::ArrayRef<Slot> values,
                          const std::string &name, Frame &frame) {
  std::string what = absl::StrCat("node ", quoteName(name));
  if (frame.depth >= kMostDepth)
    return fail(what, "graphs are nested more than 32 deep");
  if (static_cast<size_t>(body.input_size()) != values.size())
    return fail(what, absl::StrCat("its graph has ", body.input_size(),
                                   " inputs, not ", values.size()));
  Scope scope{.outer = &frame.scope};
  DeclaredShapes declared;
  declared.add(body.output(), dimSizes);
  declared.add(body.value_info(), dimSizes);
  declared.spreadBackwards(body.node(), &body);
  Frame inner{.scope = scope,
              .opsets = frame.opsets,
              .declared = declared,
              .outerAttributes = frame.outerAttributes,
              .function = frame.function,
              .prefix = name + "/",
              .line = frame.line,
              .depth = frame.depth + 1};
  for (auto [i, value] : llvm::enumerate(values))
    TENON_RETURN_IF_ERROR(
        define(inner, body.input(static_cast<int>(i)).name(), newSlot(value)));
  TENON_RETURN_IF_ERROR(addInitializers(body, scope));
  TENON_RETURN_IF_ERROR(importNodes(body.node(), inner));
  std::vector<Slot *> outputs;
  for (const ValueInfoProto &output : body.output()) {
    Slot *slot = scope.find(output.name());
    if (!slot)
      return fail(
          what, absl::StrCat("its graph makes no ", quoteName(output.name())));
    outputs.push_back(slot);
  }
  return outputs;
}

void GraphImporter::reportUnknown(const NodeProto &node,
                                  const std::string &name, const Opsets &opsets,
                                  int depth) {
  auto opset = opsets.find(canonicalDomain(node.domain()));
  int64_t version = opset == opsets.end() ? kNewestOpset : opset->second;
  bool isKnown = findFunction(node) || findOp(node.op_type(), version,
                                              canonicalDomain(node.domain()));
  if (!isKnown)
    report.add(opName(node), whyUnknown(node, version), name);
  scanSubgraphs(node, name, opsets, depth);
}

void GraphImporter::scanSubgraphs(const NodeProto &node,
                                  const std::string &name, const Opsets &opsets,
                                  int depth) {
  if (depth >= kMostDepth)
    return;
  auto scan = [&](const auto &nodes) {
    for (int i = 0; i < nodes.size(); ++i) {
      const NodeProto &inner = nodes[i];
      std::string innerName = absl::StrCat(
          name, "/",
          inner.name().empty() ? absl::StrCat(inner.op_type(), "_", i)
                               : inner.name());
      if (++nodeCount > kMostNodes)
        return;
      reportUnknown(inner, innerName, opsets, depth + 1);
    }
  };
  for (const AttributeProto &attribute : node.attribute()) {
    if (attribute.has_g())
      scan(attribute.g().node());
    for (const GraphProto &graph : attribute.graphs())
      scan(graph.node());
  }
  if (const FunctionProto *function = findFunction(node))
    scan(function->node());
}
