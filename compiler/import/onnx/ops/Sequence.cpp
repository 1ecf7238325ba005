//===- Sequence.cpp - ONNX's sequences of tensors -------------------------===//
//
// A sequence exists while importing only: how many tensors it holds and which
// one a node takes is known then, so nodes on sequences pass values on.
//
//===----------------------------------------------------------------------===//
#include "compiler/import/onnx/OpTable.h"
#include "compiler/import/onnx/ShapeRules.h"

#include "llvm/ADT/STLExtras.h"

using namespace tenon;
using namespace tenon::onnx;

static absl::Status construct(NodeContext &n) {
  std::vector<Slot> elements;
  for (size_t i = 0; i < n.numInputs(); ++i)
    elements.push_back(n.input(i));
  n.setSequence(0, std::move(elements));
  return absl::OkStatus();
}

static absl::Status makeEmpty(NodeContext &n) {
  n.setSequence(0, {});
  return absl::OkStatus();
}

/// The place that input `i` names in a sequence of `size`, counted from the end
/// where it is negative. `limit` is the first that is too large.
static absl::StatusOr<size_t> place(NodeContext &n, size_t i, size_t size,
                                    size_t limit) {
  TENON_ASSIGN_OR_RETURN(double given, n.knownScalar(i));
  double index = given < 0 ? given + static_cast<double>(size) : given;
  if (index < 0 || index >= static_cast<double>(limit))
    return n.invalid(absl::StrCat("position ", given, " of ", size));
  return static_cast<size_t>(index);
}

static absl::Status at(NodeContext &n) {
  const auto *sequence = n.sequence(0);
  if (!sequence)
    return n.invalid("its input is no sequence");
  TENON_ASSIGN_OR_RETURN(size_t index,
                         place(n, 1, sequence->size(), sequence->size()));
  n.result(0) = (*sequence)[index];
  return absl::OkStatus();
}

static absl::Status insert(NodeContext &n) {
  const auto *sequence = n.sequence(0);
  if (!sequence)
    return n.invalid("its input is no sequence");
  std::vector<Slot> elements = *sequence;
  size_t index = elements.size();
  if (n.has(2)) {
    TENON_ASSIGN_OR_RETURN(index,
                           place(n, 2, elements.size(), elements.size() + 1));
  }
  elements.insert(elements.begin() + static_cast<int64_t>(index), n.input(1));
  n.setSequence(0, std::move(elements));
  return absl::OkStatus();
}

static absl::Status erase(NodeContext &n) {
  const auto *sequence = n.sequence(0);
  if (!sequence || sequence->empty())
    return n.invalid("its input is no sequence, or an empty one");
  std::vector<Slot> elements = *sequence;
  size_t index = elements.size() - 1;
  if (n.has(1)) {
    TENON_ASSIGN_OR_RETURN(index,
                           place(n, 1, elements.size(), elements.size()));
  }
  elements.erase(elements.begin() + static_cast<int64_t>(index));
  n.setSequence(0, std::move(elements));
  return absl::OkStatus();
}

static absl::Status length(NodeContext &n) {
  const auto *sequence = n.sequence(0);
  if (!sequence)
    return n.invalid("its input is no sequence");
  n.set(0, HostTensor::scalar(static_cast<int64_t>(sequence->size())));
  return absl::OkStatus();
}

static absl::Status concatenate(NodeContext &n) {
  const auto *sequence = n.sequence(0);
  if (!sequence || sequence->empty())
    return n.invalid("its input is no sequence, or an empty one");
  bool isStack = n.attrs().getInt("new_axis", 0) != 0;
  const Dims &first = sequence->front().dims;
  auto rank = static_cast<int64_t>(first.size());
  TENON_ASSIGN_OR_RETURN(int64_t axis,
                         n.axis(n.attrs().getInt("axis", 0), rank + isStack));
  Emitter e = n.emit();
  llvm::SmallVector<Value> parts;
  for (const Slot &slot : *sequence) {
    Dims dims = slot.dims;
    bool fits =
        dims.size() == first.size() && slot.type == sequence->front().type;
    for (int64_t d = 0; fits && d < rank; ++d)
      fits = dims[d] == first[d] || (!isStack && d == axis);
    if (!fits)
      return n.invalid("the sequence's tensors do not fit together");
    Value part = n.valueOf(slot);
    if (isStack) {
      dims.insert(dims.begin() + axis, 1);
      part = e.reshape(part, dims);
    }
    parts.push_back(part);
  }
  n.set(0, e.concat(parts, axis));
  return absl::OkStatus();
}

