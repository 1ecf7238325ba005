//===- TrainingEntries.cpp - Training from a forward graph ----------------===//

#include "compiler/train/TrainingEntries.h"

#include "compiler/import/Import.h"
#include "compiler/train/EntryWriter.h"
#include "compiler/train/Loss.h"
#include "compiler/train/Optimizer.h"
#include "ir/graph/GradientOps.h"
#include "ir/graph/GraphOps.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

using namespace mlir;
using namespace tenon;
using namespace tenon::train;
using graph::EntryOp;
using graph::ValueBuilder;
using graph::WeightOp;

namespace {

constexpr llvm::StringLiteral kPredict = "predict";
constexpr llvm::StringLiteral kStep = "step";

/// One forward graph in its two forms.
struct Forward {
  EntryOp predict, training;
  /// What follows "predict" in the symbol: the sizes of a variant.
  std::string suffix;
};

/// The entries and what the spec means in them, resolved before anything is
/// changed.
class TrainingBuilder {
public:
  TrainingBuilder(ModuleOp module, const TrainingSpec &spec, SpecErrors &errors)
      : module(module), symbols(module), spec(spec), errors(errors) {}

  void run();

private:
  void findForwards();
  void findParameters();
  void findOutput(Forward forward);
  void checkTarget(Forward forward);
  void makeVariables();
  std::string slotVariable(const Slot &slot, StringRef parameter) const {
    return (slot.name + "." + parameter).str();
  }
  void writeInit();
  void writePredict(Forward forward);
  void writeEval(Forward forward);
  void writeTrainStep(Forward forward);
  Value targetOf(EntryWriter &writer, Value output);
  Value outputOf(EntryOp forward, const EntryWriter &writer) const;

  ModuleOp module;
  SymbolTable symbols;
  const TrainingSpec &spec;
  SpecErrors &errors;
  SmallVector<Forward> forwards;
  /// Weights by what becomes of them, in the spec's order or the module's.
  SmallVector<WeightOp> parameters;
  llvm::SetVector<Operation *> statistics;
  unsigned outputIndex = 0;
  /// Trained weights and statistics, by the name that is now a variable's.
  StateNames state;
  /// The names of `parameters`.
  SmallVector<std::string> names;
};

} // namespace

static std::string text(Type type) {
  std::string out;
  llvm::raw_string_ostream(out) << type;
  return out;
}

//===----------------------------------------------------------------------===//
// What the spec means in this module
//===----------------------------------------------------------------------===//

void TrainingBuilder::findForwards() {
  llvm::StringMap<EntryOp> training;
  for (auto entry : module.getOps<EntryOp>())
    if (auto of = entry->getAttrOfType<StringAttr>(kTrainingFormAttr))
      training[of.getValue()] = entry;
  for (auto entry : module.getOps<EntryOp>()) {
    if (entry->hasAttr(kTrainingFormAttr))
      continue;
    StringRef name = entry.getSymName();
    if (!name.starts_with(kPredict)) {
      errors.add("the model", absl::StrCat("has an entry '", name.str(),
                                           "'; only predict can be trained"));
      continue;
    }
    EntryOp other = training.lookup(name);
    forwards.push_back(
        {entry, other ? other : entry, name.drop_front(kPredict.size()).str()});
  }
  if (forwards.empty())
    errors.add("the model", "has no predict entry");
}

void TrainingBuilder::findParameters() {
  // In the order in which the graph reads them.
  llvm::SetVector<Operation *> read;
  for (Forward forward : forwards) {
    forward.training.walk([&](graph::GetWeightOp get) {
      read.insert(symbols.lookup(get.getWeight()));
    });
    for (unsigned i = 0; i < forward.training.getNumResults(); ++i)
      if (auto updated =
              forward.training.getResultAttrOfType<FlatSymbolRefAttr>(
                  i, kUpdatesAttr))
        statistics.insert(symbols.lookup(updated.getValue()));
  }
  auto isFloat = [](WeightOp weight) {
    return isa<FloatType>(weight.getTensorType().getElementType());
  };
  if (!spec.parameters) {
    for (Operation *op : read)
      if (isFloat(cast<WeightOp>(op)) && !statistics.contains(op))
        parameters.push_back(cast<WeightOp>(op));
    if (parameters.empty())
      errors.add("parameters", "the model has no weights to train");
    return;
  }
  for (auto [i, name] : llvm::enumerate(*spec.parameters)) {
    std::string where = absl::StrCat("parameters[", i, "]");
    auto weight = dyn_cast_or_null<WeightOp>(symbols.lookup(name));
    if (!weight || !read.contains(weight))
      errors.add(where, absl::StrCat("the model computes with no initializer '",
                                     name, "'"));
    else if (statistics.contains(weight))
      errors.add(where, absl::StrCat("'", name,
                                     "' is a running statistic, which no "
                                     "gradient updates"));
    else if (!isFloat(weight))
      errors.add(where,
                 absl::StrCat("'", name, "' is ", text(weight.getType()),
                              "; only floating-point tensors are trained"));
    else
      parameters.push_back(weight);
  }
}

