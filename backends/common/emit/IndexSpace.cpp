#include "backends/common/emit/IndexSpace.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"

#include <algorithm>
#include <numeric>

using namespace mlir;
using namespace tenon::emit;
using llvm::divideFloorSigned;

static int64_t floorMod(int64_t a, int64_t n) {
  return a - divideFloorSigned(a, n) * n;
}

void LinearForm::add(AffineExpr term, int64_t factor) {
  for (auto &[known, knownFactor] : terms)
    if (known == term) {
      knownFactor += factor;
      return;
    }
  terms.push_back({term, factor});
}

AffineExpr IndexSpace::add(IndexVariable variable) {
  variables.push_back(variable);
  return getAffineDimExpr(variables.size() - 1, context);
}

IndexVariable &IndexSpace::get(AffineExpr expr) {
  return variables[cast<AffineDimExpr>(expr).getPosition()];
}

const IndexVariable &IndexSpace::get(AffineExpr expr) const {
  return variables[cast<AffineDimExpr>(expr).getPosition()];
}

AffineExpr IndexSpace::constant(int64_t value) const {
  return getAffineConstantExpr(value, context);
}

//===----------------------------------------------------------------------===//
// Ranges and divisors
//===----------------------------------------------------------------------===//

IndexRange IndexSpace::getRange(AffineExpr expr) const {
  if (auto number = dyn_cast<AffineConstantExpr>(expr))
    return {number.getValue(), number.getValue()};
  if (isa<AffineDimExpr>(expr))
    return {get(expr).lower, get(expr).upper};
  auto binary = cast<AffineBinaryOpExpr>(expr);
  IndexRange left = getRange(binary.getLHS());
  IndexRange right = getRange(binary.getRHS());
  int64_t n = right.lower;
  switch (expr.getKind()) {
  case AffineExprKind::Add:
    return {left.lower + right.lower, left.upper + right.upper};
  case AffineExprKind::Mul:
    return {std::min(left.lower * n, left.upper * n),
            std::max(left.lower * n, left.upper * n)};
  case AffineExprKind::FloorDiv:
    return {divideFloorSigned(left.lower, n), divideFloorSigned(left.upper, n)};
  case AffineExprKind::Mod:
    if (divideFloorSigned(left.lower, n) == divideFloorSigned(left.upper, n))
      return {floorMod(left.lower, n), floorMod(left.upper, n)};
    return {0, n - 1};
  default:
    llvm_unreachable("no such expression is built");
  }
}

int64_t IndexSpace::getDivisor(AffineExpr expr) const {
  if (auto number = dyn_cast<AffineConstantExpr>(expr))
    return std::abs(number.getValue());
  if (isa<AffineDimExpr>(expr))
    return get(expr).divisor;
  auto binary = cast<AffineBinaryOpExpr>(expr);
  int64_t left = getDivisor(binary.getLHS());
  int64_t right = getDivisor(binary.getRHS());
  switch (expr.getKind()) {
  case AffineExprKind::Add:
  case AffineExprKind::Mod:
    return std::gcd(left, right);
  case AffineExprKind::Mul:
    return left * right;
  case AffineExprKind::FloorDiv:
    return left % right == 0 ? left / right : 1;
  default:
    llvm_unreachable("no such expression is built");
  }
}

//===----------------------------------------------------------------------===//
// Lanes
//===----------------------------------------------------------------------===//

bool IndexSpace::staysInBlock(AffineExpr expr, int64_t stride,
                              int64_t divisor) const {
  // Lane 0 is congruent to `residue` modulo `block`, a divisor of `divisor`.
  LinearForm form = getLinearForm(expr);
  int64_t block = divisor;
  for (auto [term, factor] : form.terms)
    block = std::gcd(block, factor * getDivisor(term));
  int64_t residue = floorMod(form.constant, block);
  return stride > 0 && residue + stride * (lanes - 1) < block;
}

LaneStep IndexSpace::getLaneStep(AffineExpr expr) const {
  if (isa<AffineConstantExpr>(expr))
    return {0};
  if (isa<AffineDimExpr>(expr)) {
    switch (get(expr).kind) {
    case LaneKind::Uniform:
      return {0};
    case LaneKind::Consecutive:
      return {1};
    case LaneKind::PerLane:
      return {};
    }
  }
  auto binary = cast<AffineBinaryOpExpr>(expr);
  LaneStep left = getLaneStep(binary.getLHS());
  LaneStep right = getLaneStep(binary.getRHS());
  if (!left.stride || !right.stride)
    return {};
  if (left.isUniform() && right.isUniform())
    return {0};
  auto number = dyn_cast<AffineConstantExpr>(binary.getRHS());
  switch (expr.getKind()) {
  case AffineExprKind::Add:
    return {*left.stride + *right.stride};
  case AffineExprKind::Mul:
    return {*left.stride * number.getValue()};
  case AffineExprKind::FloorDiv:
    if (staysInBlock(binary.getLHS(), *left.stride, number.getValue()))
      return {0};
    return {};
  case AffineExprKind::Mod:
    if (staysInBlock(binary.getLHS(), *left.stride, number.getValue()))
      return left;
    return {};
  default:
    llvm_unreachable("no such expression is built");
  }
}