static absl::Status split(NodeContext &n) {
  TENON_ASSIGN_OR_RETURN(int64_t axis,
                         n.axis(n.attrs().getInt("axis", 0), n.rank(0)));
  int64_t size = n.dims(0)[axis];
  Dims sizes;
  bool dropsAxis = false;
  if (!n.has(1)) {
    dropsAxis = n.attrs().getInt("keepdims", 1) == 0;
    sizes.assign(size, 1);
  } else if (n.rank(1) == 0) {
    TENON_ASSIGN_OR_RETURN(double given, n.knownScalar(1));
    auto chunk = static_cast<int64_t>(given);
    if (chunk < 1)
      return n.invalid(absl::StrCat("parts of ", chunk));
    for (int64_t start = 0; start < size; start += chunk)
      sizes.push_back(std::min(chunk, size - start));
  } else {
    TENON_ASSIGN_OR_RETURN(sizes, n.knownInts(1));
    int64_t sum = 0;
    for (int64_t part : sizes)
      sum += part < 0 ? size + 1 : part;
    if (sum != size)
      return n.invalid(
          absl::StrCat("it does not split ", size, " into those parts"));
  }
  Emitter e = n.emit();
  Value x = n.value(0);
  std::vector<Slot> elements;
  int64_t start = 0;
  for (int64_t part : sizes) {
    Value value = e.sliceAxis(x, axis, start, part);
    if (dropsAxis) {
      Dims dims(n.dims(0).begin(), n.dims(0).end());
      dims.erase(dims.begin() + axis);
      value = e.reshape(value, dims);
    }
    elements.push_back(n.slotFor(value));
    start += part;
  }
  n.setSequence(0, std::move(elements));
  return absl::OkStatus();
}

/// Runs a graph once for each tensor of the first sequence: further sequences
/// give their tensor at the same place, tensors are the same in every step.
static absl::Status map(NodeContext &n) {
  const GraphProto *body = n.attrs().getGraph("body");
  const auto *first = n.sequence(0);
  if (!body || !first)
    return n.invalid(body ? "its input is no sequence" : "it lacks a body");
  if (static_cast<size_t>(body->input_size()) != n.numInputs() ||
      static_cast<size_t>(body->output_size()) != n.numOutputs())
    return n.invalid("its body has another number of inputs or outputs");
  for (size_t i = 1; i < n.numInputs(); ++i)
    if (const auto *other = n.sequence(i);
        other && other->size() != first->size())
      return n.invalid(absl::StrCat("sequences of ", first->size(), " and ",
                                    other->size(), " tensors"));
  std::vector<std::vector<Slot>> results(n.numOutputs());
  for (size_t place = 0; place < first->size(); ++place) {
    std::vector<Slot> inputs;
    for (size_t i = 0; i < n.numInputs(); ++i)
      inputs.push_back(n.sequence(i) ? (*n.sequence(i))[place] : n.input(i));
    TENON_ASSIGN_OR_RETURN(auto outputs, n.inlineBody(*body, inputs));
    for (auto [result, output] : llvm::zip_equal(results, outputs))
      result.push_back(*output);
  }
  for (size_t i = 0; i < results.size(); ++i) {
    if (llvm::any_of(results[i],
                     [](const Slot &slot) { return slot.poisoned; }))
      n.set(i, Slot{.poisoned = true});
    else
      n.setSequence(i, std::move(results[i]));
  }
  return absl::OkStatus();
}

bool tenon::onnx::takesSequence(llvm::StringRef op) {
  return llvm::is_contained({"SequenceAt", "SequenceInsert", "SequenceErase",
                             "SequenceLength", "SequenceMap",
                             "ConcatFromSequence", "Loop"},
                            op);
}

llvm::ArrayRef<OpEntry> tenon::onnx::sequenceOps() {
  constexpr const char *known = "of positions known at compile time";
  static const OpEntry rows[] = {
      {"ConcatFromSequence", 11, 1, 1, 1, concatenate},
      {"SequenceAt", 11, 2, 2, 1, at, known},
      {"SequenceConstruct", 11, 1, -1, 1, construct},
      {"SequenceEmpty", 11, 0, 0, 1, makeEmpty},
      {"SequenceErase", 11, 1, 2, 1, erase, known},
      {"SequenceInsert", 11, 2, 3, 1, insert, known},
      {"SequenceLength", 11, 1, 1, 1, length},
      {"SequenceMap", 17, 1, -1, -1, map},
      {"SplitToSequence", 11, 1, 2, 1, split,
       "into sizes known at compile time"},
  };
  return rows;
}
