//===- ControlFlow.cpp - ONNX's If, Loop and Scan -------------------------===//
//
// Branches and iterations that are known while importing leave no trace but
// their nodes. A branch that is chosen at run time becomes a selection among
// the results of both, which are pure. Loops are unrolled where they are short;
// the others become the graph's while.
//
//===----------------------------------------------------------------------===//
#include "compiler/import/onnx/BoundedShapes.h"
#include "compiler/import/onnx/Evaluator.h"
#include "compiler/import/onnx/OpTable.h"
#include "compiler/import/onnx/ShapeRules.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringSet.h"

#include <algorithm>
#include <map>

using namespace tenon;
using namespace tenon::onnx;
using graph::ComparisonDirection;
using llvm::ArrayRef;

namespace {

/// Loops of at most this many steps, and nodes in all steps, are unrolled.
constexpr int64_t kMostSteps = 256;
constexpr int64_t kMostUnrolledNodes = 4096;

mlir::Type index(Emitter &e) { return mlir::IntegerType::get(e.context(), 64); }
mlir::Type boolean(Emitter &e) {
  return mlir::IntegerType::get(e.context(), 1);
}

Value scalarOf(Emitter &e, mlir::Type type, double value) {
  return e.splat(mlir::RankedTensorType::get({}, type), value);
}

/// Whether a result of a graph that runs zero times or more is one tensor,
/// whichever way is taken.
absl::Status checkTensor(NodeContext &n, const Slot &slot) {
  if (!slot.poisoned && (slot.sequence || slot.type == TensorProto::STRING))
    return n.unsupported("sequences and strings as results of a graph that "
                         "is chosen at run time");
  return absl::OkStatus();
}

/// The results of such a graph, each a tensor of a static shape.
absl::StatusOr<std::vector<Slot *>>
tensorsOf(NodeContext &n, const GraphProto &body, ArrayRef<Slot> inputs) {
  TENON_ASSIGN_OR_RETURN(auto outputs, n.inlineBody(body, inputs));
  for (const Slot *output : outputs) {
    TENON_RETURN_IF_ERROR(checkTensor(n, *output));
    if (!output->sizes.empty())
      return n.unsupported("steps whose results have sizes that depend on "
                           "values");
  }
  return outputs;
}

absl::Status ifNode(NodeContext &n) {
  const GraphProto *branches[] = {n.attrs().getGraph("else_branch"),
                                  n.attrs().getGraph("then_branch")};
  if (!branches[0] || !branches[1])
    return n.invalid("it lacks a branch");
  if (n.type(0) != TensorProto::BOOL || *elementCount(Dims(n.dims(0))) != 1)
    return n.invalid("its condition is not one bool");
  for (const GraphProto *branch : branches)
    if (static_cast<size_t>(branch->output_size()) < n.numOutputs())
      return n.invalid("a branch has fewer outputs than the node");
  if (const HostTensor *known = n.known(0)) {
    TENON_ASSIGN_OR_RETURN(auto outputs,
                           n.inlineBody(*branches[known->ints[0] != 0], {}));
    for (size_t i = 0; i < n.numOutputs(); ++i)
      n.set(i, *outputs[i]);
    return absl::OkStatus();
  }
  TENON_ASSIGN_OR_RETURN(auto otherwise, n.inlineBody(*branches[0], {}));
  TENON_ASSIGN_OR_RETURN(auto then, n.inlineBody(*branches[1], {}));
  Emitter e = n.emit();
  Value condition = e.reshape(n.value(0), {});
  for (size_t i = 0; i < n.numOutputs(); ++i) {
    if (then[i]->poisoned || otherwise[i]->poisoned) {
      n.set(i, Slot{.poisoned = true});
      continue;
    }
    TENON_RETURN_IF_ERROR(checkTensor(n, *then[i]));
    TENON_RETURN_IF_ERROR(checkTensor(n, *otherwise[i]));
    TENON_ASSIGN_OR_RETURN(
        Slot chosen, chooseBounded(n, condition, *then[i], *otherwise[i]));
    n.set(i, chosen);
  }
  return absl::OkStatus();
}

/// Removes `axis`, of one element, from `x`.
Value dropAxis(Emitter &e, Value x, int64_t axis) {
  Dims dims(dimsOf(x).begin(), dimsOf(x).end());
  dims.erase(dims.begin() + axis);
  return e.reshape(x, dims);
}

Value addAxis(Emitter &e, Value x, int64_t axis) {
  Dims dims(dimsOf(x).begin(), dimsOf(x).end());
  dims.insert(dims.begin() + axis, 1);
  return e.reshape(x, dims);
}

/// A list of numbers, one per value: axes or directions, zero by default.
absl::StatusOr<Dims> numbersPer(NodeContext &n, absl::string_view name,
                                int64_t count) {
  Dims numbers = n.attrs().getInts(name).value_or(Dims(count, 0));
  if (static_cast<int64_t>(numbers.size()) != count)
    return n.invalid(absl::StrCat(name, " is not ", count, " numbers"));
  return numbers;
}

bool isShort(const GraphProto &body, int64_t steps) {
  return steps <= kMostSteps &&
         steps * std::max(body.node_size(), 1) <= kMostUnrolledNodes;
}

/// A while loop of the graph that counts to `limit` and carries values.
class CountedLoop {
public:
  CountedLoop(NodeContext &n, llvm::SmallVector<Value> state)
      : n(n), state(std::move(state)) {}