bool IndexSpace::isUniform(ArrayRef<AffineExpr> indices) const {
  return llvm::all_of(
      indices, [&](AffineExpr expr) { return getLaneStep(expr).isUniform(); });
}

//===----------------------------------------------------------------------===//
// Simplification
//===----------------------------------------------------------------------===//

static void addScaled(LinearForm &form, AffineExpr expr, int64_t factor) {
  if (auto number = dyn_cast<AffineConstantExpr>(expr)) {
    form.constant += factor * number.getValue();
    return;
  }
  if (auto binary = dyn_cast<AffineBinaryOpExpr>(expr)) {
    if (expr.getKind() == AffineExprKind::Add) {
      addScaled(form, binary.getLHS(), factor);
      addScaled(form, binary.getRHS(), factor);
      return;
    }
    if (expr.getKind() == AffineExprKind::Mul) {
      auto number = cast<AffineConstantExpr>(binary.getRHS());
      addScaled(form, binary.getLHS(), factor * number.getValue());
      return;
    }
  }
  form.add(expr, factor);
}

/// Joins (x floordiv n) * (n * c) + (x mod n) * c to x * c.
static bool joinQuotientAndRemainder(LinearForm &form) {
  for (auto [i, entry] : llvm::enumerate(form.terms)) {
    auto [term, factor] = entry;
    auto mod = dyn_cast<AffineBinaryOpExpr>(term);
    if (!mod || mod.getKind() != AffineExprKind::Mod)
      continue;
    int64_t n = cast<AffineConstantExpr>(mod.getRHS()).getValue();
    AffineExpr quotient = mod.getLHS().floorDiv(n);
    for (auto [j, other] : llvm::enumerate(form.terms)) {
      if (other.first != quotient || other.second != factor * n)
        continue;
      AffineExpr whole = mod.getLHS();
      int64_t scale = factor;
      form.terms.erase(form.terms.begin() + std::max(i, j));
      form.terms.erase(form.terms.begin() + std::min(i, j));
      addScaled(form, whole, scale);
      return true;
    }
  }
  return false;
}

LinearForm IndexSpace::getLinearForm(AffineExpr expr) const {
  LinearForm form;
  addScaled(form, expr, 1);
  while (joinQuotientAndRemainder(form)) {
  }
  llvm::erase_if(form.terms, [](auto &entry) { return entry.second == 0; });
  return form;
}

AffineExpr IndexSpace::fromLinearForm(const LinearForm &form) const {
  // Variables in their order, then quotients and remainders as they came.
  SmallVector<std::pair<AffineExpr, int64_t>, 4> terms;
  for (auto &entry : form.terms)
    if (isa<AffineDimExpr>(entry.first))
      terms.push_back(entry);
  llvm::sort(terms, [](auto &a, auto &b) {
    return cast<AffineDimExpr>(a.first).getPosition() <
           cast<AffineDimExpr>(b.first).getPosition();
  });
  for (auto &entry : form.terms)
    if (!isa<AffineDimExpr>(entry.first))
      terms.push_back(entry);
  AffineExpr sum = constant(0);
  for (auto [term, factor] : terms)
    if (factor != 0)
      sum = sum + term * factor;
  return sum + form.constant;
}

/// Divides what is divisible in `form` by the greatest common divisor of its
/// factors and `divisor`, which is divided too. The constant's remainder is
/// returned.
static int64_t reduce(LinearForm &form, int64_t &divisor, int64_t &gcd) {
  gcd = divisor;
  for (auto [term, factor] : form.terms)
    gcd = std::gcd(gcd, factor);
  int64_t rest = floorMod(form.constant, gcd);
  for (auto &[term, factor] : form.terms)
    factor /= gcd;
  form.constant = (form.constant - rest) / gcd;
  divisor /= gcd;
  return rest;
}

AffineExpr IndexSpace::simplifyDiv(LinearForm form, int64_t divisor) const {
  LinearForm whole, rest;
  for (auto [term, factor] : form.terms) {
    if (factor % divisor == 0)
      whole.add(term, factor / divisor);
    else
      rest.add(term, factor);
  }
  whole.constant = divideFloorSigned(form.constant, divisor);
  rest.constant = floorMod(form.constant, divisor);
  IndexRange range = getRange(fromLinearForm(rest));
  int64_t quotient = divideFloorSigned(range.lower, divisor);
  if (quotient == divideFloorSigned(range.upper, divisor)) {
    whole.constant += quotient;
    return fromLinearForm(whole);
  }
  int64_t gcd;
  reduce(rest, divisor, gcd);
  if (rest.terms.size() == 1 && rest.terms[0].second == 1 &&
      rest.constant == 0) {
    auto inner = dyn_cast<AffineBinaryOpExpr>(rest.terms[0].first);
    if (inner && inner.getKind() == AffineExprKind::FloorDiv) {
      int64_t n = cast<AffineConstantExpr>(inner.getRHS()).getValue();
      return fromLinearForm(whole) +
             simplifyDiv(getLinearForm(inner.getLHS()), n * divisor);
    }
  }
  return fromLinearForm(whole) + fromLinearForm(rest).floorDiv(divisor);
}

