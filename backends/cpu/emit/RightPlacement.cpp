#include "backends/cpu/emit/RightPlacement.h"

using namespace mlir;
using namespace tenon;
using namespace tenon::cpu;
using emit::IndexSpace;

/// Whether strides belong to nested loops over contiguous steps of `unit`:
/// sorts them, outermost first.
static bool composes(ArrayRef<int64_t> strides, ArrayRef<int64_t> extents,
                     int64_t &unit, SmallVectorImpl<unsigned> &order) {
  for (unsigned i = 0; i < strides.size(); ++i)
    order.push_back(i);
  // A loop of one step has no stride; it goes outside.
  llvm::sort(order, [&](unsigned a, unsigned b) {
    auto key = [&](unsigned i) {
      return std::make_pair(extents[i] > 1, -strides[i]);
    };
    return std::make_pair(key(a), a) < std::make_pair(key(b), b);
  });
  unit = 0;
  int64_t expected = 0;
  for (unsigned i : llvm::reverse(order)) {
    if (extents[i] == 1)
      continue;
    if (unit == 0)
      unit = expected = strides[i];
    if (strides[i] != expected || expected <= 0)
      return false;
    expected *= extents[i];
  }
  return true;
}

std::optional<RightPlacement>
tenon::cpu::classifyRight(const IndexSpace &space, AffineExpr offset,
                          AffineExpr column, int64_t columns,
                          ArrayRef<AffineExpr> sum, ArrayRef<int64_t> extents) {
  RightPlacement placement;
  AffineExpr rest = space.simplify(offset);
  SmallVector<int64_t> strides;
  int64_t depth = 1;
  for (auto [index, extent] : llvm::zip_equal(sum, extents)) {
    std::optional<int64_t> stride = space.splitLinear(rest, index, rest);
    if (!stride)
      return std::nullopt;
    strides.push_back(*stride);
    depth *= extent;
  }
  int64_t unit;
  if (!composes(strides, extents, unit, placement.order))
    return std::nullopt;

  if (std::optional<int64_t> stride =
          space.splitLinear(rest, column, placement.base)) {
    if (columns == 1)
      stride = 1;
    // A sum of one step can have any stride.
    if (*stride == 1) {
      placement.form = RightForm::RowMajor;
      placement.stride = unit ? unit : columns;
      return placement;
    }
    if (unit == 1 || unit == 0) {
      placement.form = RightForm::ColumnMajor;
      placement.stride = *stride;
      return placement;
    }
    return std::nullopt;
  }

  // (column floordiv width) * (width * depth) + column mod width
  emit::LinearForm form = space.getLinearForm(rest);
  for (auto &[term, factor] : form.terms) {
    auto mod = dyn_cast<AffineBinaryOpExpr>(term);
    if (!mod || mod.getKind() != AffineExprKind::Mod ||
        mod.getLHS() != column || factor != 1)
      continue;
    int64_t width = cast<AffineConstantExpr>(mod.getRHS()).getValue();
    AffineExpr panels = column.floorDiv(width) * (width * depth) + term;
    placement.base = space.simplify(rest - panels);
    if (placement.base.isFunctionOfDim(
            cast<AffineDimExpr>(column).getPosition()) ||
        (unit != 0 && unit != width))
      return std::nullopt;
    placement.form = RightForm::Panels;
    placement.width = width;
    return placement;
  }
  return std::nullopt;
}