  using Step = llvm::function_ref<absl::StatusOr<llvm::SmallVector<Value>>(
      Value counter, mlir::ValueRange state)>;

  /// Runs `step` for 0 .. limit - 1, as long as the state's first value, a
  /// bool, holds where `hasCondition` is set. Gives the last state.
  absl::StatusOr<llvm::SmallVector<Value>> run(Value limit, bool hasCondition,
                                               Step step) {
    mlir::OpBuilder &builder = n.builder();
    Emitter e = n.emit();
    llvm::SmallVector<Value> operands = {scalarOf(e, index(e), 0)};
    operands.append(state);
    mlir::ValueRange range(operands);
    mlir::Location loc = e.location();
    llvm::SmallVector<mlir::Location> locations(operands.size(), loc);
    auto loop = graph::WhileOp::create(builder, loc, range.getTypes(), range);
    absl::Status status;
    {
      mlir::OpBuilder::InsertionGuard guard(builder);
      mlir::Block *condition =
          builder.createBlock(&loop.getCond(), {}, range.getTypes(), locations);
      Value again =
          e.compare(ComparisonDirection::LT, condition->getArgument(0), limit);
      if (hasCondition)
        again = e.binary<graph::AndOp>(again, condition->getArgument(1));
      graph::ReturnOp::create(builder, loc, mlir::ValueRange(again));
      mlir::Block *body =
          builder.createBlock(&loop.getBody(), {}, range.getTypes(), locations);
      Value counter = body->getArgument(0);
      auto next = step(counter, body->getArguments().drop_front());
      if (next.ok()) {
        llvm::SmallVector<Value> results = {
            e.add(counter, scalarOf(e, index(e), 1))};
        results.append(*next);
        for (auto [from, to] : llvm::zip(operands, results))
          if (from.getType() != to.getType())
            status = n.unsupported("a loop whose state changes its shape");
        graph::ReturnOp::create(builder, loc, results);
      } else {
        status = next.status();
      }
    }
    if (!status.ok()) {
      loop.erase();
      return status;
    }
    auto results = loop->getResults().drop_front();
    return llvm::SmallVector<Value>(results.begin(), results.end());
  }

private:
  NodeContext &n;
  llvm::SmallVector<Value> state;
};

/// Whether any is not to be computed with.
bool anyPoisoned(ArrayRef<Slot *> slots) {
  return llvm::any_of(slots, [](Slot *slot) { return slot->poisoned; });
}

absl::Status poisonAll(NodeContext &n) {
  for (size_t i = 0; i < n.numOutputs(); ++i)
    n.set(i, Slot{.poisoned = true});
  return absl::OkStatus();
}

/// Results of one kind, one per step, joined along a new axis.
absl::StatusOr<Value> stack(NodeContext &n, ArrayRef<Value> steps,
                            int64_t given, bool reversed) {
  Emitter e = n.emit();
  int64_t rank = rankOf(steps[0]) + 1;
  TENON_ASSIGN_OR_RETURN(int64_t axis, n.axis(given, rank));
  llvm::SmallVector<Value> parts;
  for (Value step : steps) {
    if (step.getType() != steps[0].getType())
      return n.unsupported("steps whose results differ in shape");
    parts.push_back(addAxis(e, step, axis));
  }
  if (reversed)
    std::reverse(parts.begin(), parts.end());
  return e.concat(parts, axis);
}

/// What a Scan reads and writes, with its attributes resolved.
struct ScanNode {
  const GraphProto *body = nullptr;
  size_t numStates = 0, numScanned = 0, numStacked = 0;
  Dims inputAxes, inputDirections, outputAxes, outputDirections;
  int64_t length = 0;
};

absl::StatusOr<ScanNode> readScan(NodeContext &n) {
  ScanNode s;
  s.body = n.attrs().getGraph("body");
  int64_t scanned = n.attrs().getInt("num_scan_inputs", 0);
  auto given = static_cast<int64_t>(n.numInputs());
  if (!s.body || scanned < 1 || scanned > given ||
      s.body->input_size() != given ||
      s.body->output_size() < static_cast<int>(n.numOutputs()) ||
      s.body->output_size() < given - scanned)
    return n.invalid("its body does not fit its inputs and outputs");
  s.numScanned = static_cast<size_t>(scanned);
  s.numStates = n.numInputs() - s.numScanned;
  s.numStacked = s.body->output_size() - s.numStates;
  auto outputs = static_cast<int64_t>(s.numStacked);
  TENON_ASSIGN_OR_RETURN(s.inputAxes,
                         numbersPer(n, "scan_input_axes", scanned));
  TENON_ASSIGN_OR_RETURN(s.inputDirections,
                         numbersPer(n, "scan_input_directions", scanned));
  TENON_ASSIGN_OR_RETURN(s.outputAxes,
                         numbersPer(n, "scan_output_axes", outputs));
  TENON_ASSIGN_OR_RETURN(s.outputDirections,
                         numbersPer(n, "scan_output_directions", outputs));
  for (size_t i = 0; i < s.numScanned; ++i) {
    size_t input = s.numStates + i;
    TENON_ASSIGN_OR_RETURN(s.inputAxes[i],
                           n.axis(s.inputAxes[i], n.rank(input)));
    int64_t length = n.dims(input)[s.inputAxes[i]];
    if (i > 0 && length != s.length)
      return n.invalid("what it scans differs in length");
    s.length = length;
  }
  if (s.length < 1)
    return n.unsupported("a scan of nothing");
  return s;
}

absl::Status unrollScan(NodeContext &n, const ScanNode &s) {
  Emitter e = n.emit();
  std::vector<Slot> state;
  for (size_t i = 0; i < s.numStates; ++i)
    state.push_back(n.input(i));
  std::vector<llvm::SmallVector<Value>> stacked(s.numStacked);
  for (int64_t step = 0; step < s.length; ++step) {
    std::vector<Slot> values = state;
    for (size_t i = 0; i < s.numScanned; ++i) {
      int64_t at = s.inputDirections[i] ? s.length - 1 - step : step;
      Value part = e.sliceAxis(n.value(s.numStates + i), s.inputAxes[i], at, 1);
      values.push_back(n.slotFor(dropAxis(e, part, s.inputAxes[i])));
    }
    TENON_ASSIGN_OR_RETURN(auto outputs, tensorsOf(n, *s.body, values));
    if (anyPoisoned(outputs))
      return poisonAll(n);
    for (size_t i = 0; i < s.numStates; ++i)
      state[i] = *outputs[i];
    for (size_t i = 0; i < s.numStacked; ++i)
      stacked[i].push_back(n.valueOf(*outputs[s.numStates + i]));
  }
  for (size_t i = 0; i < n.numOutputs(); ++i) {
    if (i < s.numStates) {
      n.set(i, state[i]);
      continue;
    }
    size_t at = i - s.numStates;
    TENON_ASSIGN_OR_RETURN(Value whole, stack(n, stacked[at], s.outputAxes[at],
                                              s.outputDirections[at] != 0));
    n.set(i, whole);
  }
  return absl::OkStatus();
}

/// Scan as a while loop: the results of each step are written into buffers
/// whose first axis counts the steps.
absl::Status loopScan(NodeContext &n, const ScanNode &s) {
  Emitter e = n.emit();
  Value last = scalarOf(e, index(e), static_cast<double>(s.length - 1));
  Value zero = scalarOf(e, index(e), 0);
  // The shapes of what is stacked follow from the body, which a first step, of
  // which nothing is used, shows.
  std::vector<mlir::RankedTensorType> rows;
  auto runStep =
      [&](Value counter,
          ArrayRef<Value> state) -> absl::StatusOr<std::vector<Slot *>> {
    std::vector<Slot> values;
    for (Value value : state)
      values.push_back(n.slotFor(value));
    for (size_t i = 0; i < s.numScanned; ++i) {
      Value whole = n.value(s.numStates + i);
      int64_t axis = s.inputAxes[i];
      llvm::SmallVector<Value> starts(rankOf(whole), zero);
      starts[axis] = s.inputDirections[i] ? e.sub(last, counter) : counter;
      Dims sizes(dimsOf(whole).begin(), dimsOf(whole).end());
      sizes[axis] = 1;
      Value part = e.make<graph::DynamicSliceOp>(
          mlir::RankedTensorType::get(sizes, elementOf(whole)), whole, starts,
          sizes);
      values.push_back(n.slotFor(dropAxis(e, part, axis)));
    }
    return tensorsOf(n, *s.body, values);
  };
  llvm::SmallVector<Value> state;
  for (size_t i = 0; i < s.numStates; ++i)
    state.push_back(n.value(i));
  // What a loop's body reads must be there before it.
  for (size_t i = 0; i < s.numScanned; ++i)
    (void)n.value(s.numStates + i);
  TENON_ASSIGN_OR_RETURN(auto probe, runStep(zero, state));
  if (anyPoisoned(probe))
    return poisonAll(n);
  for (size_t i = 0; i < s.numStacked; ++i) {
    Value row = n.valueOf(*probe[s.numStates + i]);
    Dims dims(dimsOf(row).begin(), dimsOf(row).end());
    dims.insert(dims.begin(), s.length);
    state.push_back(
        e.splat(mlir::RankedTensorType::get(dims, elementOf(row)), 0));
  }
  if (llvm::is_contained(state, Value()))
    return n.unsupported("a scan of such element types");
  CountedLoop loop(n, state);
  Value limit = scalarOf(e, index(e), static_cast<double>(s.length));
  auto step =
      [&](Value counter,
          mlir::ValueRange values) -> absl::StatusOr<llvm::SmallVector<Value>> {
    llvm::SmallVector<Value> now(values.begin(), values.end());
    TENON_ASSIGN_OR_RETURN(
        auto outputs,
        runStep(counter, ArrayRef<Value>(now).take_front(s.numStates)));
    llvm::SmallVector<Value> next;
    for (auto [i, output] : llvm::enumerate(outputs)) {
      Value value = n.valueOf(*output);
      if (i < s.numStates) {
        next.push_back(value);
        continue;
      }
      llvm::SmallVector<Value> starts(rankOf(value) + 1, zero);
      starts[0] = counter;
      next.push_back(e.make<graph::DynamicUpdateSliceOp>(
          now[i].getType(), now[i], addAxis(e, value, 0), starts));
    }
    return next;
  };
  TENON_ASSIGN_OR_RETURN(auto results, loop.run(limit, false, step));
  for (size_t i = 0; i < n.numOutputs(); ++i) {
    Value result = results[i];
    if (i >= s.numStates) {
      size_t at = i - s.numStates;
      if (s.outputDirections[at])
        result = e.reverse(result, {0});
      TENON_ASSIGN_OR_RETURN(int64_t axis,
                             n.axis(s.outputAxes[at], rankOf(result)));
      Dims order;
      for (int64_t d = 1; d < rankOf(result); ++d)
        order.push_back(d);
      order.insert(order.begin() + axis, 0);
      result = e.transpose(result, order);
    }
    n.set(i, result);
  }
  return absl::OkStatus();
}

absl::Status scan(NodeContext &n) {
  TENON_ASSIGN_OR_RETURN(ScanNode s, readScan(n));
  return isShort(*s.body, s.length) ? unrollScan(n, s) : loopScan(n, s);
}

/// A Loop: its trip count and condition, known or not, and what it carries.
struct LoopNode {
  const GraphProto *body = nullptr;
  size_t numStates = 0, numStacked = 0;
  /// The most steps there can be, where that is known.
  std::optional<int64_t> most;
  /// Whether the trip count is `most` for certain.
  bool isExact = false;
};

/// Runs what a loop's condition depends on, where that is known, and counts the
/// steps until it fails. Nothing where it is not, or does not fail soon.
std::optional<int64_t> stepsUntilFalse(NodeContext &n, const GraphProto &body,
                                       const Slot *condition,
                                       ArrayRef<Slot> initial) {
  constexpr int64_t kMostCounted = 1 << 16;
  // The values that the condition depends on, from step to step.
  llvm::StringSet<> needed;
  llvm::SmallVector<const NodeProto *> nodes;
  needed.insert(body.output(0).name());
  for (size_t before = 0; before != needed.size();) {
    before = needed.size();
    nodes.clear();
    for (size_t i = 0; i < initial.size(); ++i)
      if (needed.contains(body.input(static_cast<int>(i) + 2).name()))
        needed.insert(body.output(static_cast<int>(i) + 1).name());
    for (const NodeProto &node : llvm::reverse(body.node())) {
      bool isNeeded = llvm::any_of(node.output(), [&](const auto &name) {
        return needed.contains(name);
      });
      if (!isNeeded)
        continue;
      nodes.push_back(&node);
      for (const std::string &input : node.input())
        needed.insert(input);
    }
  }
  std::reverse(nodes.begin(), nodes.end());
  using Values = std::map<std::string, HostTensor>;
  Values fixed, carried;
  auto note = [&](Values &values, const std::string &name, const Slot *slot) {
    if (!slot || !slot->foldable || slot->poisoned)
      return;
    Slot copy = *slot;
    if (const HostTensor *contents = n.knownOf(copy);
        contents && contents->size() <= kMaxHostElements)
      values[name] = *contents;
  };
  for (const auto &entry : needed)
    note(fixed, entry.first().str(), n.named(entry.first().str()));
  for (const TensorProto &tensor : body.initializer())
    if (needed.contains(tensor.name()))
      if (auto slot = n.stored(tensor); slot.ok())
        note(fixed, tensor.name(), &*slot);
  for (size_t i = 0; i < initial.size(); ++i)
    note(carried, body.input(static_cast<int>(i) + 2).name(), &initial[i]);
  HostTensor holds = HostTensor::zeros(TensorProto::BOOL, {});
  holds.ints = {1};
  if (condition) {
    note(carried, "", condition);
    if (carried[""].type != TensorProto::BOOL || carried[""].size() != 1)
      return std::nullopt;
    holds = carried[""];
  }
  for (int64_t step = 0; step <= kMostCounted; ++step) {
    if (holds.ints[0] == 0)
      return step;
    Values values = carried;
    values[body.input(0).name()] = HostTensor::scalar(step);
    values[body.input(1).name()] = holds;
    auto find = [&](const std::string &name) -> const HostTensor * {
      for (const Values *from : {&values, &fixed})
        if (auto it = from->find(name); it != from->end())
          return &it->second;
      return nullptr;
    };
    for (const NodeProto *node : nodes) {
      llvm::SmallVector<const HostTensor *> inputs;
      for (const std::string &input : node->input()) {
        inputs.push_back(find(input));
        if (!inputs.back())
          return std::nullopt;
      }
      Attributes attributes(*node, nullptr, nullptr);
      if (!node->domain().empty())
        return std::nullopt;
      auto results = evaluate({node->op_type(), n.opset(), attributes, inputs,
                               static_cast<size_t>(node->output_size())});
      if (!results || !attributes.status().ok() ||
          results->size() < static_cast<size_t>(node->output_size()))
        return std::nullopt;
      for (int i = 0; i < node->output_size(); ++i)
        values[node->output(i)] = std::move((*results)[i]);
    }
    const HostTensor *next = find(body.output(0).name());
    if (!next || next->type != TensorProto::BOOL || next->size() != 1)
      return std::nullopt;
    holds = *next;
    for (size_t i = 0; i < initial.size(); ++i) {
      const std::string &from = body.output(static_cast<int>(i) + 1).name();
      const std::string &to = body.input(static_cast<int>(i) + 2).name();
      const HostTensor *value = needed.contains(from) ? find(from) : nullptr;
      if (value)
        carried[to] = *value;
      else
        carried.erase(to);
    }
  }
  return std::nullopt;
}

absl::StatusOr<LoopNode> readLoop(NodeContext &n) {
  LoopNode l;
  l.body = n.attrs().getGraph("body");
  l.numStates = n.numInputs() < 2 ? 0 : n.numInputs() - 2;
  auto states = static_cast<int>(l.numStates);
  if (!l.body || l.body->input_size() != states + 2 ||
      l.body->output_size() < states + 1 ||
      static_cast<int>(n.numOutputs()) > l.body->output_size() - 1)
    return n.invalid("its body does not fit its inputs and outputs");
  for (size_t i = 2; i < n.numInputs(); ++i)
    if (!n.has(i))
      return n.invalid("one of its values is absent");
  l.numStacked = l.body->output_size() - 1 - l.numStates;
  if (n.has(0) && n.known(0)) {
    TENON_ASSIGN_OR_RETURN(double trips, n.knownScalar(0));
    l.most = static_cast<int64_t>(std::clamp(trips, 0.0, 1e15));
    l.isExact = true;
  }
  // Without a trip count, the condition may be known all the way.
  if (!n.has(0)) {
    std::vector<Slot> state;
    for (size_t i = 2; i < n.numInputs(); ++i)
      state.push_back(n.input(i));
    l.most =
        stepsUntilFalse(n, *l.body, n.has(1) ? &n.input(1) : nullptr, state);
    l.isExact = l.most.has_value();
  }
  // The length of what it stacks is what the model declares.
  for (size_t i = l.numStates; i < n.numOutputs(); ++i) {
    const Dims *declared = n.declared(i);
    if (declared && !declared->empty() &&
        (!l.most || *l.most > (*declared)[0])) {
      l.most = (*declared)[0];
      l.isExact = false;
    }
  }
  return l;
}

/// Steps written out. A condition that is only known at run time freezes what
/// the loop carries once it fails.
absl::Status unrollLoop(NodeContext &n, const LoopNode &l) {
  Emitter e = n.emit();
  std::vector<Slot> state;
  for (size_t i = 0; i < l.numStates; ++i)
    state.push_back(n.input(i + 2));
  std::vector<llvm::SmallVector<Value>> stacked(l.numStacked);
  Slot condition;
  condition.type = TensorProto::BOOL;
  condition.foldable = true;
  HostTensor yes = HostTensor::zeros(TensorProto::BOOL, {});
  yes.ints = {1};
  condition.host = std::make_shared<const HostTensor>(yes);
  if (n.has(1))
    condition = n.input(1);
  Value running;
  auto narrow = [&](Value holds) {
    holds = e.reshape(holds, {});
    running = running ? e.binary<graph::AndOp>(running, holds) : holds;
  };
  Value trips = n.has(0) && !l.isExact
                    ? e.convert(e.reshape(n.value(0), {}), index(e))
                    : Value();
  for (int64_t step = 0; step < *l.most; ++step) {
    if (const HostTensor *known = n.knownOf(condition)) {
      if (known->size() == 1 && known->ints[0] == 0)
        break;
    } else {
      narrow(n.valueOf(condition));
    }
    if (trips)
      narrow(e.compare(ComparisonDirection::LT,
                       scalarOf(e, index(e), static_cast<double>(step)),
                       trips));
    Slot counter;
    counter.type = TensorProto::INT64;
    counter.foldable = true;
    counter.host = std::make_shared<const HostTensor>(HostTensor::scalar(step));
    std::vector<Slot> values = {counter, condition};
    values.insert(values.end(), state.begin(), state.end());
    TENON_ASSIGN_OR_RETURN(auto outputs, n.inlineBody(*l.body, values));
    if (anyPoisoned(outputs))
      return poisonAll(n);
    condition = *outputs[0];
    for (size_t i = 0; i < l.numStates; ++i) {
      Slot &next = *outputs[i + 1];
      if (!running) {
        state[i] = next;
        continue;
      }
      TENON_RETURN_IF_ERROR(checkTensor(n, next));
      TENON_RETURN_IF_ERROR(checkTensor(n, state[i]));
      TENON_ASSIGN_OR_RETURN(state[i],
                             chooseBounded(n, running, next, state[i]));
    }
    for (size_t i = 0; i < l.numStacked; ++i) {
      const Slot &output = *outputs[i + 1 + l.numStates];
      TENON_RETURN_IF_ERROR(checkTensor(n, output));
      if (!output.sizes.empty())
        return n.unsupported("steps whose results have sizes that depend on "
                             "values");
      stacked[i].push_back(n.valueOf(output));
    }
  }
  for (size_t i = 0; i < n.numOutputs(); ++i) {
    if (i < l.numStates) {
      n.set(i, state[i]);
      continue;
    }
    if (stacked[i - l.numStates].empty())
      return n.unsupported("a loop of no steps that stacks results");
    TENON_ASSIGN_OR_RETURN(Value whole,
                           stack(n, stacked[i - l.numStates], 0, false));
    n.set(i, whole);
  }
  return absl::OkStatus();
}

/// A while loop, for what does not stack results.
absl::Status whileLoop(NodeContext &n, const LoopNode &l) {
  for (size_t i = 0; i < l.numStates; ++i)
    if (n.sequence(i + 2))
      return n.unsupported("a loop of many steps, or of a number of steps that "
                           "is only known at run time, that carries a "
                           "sequence");
  Emitter e = n.emit();
  Value limit = n.has(0) ? e.convert(e.reshape(n.value(0), {}), index(e))
                         : scalarOf(e, index(e), 9.2e18);
  Value condition =
      n.has(1) ? e.reshape(n.value(1), {}) : scalarOf(e, boolean(e), 1);
  llvm::SmallVector<Value> state = {condition};
  for (size_t i = 0; i < l.numStates; ++i)
    state.push_back(n.value(i + 2));
  CountedLoop loop(n, state);
  bool isPoisoned = false;
  auto step =
      [&](Value counter,
          mlir::ValueRange values) -> absl::StatusOr<llvm::SmallVector<Value>> {
    std::vector<Slot> inputs = {n.slotFor(counter)};
    for (Value value : values)
      inputs.push_back(n.slotFor(value));
    TENON_ASSIGN_OR_RETURN(auto outputs, tensorsOf(n, *l.body, inputs));
    isPoisoned = anyPoisoned(outputs);
    llvm::SmallVector<Value> next(values.begin(), values.end());
    if (isPoisoned)
      return next;
    for (auto [i, output] : llvm::enumerate(outputs))
      next[i] = n.valueOf(*output);
    next[0] = e.reshape(next[0], {});
    return next;
  };
  TENON_ASSIGN_OR_RETURN(auto results, loop.run(limit, true, step));
  if (isPoisoned)
    return poisonAll(n);
  for (size_t i = 0; i < n.numOutputs(); ++i)
    n.set(i, results[i + 1]);
  return absl::OkStatus();
}

absl::Status loopNode(NodeContext &n) {
  TENON_ASSIGN_OR_RETURN(LoopNode l, readLoop(n));
  if (l.most && isShort(*l.body, *l.most))
    return unrollLoop(n, l);
  if (l.numStacked > 0)
    return n.unsupported(l.most ? "a loop of so many steps that stacks results"
                                : "a loop that stacks results, of a number of "
                                  "steps that is only known at run time");
  return whileLoop(n, l);
}

} // namespace

llvm::ArrayRef<OpEntry> tenon::onnx::controlFlowOps() {
  static const OpEntry rows[] = {
      {"If", 1, 1, 1, -1, ifNode, "branches with results of one rank"},
      // Its first two inputs may be absent, so that -1 does not say it.
      {"Loop", 1, 0, 1 << 16, -1, loopNode,
       "stacked results and sequences of a number of steps known at compile "
       "time or declared"},
      {"Scan", 9, 1, -1, -1, scan},
  };
  return rows;
}
