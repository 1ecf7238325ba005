//===- Einsum.cpp - ONNX's Einsum -----------------------------------------===//
//
// Operands are joined one by one. A label that only one operand has, and that
// the result lacks, is summed at once; what two operands share becomes a
// batching or a contracting dimension of a product.
//
//===----------------------------------------------------------------------===//
#include "compiler/import/onnx/OpTable.h"

#include "absl/strings/str_split.h"
#include "llvm/ADT/STLExtras.h"

#include <map>

using namespace tenon;
using namespace tenon::onnx;
using llvm::ArrayRef;

namespace {

/// A dimension's name: a letter, or -1, -2, ... for what an ellipsis stands
/// for, counted from its end.
using Label = int;
using Labels = std::vector<Label>;

/// A term: its labels, and whether and where it has an ellipsis.
struct Term {
  Labels labels;
  std::optional<size_t> ellipsis;
};

std::optional<Term> parseTerm(absl::string_view text) {
  Term term;
  for (size_t i = 0; i < text.size(); ++i) {
    if (absl::ascii_isalpha(static_cast<unsigned char>(text[i]))) {
      term.labels.push_back(text[i]);
    } else if (text.substr(i, 3) == "..." && !term.ellipsis) {
      term.ellipsis = term.labels.size();
      i += 2;
    } else if (text[i] != ' ') {
      return std::nullopt;
    }
  }
  return term;
}

/// Puts the labels of `count` dimensions in the place of the ellipsis.
void expandEllipsis(Term &term, int64_t count) {
  if (!term.ellipsis)
    return;
  Labels expanded;
  for (int64_t i = count; i >= 1; --i)
    expanded.push_back(static_cast<Label>(-i));
  term.labels.insert(term.labels.begin() + *term.ellipsis, expanded.begin(),
                     expanded.end());
}

struct Operand {
  Value value;
  Labels labels;
};

class Contraction {
public:
  explicit Contraction(NodeContext &n) : n(n), e(n.emit()) {}

  absl::Status run();

private:
  absl::Status readEquation();
  /// Unifies the sizes of each label; ones broadcast.
  absl::Status readSizes();
  Operand takeDiagonals(Operand operand);
  Operand sumAllBut(Operand operand, const Labels &kept);
  Operand join(const Operand &a, const Operand &b, const Labels &kept);
  Value inOrder(const Operand &operand);