AffineExpr IndexSpace::simplifyMod(LinearForm form, int64_t divisor) const {
  llvm::erase_if(form.terms,
                 [&](auto &entry) { return entry.second % divisor == 0; });
  form.constant = floorMod(form.constant, divisor);
  IndexRange range = getRange(fromLinearForm(form));
  int64_t quotient = divideFloorSigned(range.lower, divisor);
  if (quotient == divideFloorSigned(range.upper, divisor)) {
    form.constant -= quotient * divisor;
    return fromLinearForm(form);
  }
  int64_t gcd;
  int64_t rest = reduce(form, divisor, gcd);
  AffineExpr expr = fromLinearForm(form);
  if (auto inner = dyn_cast<AffineBinaryOpExpr>(expr))
    if (inner.getKind() == AffineExprKind::Mod &&
        cast<AffineConstantExpr>(inner.getRHS()).getValue() % divisor == 0)
      return simplifyMod(getLinearForm(inner.getLHS()), divisor) * gcd + rest;
  return (expr % divisor) * gcd + rest;
}

AffineExpr IndexSpace::simplify(AffineExpr expr) const {
  if (isa<AffineConstantExpr>(expr))
    return expr;
  if (isa<AffineDimExpr>(expr)) {
    const IndexVariable &variable = get(expr);
    return variable.lower == variable.upper ? constant(variable.lower) : expr;
  }
  auto binary = cast<AffineBinaryOpExpr>(expr);
  AffineExpr left = simplify(binary.getLHS());
  AffineExpr right = simplify(binary.getRHS());
  if (expr.getKind() == AffineExprKind::Add)
    return fromLinearForm(getLinearForm(left + right));
  int64_t n = cast<AffineConstantExpr>(right).getValue();
  if (expr.getKind() == AffineExprKind::Mul)
    return fromLinearForm(getLinearForm(left * n));
  if (expr.getKind() == AffineExprKind::FloorDiv)
    return simplifyDiv(getLinearForm(left), n);
  return simplifyMod(getLinearForm(left), n);
}

std::optional<int64_t> IndexSpace::splitLinear(AffineExpr expr,
                                               AffineExpr variable,
                                               AffineExpr &rest) const {
  LinearForm form = getLinearForm(expr);
  int64_t factor = 0;
  unsigned position = cast<AffineDimExpr>(variable).getPosition();
  for (auto &[term, termFactor] : form.terms) {
    if (term == variable) {
      factor = termFactor;
      termFactor = 0;
    } else if (term.isFunctionOfDim(position)) {
      return std::nullopt;
    }
  }
  rest = fromLinearForm(form);
  return factor;
}

AffineExpr IndexSpace::linearize(ArrayRef<AffineExpr> indices,
                                 ArrayRef<int64_t> shape) const {
  AffineExpr linear = constant(0);
  for (auto [index, extent] : llvm::zip_equal(indices, shape))
    linear = linear * extent + index;
  return simplify(linear);
}

IndexMap IndexSpace::delinearize(AffineExpr linear,
                                 ArrayRef<int64_t> shape) const {
  IndexMap indices(shape.size(), constant(0));
  int64_t stride = 1;
  for (int64_t i = shape.size() - 1; i >= 0; --i) {
    AffineExpr index = linear.floorDiv(stride);
    // Nothing lies beyond the outermost dimension.
    indices[i] = simplify(i == 0 ? index : index % shape[i]);
    stride *= shape[i];
  }
  return indices;
}

IndexMap IndexSpace::reshape(ArrayRef<AffineExpr> indices,
                             ArrayRef<int64_t> from,
                             ArrayRef<int64_t> to) const {
  IndexMap result;
  size_t i = 0, j = 0;
  // Groups of dimensions with equal products keep to themselves, which leaves
  // less to simplify.
  while (i < from.size() || j < to.size()) {
    size_t firstFrom = i, firstTo = j;
    int64_t left = i < from.size() ? from[i++] : 1;
    int64_t right = j < to.size() ? to[j++] : 1;
    while (left != right || left == 0) {
      if (left < right && i < from.size())
        left *= from[i++];
      else if (j < to.size())
        right *= to[j++];
      else
        break;
    }
    AffineExpr linear = linearize(indices.slice(firstFrom, i - firstFrom),
                                  from.slice(firstFrom, i - firstFrom));
    result.append(delinearize(linear, to.slice(firstTo, j - firstTo)));
  }
  return result;
}