void TrainingBuilder::findOutput(Forward forward) {
  SmallVector<std::string> names;
  unsigned count = 0;
  bool found = false;
  for (unsigned i = 0; i < forward.predict.getNumResults(); ++i) {
    StringRef name = forward.predict.getResultName(i);
    ++count;
    names.push_back(name.str());
    if (spec.output.empty() || name == spec.output) {
      found = spec.output.empty() ? count == 1 : true;
      if (found)
        outputIndex = i;
    }
    if (found && !spec.output.empty())
      break;
  }
  if (spec.output.empty() && count != 1)
    return errors.add("output", absl::StrCat("is missing; the model has ",
                                             absl::StrJoin(names, ", ")));
  if (!found)
    return errors.add("output",
                      absl::StrCat("the model has no output '", spec.output,
                                   "'; it has ", absl::StrJoin(names, ", ")));
  auto type =
      cast<RankedTensorType>(forward.predict.getResultTypes()[outputIndex]);
  if (!isa<FloatType>(type.getElementType()))
    errors.add("output", absl::StrCat("is ", text(type),
                                      "; a loss needs floating point"));
  else if (spec.loss == LossKind::CrossEntropy && type.getRank() == 0)
    errors.add("output", "is one number; cross_entropy needs classes along "
                         "its last dimension");
  else if (type.getNumElements() == 0)
    errors.add("output", absl::StrCat("is ", text(type), ", which is empty"));
  else
    checkTarget(forward);
}

/// A target among the model's own inputs must be what the loss compares with.
void TrainingBuilder::checkTarget(Forward forward) {
  EntryOp entry = forward.predict;
  auto output = cast<RankedTensorType>(entry.getResultTypes()[outputIndex]);
  RankedTensorType wanted = targetType(spec.loss, output);
  for (unsigned i = 0; i < entry.getNumArguments(); ++i) {
    if (entry.getArgumentName(i) != spec.target)
      continue;
    auto given = cast<RankedTensorType>(entry.getArgumentTypes()[i]);
    bool kindFits = spec.loss == LossKind::CrossEntropy
                        ? isa<IntegerType>(given.getElementType())
                        : isa<FloatType>(given.getElementType());
    if (given.getShape() != wanted.getShape() || !kindFits)
      errors.add("target",
                 absl::StrCat("input '", spec.target, "' is ", text(given),
                              ", but ", lossName(spec.loss),
                              " compares the output ", text(output), " with ",
                              text(wanted)));
  }
}

//===----------------------------------------------------------------------===//
// Variables
//===----------------------------------------------------------------------===//

void TrainingBuilder::makeVariables() {
  OpBuilder builder(module.getContext());
  builder.setInsertionPoint(forwards.front().predict);
  auto insert = [&](graph::VariableOp op) { symbols.insert(op); };
  auto fromWeight = [&](WeightOp weight) {
    // The variable has the initializer's name; what it starts from steps aside.
    std::string name = weight.getSymName().str();
    symbols.remove(weight);
    weight->remove();
    weight.setSymName(name + ".initial");
    symbols.insert(weight, module.getBody()->begin());
    auto reference = FlatSymbolRefAttr::get(weight.getSymNameAttr());
    insert(graph::VariableOp::create(builder, weight.getLoc(), name,
                                     weight.getTensorType(), reference,
                                     StringAttr()));
    state.insert(name);
    return name;
  };
  for (WeightOp weight : parameters)
    names.push_back(fromWeight(weight));
  for (Operation *weight : statistics)
    fromWeight(cast<WeightOp>(weight));
  for (const Slot &slot : slotsOf(spec.optimizer))
    for (auto [weight, name] : llvm::zip_equal(parameters, names)) {
      RankedTensorType type = slotType(weight.getTensorType());
      auto initial = DenseElementsAttr::get(
          type, FloatAttr::get(type.getElementType(), slot.initial));
      insert(graph::VariableOp::create(builder, weight.getLoc(),
                                       slotVariable(slot, name), type, initial,
                                       StringAttr()));
    }
  auto counter = RankedTensorType::get({}, builder.getI64Type());
  insert(graph::VariableOp::create(
      builder, module.getLoc(), kStep, counter,
      DenseElementsAttr::get(counter, builder.getI64IntegerAttr(0)),
      StringAttr()));
}

//===----------------------------------------------------------------------===//
// Entries
//===----------------------------------------------------------------------===//

Value TrainingBuilder::outputOf(EntryOp forward,
                                const EntryWriter &writer) const {
  Operation *terminator = forward.getBody().front().getTerminator();
  return writer.lookup(terminator->getOperand(outputIndex));
}

/// The model's input of that name, or a new one.
Value TrainingBuilder::targetOf(EntryWriter &writer, Value output) {
  if (Value input = writer.findInput(spec.target))
    return input;
  return writer.addInput(
      spec.target,
      targetType(spec.loss, cast<RankedTensorType>(output.getType())));
}

void TrainingBuilder::writePredict(Forward forward) {
  EntryWriter writer(module, forward.predict, kPredict, forward.suffix, state);
  writer.cloneBody();
  Operation *terminator = forward.predict.getBody().front().getTerminator();
  for (auto [i, value] : llvm::enumerate(terminator->getOperands()))
    writer.addResult(forward.predict.getResultName(i), writer.lookup(value));
  writer.finish();
}