  NodeContext &n;
  Emitter e;
  std::vector<Term> terms;
  Labels result;
  std::map<Label, int64_t> sizes;
};

absl::Status Contraction::readEquation() {
  std::string equation = n.attrs().getString("equation", "");
  std::vector<std::string> sides = absl::StrSplit(equation, "->");
  std::vector<std::string> inputs = absl::StrSplit(sides[0], ',');
  if (sides.size() > 2 || inputs.size() != n.numInputs())
    return n.invalid("its equation has not one term per input");
  int64_t longest = 0;
  for (auto [i, text] : llvm::enumerate(inputs)) {
    std::optional<Term> term = parseTerm(text);
    if (!term)
      return n.invalid("its equation is malformed");
    int64_t rest = n.rank(i) - static_cast<int64_t>(term->labels.size());
    if (rest < 0 || (rest > 0 && !term->ellipsis))
      return n.invalid(
          absl::StrCat("term ", i, " of its equation does not fit the input"));
    expandEllipsis(*term, rest);
    if (term->ellipsis)
      longest = std::max(longest, rest);
    terms.push_back(std::move(*term));
  }
  if (sides.size() == 2) {
    std::optional<Term> term = parseTerm(sides[1]);
    if (!term)
      return n.invalid("its equation is malformed");
    expandEllipsis(*term, longest);
    result = term->labels;
    return absl::OkStatus();
  }
  // Without a right side: the ellipsis, then what occurs once, in order.
  std::map<Label, int> count;
  for (const Term &term : terms)
    for (Label label : term.labels)
      ++count[label];
  for (int64_t i = longest; i >= 1; --i)
    result.push_back(static_cast<Label>(-i));
  for (auto [label, times] : count)
    if (label > 0 && times == 1)
      result.push_back(label);
  return absl::OkStatus();
}

absl::Status Contraction::readSizes() {
  for (auto [i, term] : llvm::enumerate(terms))
    for (auto [d, label] : llvm::enumerate(term.labels)) {
      int64_t size = n.dims(i)[d];
      auto [known, isNew] = sizes.emplace(label, size);
      if (!isNew && known->second == 1)
        known->second = size;
      if (!isNew && size != 1 && size != known->second)
        return n.invalid("its equation asks one size of different ones");
    }
  Labels seen;
  for (Label label : result) {
    if (!sizes.count(label) || llvm::is_contained(seen, label))
      return n.invalid("its equation's result is not made of its inputs");
    seen.push_back(label);
  }
  return absl::OkStatus();
}

Operand Contraction::takeDiagonals(Operand operand) {
  mlir::Type index = mlir::IntegerType::get(e.context(), 64);
  for (size_t i = 0; i < operand.labels.size(); ++i)
    for (size_t j = i + 1; j < operand.labels.size();) {
      if (operand.labels[i] != operand.labels[j]) {
        ++j;
        continue;
      }
      // Only the diagonal counts; summing the rest away leaves it.
      Value x = operand.value;
      Value onDiagonal =
          e.compare(graph::ComparisonDirection::EQ,
                    e.iota(index, dimsOf(x), static_cast<int64_t>(i)),
                    e.iota(index, dimsOf(x), static_cast<int64_t>(j)));
      x = e.select(onDiagonal, x, e.scalar(x, 0));
      operand.value = e.reduce(graph::ReductionKind::Add, x,
                               {static_cast<int64_t>(j)}, false);
      operand.labels.erase(operand.labels.begin() + j);
    }
  return operand;
}

Operand Contraction::sumAllBut(Operand operand, const Labels &kept) {
  Dims axes;
  Labels labels;
  for (auto [i, label] : llvm::enumerate(operand.labels))
    if (llvm::is_contained(kept, label))
      labels.push_back(label);
    else
      axes.push_back(static_cast<int64_t>(i));
  if (!axes.empty())
    operand.value =
        e.reduce(graph::ReductionKind::Add, operand.value, axes, false);
  return {operand.value, labels};
}

/// The product of two operands, summed over what `kept` does not need.
Operand Contraction::join(const Operand &a, const Operand &b,
                          const Labels &kept) {
  Dims batchA, batchB, contractA, contractB;
  Labels batch, freeA, freeB;
  for (auto [i, label] : llvm::enumerate(a.labels)) {
    auto other = llvm::find(b.labels, label);
    auto j = static_cast<int64_t>(other - b.labels.begin());
    if (other == b.labels.end()) {
      freeA.push_back(label);
    } else if (llvm::is_contained(kept, label)) {
      batchA.push_back(static_cast<int64_t>(i));
      batchB.push_back(j);
      batch.push_back(label);
    } else {
      contractA.push_back(static_cast<int64_t>(i));
      contractB.push_back(j);
    }
  }
  for (Label label : b.labels)
    if (!llvm::is_contained(a.labels, label))
      freeB.push_back(label);
  Labels labels = batch;
  labels.insert(labels.end(), freeA.begin(), freeA.end());
  labels.insert(labels.end(), freeB.begin(), freeB.end());
  return {e.dot(a.value, b.value, batchA, batchB, contractA, contractB),
          labels};
}

Value Contraction::inOrder(const Operand &operand) {
  Dims order;
  for (Label label : result)
    order.push_back(llvm::find(operand.labels, label) - operand.labels.begin());
  return e.transpose(operand.value, order);
}

absl::Status Contraction::run() {
  TENON_RETURN_IF_ERROR(readEquation());
  TENON_RETURN_IF_ERROR(readSizes());
  std::vector<Operand> operands;
  for (auto [i, term] : llvm::enumerate(terms)) {
    if (n.type(i) != n.type(0))
      return n.invalid("inputs of several element types");
    Dims dims;
    for (Label label : term.labels)
      dims.push_back(sizes[label]);
    operands.push_back(
        takeDiagonals({e.broadcast(n.value(i), dims), term.labels}));
  }
  Operand joined = operands[0];
  for (size_t i = 0; i < operands.size(); ++i) {
    // What is still needed after this operand.
    Labels kept = result;
    for (size_t j = i + 1; j < operands.size(); ++j)
      kept.insert(kept.end(), operands[j].labels.begin(),
                  operands[j].labels.end());
    if (i == 0) {
      joined = sumAllBut(joined, kept);
      continue;
    }
    Labels shared = kept;
    shared.insert(shared.end(), joined.labels.begin(), joined.labels.end());
    joined = join(joined, sumAllBut(operands[i], shared), kept);
    joined = sumAllBut(joined, kept);
  }
  n.set(0, inOrder(joined));
  return absl::OkStatus();
}

absl::Status einsum(NodeContext &n) { return Contraction(n).run(); }

} // namespace

llvm::ArrayRef<OpEntry> tenon::onnx::einsumOps() {
  static const OpEntry rows[] = {
      {"Einsum", 12, 1, -1, 1, einsum},
  };
  return rows;
}