void TrainingBuilder::writeEval(Forward forward) {
  EntryWriter writer(module, forward.predict, "eval", forward.suffix, state);
  writer.cloneBody();
  Value output = outputOf(forward.predict, writer);
  Value target = targetOf(writer, output);
  ValueBuilder b = writer.values("loss");
  LossTerms terms = buildLoss(b, spec.loss, output, target);
  // The means of all, and, so that a last incomplete batch can be counted
  // right, of each example.
  auto addMeans = [&](StringRef name, Value values) {
    int64_t rank = cast<RankedTensorType>(values.getType()).getRank();
    auto dims = llvm::to_vector(llvm::seq<int64_t>(0, rank));
    writer.addResult(name, b.mean(values, dims));
  };
  auto addExamples = [&](StringRef name, Value values) {
    int64_t rank = cast<RankedTensorType>(values.getType()).getRank();
    if (rank > 0)
      writer.addResult(
          name,
          rank == 1
              ? values
              : b.mean(values, llvm::to_vector(llvm::seq<int64_t>(1, rank))));
  };
  addMeans("loss", terms.losses);
  if (terms.hits)
    addMeans("accuracy", terms.hits);
  addExamples("example_loss", terms.losses);
  if (terms.hits)
    addExamples("example_accuracy", terms.hits);
  writer.finish();
}

void TrainingBuilder::writeTrainStep(Forward forward) {
  EntryWriter writer(module, forward.training, "train_step", forward.suffix,
                     state);
  writer.cloneBody();
  Value output = outputOf(forward.training, writer);
  Value target = targetOf(writer, output);
  ValueBuilder b = writer.values("loss");
  Value losses = buildLoss(b, spec.loss, output, target).losses;
  int64_t rank = cast<RankedTensorType>(losses.getType()).getRank();
  Value loss = b.mean(losses, llvm::to_vector(llvm::seq<int64_t>(0, rank)));
  writer.addResult("loss", loss);

  SmallVector<Value> values, gradients;
  for (const std::string &name : names)
    values.push_back(writer.state(name));
  b.setLoc(writer.locate("gradient"));
  auto gradient = graph::GradientOp::create(
      b.getBuilder(), b.getLoc(), TypeRange(ValueRange(values)), loss, values);
  llvm::append_range(gradients, gradient->getResults());
  if (spec.clipNorm)
    clipGradients(b, *spec.clipNorm, gradients);

  b.setLoc(writer.locate(kStep));
  Value step = writer.state(kStep);
  StepScalars scalars = buildStepScalars(b, spec, step);
  SmallVector<Slot> slots = slotsOf(spec.optimizer);
  for (auto [name, value, gradientValue] :
       llvm::zip_equal(names, values, gradients)) {
    b.setLoc(writer.locate("update " + name));
    SmallVector<Value> old;
    for (const Slot &slot : slots)
      old.push_back(writer.state(slotVariable(slot, name)));
    Update update =
        buildUpdate(b, spec.optimizer, value, gradientValue, old, scalars);
    writer.update(name, update.parameter);
    for (auto [slot, fresh] : llvm::zip_equal(slots, update.slots))
      writer.update(slotVariable(slot, name), fresh);
  }
  Operation *terminator = forward.training.getBody().front().getTerminator();
  for (auto [i, value] : llvm::enumerate(terminator->getOperands()))
    if (auto updated = forward.training.getResultAttrOfType<FlatSymbolRefAttr>(
            i, kUpdatesAttr))
      writer.update(updated.getValue(), writer.lookup(value));
  writer.update(kStep, b.add(step, 1));
  writer.finish();
}

void TrainingBuilder::writeInit() {
  EntryWriter writer(module, {}, "init", /*suffix=*/"", state);
  for (auto variable : module.getOps<graph::VariableOp>()) {
    ValueBuilder b = writer.values(variable.getSymName());
    Value initial;
    if (auto weight = dyn_cast<FlatSymbolRefAttr>(variable.getInitial()))
      initial = graph::GetWeightOp::create(b.getBuilder(), b.getLoc(),
                                           variable.getTensorType(), weight);
    else
      initial = b.constant(cast<ElementsAttr>(variable.getInitial()));
    writer.update(variable.getSymName(), initial);
  }
  writer.finish();
}

void TrainingBuilder::run() {
  findForwards();
  if (!forwards.empty()) {
    findParameters();
    // Variants differ in sizes only.
    findOutput(forwards.front());
  }
  if (!errors.empty())
    return;
  makeVariables();
  writeInit();
  for (Forward forward : forwards) {
    writeTrainStep(forward);
    writeEval(forward);
    writePredict(forward);
  }
  for (Forward &forward : forwards) {
    if (forward.training != forward.predict)
      forward.training.erase();
    forward.predict.erase();
  }
}

void tenon::train::addTrainingEntries(ModuleOp module, const TrainingSpec &spec,
                                      SpecErrors &errors) {
  TrainingBuilder(module, spec, errors).run();
}
