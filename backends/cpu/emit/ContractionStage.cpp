// Contraction stages: names the roles of the root's dimensions, finds out how
// its operands lie in memory, and has the contraction emitter do the rest. The
// other ops of the stage are the epilogue.

#include "backends/common/emit/ElementTypes.h"
#include "backends/common/emit/EmitOpInterface.h"
#include "backends/common/emit/ModelUtils.h"
#include "backends/common/stage/ContractionRoles.h"
#include "backends/cpu/contraction/ContractionStrategy.h"
#include "backends/cpu/contraction/ContractionTile.h"
#include "backends/cpu/emit/KernelState.h"
#include "backends/cpu/emit/RightPlacement.h"

#include "passes/analysis/PaddedImage.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace tenon;
using namespace tenon::cpu;
using emit::ContractionRoles;
using emit::EmitContext;
using emit::IndexMap;
using emit::LaneKind;
using emit::PlacedOperand;

namespace {

/// Emits one contraction stage through the contraction emitter.
class ContractionStage {
public:
  ContractionStage(KernelState &state, kernel::StageOp stage,
                   ContractionRoles roles, const TileBox &box,
                   ArrayRef<StageTarget> targets)
      : state(state), c(state.context), stage(stage), roles(std::move(roles)),
        box(box), targets(targets) {}

  /// Whether operands and config fit; emits nothing if not.
  bool prepare();
  void setTargets(ArrayRef<StageTarget> newTargets) { targets = newTargets; }
  void emitAll();

private:
  void makeVariables();
  ContractionConfig makeConfig();
  void prepareRight();
  bool prepareLeft();
  void emitOuter(size_t depth);
  bool isPlaced();
  bool padImages();
  AffineExpr imageOffset(ArrayRef<AffineExpr> leftIndices);
  void materializeLeft();
  void materializeRight();
  void materializeImage();
  void emitTile();
  void emitEpilogue(OpBuilder &b, Location loc, const Fragment &fragment);
  EpilogueMode chooseEpilogueMode();
  Value extentOf(const TileRange1D &range);
  Value countRows();

  KernelState &state;
  EmitContext &c;
  kernel::StageOp stage;
  ContractionRoles roles;
  const TileBox &box;
  ArrayRef<StageTarget> targets;

  ContractionProblem problem;
  ContractionConfig config;
  ContractionOperands operands;
  /// Index of the root, with the row and column variables in it; and over one
  /// plain variable per dimension.
  IndexMap root, plainRoot;
  /// Dimensions of the root that are loops around the tile, and those that the
  /// rows of the tile count.
  SmallVector<int64_t> outer, rows;
  AffineExpr row, column;
  /// Reduction variables, in the order of B's rows.
  SmallVector<AffineExpr> depth;
  /// Offsets of the operands' elements; of their scratch copies if `copyLeft`
  /// or `copyRight`.
  AffineExpr leftOffset, rightOffset;
  bool copyLeft = false, copyRight = false;
  Value leftCopy, rightCopy;
  /// The images that are copied one by one with zeros around them, and the
  /// reduction variable that counts them where they are summed over.
  std::optional<PaddedImage> image;
  AffineExpr imageStep;
};

} // namespace

Value ContractionStage::extentOf(const TileRange1D &range) {
  if (range.exact)
    return c.index(range.maxCount);
  return arith::SubIOp::create(c.b, c.loc, range.end, range.begin);
}

/// How many rows the tile has: one, where the left side is a vector.
Value ContractionStage::countRows() {
  if (rows.empty())
    return c.index(1);
  const TileRange1D &first = box[rows.front()];
  Value count = extentOf(first);
  int64_t inner = problem.rows / first.maxCount;
  if (inner == 1)
    return count;
  return arith::MulIOp::create(c.b, c.loc, count, c.index(inner));
}

void ContractionStage::makeVariables() {
  root.assign(box.size(), c.space.constant(0));
  for (const TileRange1D &range : box)
    plainRoot.push_back(
        c.space.add({LaneKind::Uniform, {}, 0, range.extent - 1, 1}));
  // Rows: the last row dimension, and those before it as long as what follows
  // is not split. The others are loops.
  outer = roles.batch;
  rows.clear();
  for (int64_t dim : llvm::reverse(roles.rows)) {
    if (!rows.empty() && box[rows.front()].split)
      break;
    rows.insert(rows.begin(), dim);
  }
  outer.append(roles.rows.begin(), roles.rows.end() - rows.size());
  for (int64_t dim : outer)
    root[dim] = c.space.add({LaneKind::Uniform, {}, 0, box[dim].extent - 1, 1});

  int64_t count = 1;
  SmallVector<int64_t> counts;
  for (int64_t dim : rows) {
    counts.push_back(box[dim].maxCount);
    count *= box[dim].maxCount;
  }
  row = c.space.add({LaneKind::Uniform, {}, 0, count - 1, 1});
  for (auto [dim, index] :
       llvm::zip_equal(rows, c.space.delinearize(row, counts)))
    root[dim] = index + box[dim].beginExpr;
  problem.rows = count;
  problem.dynamicRows =
      llvm::any_of(rows, [&](int64_t dim) { return !box[dim].exact; });

  SmallVector<int64_t> extents;
  problem.columns = 1;
  for (int64_t dim : roles.columns) {
    extents.push_back(box[dim].extent);
    problem.columns *= box[dim].extent;
  }
  column = c.space.add({LaneKind::Uniform, {}, 0, problem.columns - 1, 1});
  for (auto [dim, index] :
       llvm::zip_equal(roles.columns, c.space.delinearize(column, extents)))
    root[dim] = index;
  for (int64_t extent : roles.depth)
    depth.push_back(c.space.add({LaneKind::Uniform, {}, 0, extent - 1, 1}));
}

/// Prepares for copies of single images: no memory holds what the windows
/// reach.
bool ContractionStage::padImages() {
  auto conv = roles.result.getDefiningOp<graph::ConvolutionOp>();
  image = getPaddedImage(conv);
  if (!image->fitsScratch() || image->extents.empty())
    return false;
  root.clear();
  plainRoot.clear();
  depth.clear();
  if (image->isSummed) {
    // Images outermost in the sum; rows along what is contiguous in a copy.
    std::rotate(roles.rows.begin(), roles.rows.begin() + 1, roles.rows.end());
    SmallVector<unsigned> order{unsigned(roles.depth.size() - 1)};
    for (unsigned i = 0; i + 1 < roles.depth.size(); ++i)
      order.push_back(i);
    roles.reorderDepth(order);
  } else {
    roles.batch.push_back(roles.rows.front());
    roles.rows.erase(roles.rows.begin());
  }
  makeVariables();
  if (image->isSummed)
    imageStep = depth.front();
  return true;
}

/// Where the element of lhs at `leftIndices` stands in the copy of its image.
AffineExpr ContractionStage::imageOffset(ArrayRef<AffineExpr> leftIndices) {
  auto conv = roles.result.getDefiningOp<graph::ConvolutionOp>();
  SmallVector<AffineExpr> place;
  SmallVector<int64_t> extents = image->extents;
  for (auto [dim, low] :
       llvm::zip_equal(conv.getInputSpatialDimensions(), conv.getPaddingLow()))
    place.push_back(leftIndices[dim] + low);
  place.push_back(leftIndices[image->innerDim]);
  extents.push_back(emit::shapeOf(roles.left)[image->innerDim]);
  return c.space.simplify(c.space.linearize(place, extents));
}

/// The stage's config, or the policy's choice; for one tile of the kernel.
ContractionConfig ContractionStage::makeConfig() {
  for (int64_t extent : roles.depth)
    problem.reduction.push_back({extent, 1});
  ContractionConfig result = chooseContraction(problem, state.target);
  problem.reduction.clear();
  if (auto attr = dyn_cast_or_null<kernel::ContractionConfigAttr>(
          stage.getLoweringConfigAttr())) {
    result.rowTile = attr.getMr();
    result.columnTile = attr.getNr();
    result.depthBlock = attr.getKc();
    result.unroll = attr.getUnroll();
    result.prefetch = attr.getPrefetch();
    result.packLeft = attr.getPackA();
    result.order =
        attr.getRowsOuter() ? TileOrder::RowsOuter : TileOrder::ColumnsOuter;
  }
  // All stages of a kernel have the same lanes.
  result.lanes = c.space.getLanes();
  result.columnTile = llvm::alignTo(result.columnTile, result.lanes);
  result.rowTile = std::min(result.rowTile, problem.rows);
  result.rowBlock = llvm::alignTo(problem.rows, result.rowTile);
  int64_t columns = 1;
  for (int64_t dim : roles.columns)
    columns *= box[dim].maxCount;
  result.columnBlock = llvm::alignTo(columns, result.columnTile);
  return result;
}

/// Finds the form of B, then the config for it. Without a form that can be read
/// in place, B is copied.
void ContractionStage::prepareRight() {
  std::optional<PlacedOperand> placed =
      emit::placeOperand(state, roles.right, roles.rightIndices(root, depth),
                         roles.rightIndices(plainRoot, depth));
  std::optional<RightPlacement> form;
  if (placed)
    form = classifyRight(c.space, placed->offset, column, problem.columns,
                         depth, roles.depth);
  // What only looks like panels is no whole number of vectors wide.
  if (form && form->form == RightForm::Panels &&
      form->width % c.space.getLanes() != 0)
    form.reset();
  if (form) {
    problem.rightForm = form->form;
    problem.panelWidth = form->width;
    problem.rightStride = form->stride;
  } else {
    problem.rightForm = RightForm::RowMajor;
    problem.rightStride = problem.columns;
  }
  config = makeConfig();
  if (form && form->form == RightForm::Panels) {
    // Several whole panels, if the tile of the kernel holds them, or the widest
    // part of one.
    int64_t tile = config.columnTile;
    bool holdsTiles = llvm::all_of(roles.columns, [&](int64_t dim) {
      return !box[dim].split || box[dim].maxCount % tile == 0;
    });
    if (tile % form->width != 0 || !holdsTiles) {
      tile = std::min(tile, form->width);
      while (tile > 0 && form->width % tile != 0)
        tile -= config.lanes;
    }
    if (tile > 0)
      config.columnTile = tile;
    else
      form.reset();
  }
  copyRight = !form;
  if (copyRight) {
    problem.rightForm = RightForm::Panels;
    problem.panelWidth = config.columnTile;
    return;
  }
  problem.rightType = placed->elementType;
  operands.right = placed->buffer;
  rightOffset = form->base;
  // B's order of rows is the order of the sums.
  SmallVector<AffineExpr> ordered;
  for (unsigned i : form->order)
    ordered.push_back(depth[i]);
  depth = ordered;
  roles.reorderDepth(form->order);
}

bool ContractionStage::prepareLeft() {
  std::optional<PlacedOperand> placed =
      emit::placeOperand(state, roles.left, roles.leftIndices(root, depth),
                         roles.leftIndices(plainRoot, depth));
  if (image) {
    leftCopy = state.allocate(problem.leftType,
                              image->bytes * 8 /
                                  problem.leftType.getIntOrFloatBitWidth());
    placed = PlacedOperand{leftCopy, problem.leftType,
                           imageOffset(roles.leftIndices(root, depth))};
  }
  SmallVector<ReductionLoop> loops;
  bool linear = placed.has_value();
  AffineExpr rest = linear ? placed->offset : AffineExpr();
  for (size_t i = 0; linear && i < depth.size(); ++i) {
    std::optional<int64_t> stride = c.space.splitLinear(rest, depth[i], rest);
    linear = stride.has_value();
    if (linear)
      loops.push_back({roles.depth[i], *stride});
  }
  if (linear) {
    leftOffset = rest;
    operands.left = placed->buffer;
    problem.leftType = placed->elementType;
  } else {
    // A copy of the rows, as wide as the sum is deep. For a convolution that
    // would be im2col, which is not done.
    if (roles.isConvolution)
      return false;
    copyLeft = true;
    loops.clear();
    int64_t stride = 1;
    for (int64_t extent : llvm::reverse(roles.depth)) {
      loops.insert(loops.begin(), {extent, stride});
      stride *= extent;
    }
    leftOffset = row * stride;
  }
  if (loops.empty())
    loops.push_back({1, 0});
  problem.reduction = collapseReduction(loops);
  if (image && image->isSummed) {
    // One image at a time, outside of everything else; the panels of the right
    // side may run in another order.
    int64_t images = emit::shapeOf(roles.left)[image->imageDim];
    if (images > 1 && (depth.front() != imageStep ||
                       problem.reduction.front().extent != images))
      return false;
    config.depthBlock = problem.depth() / images;
  }
  AffineExpr ignored;
  if (std::optional<int64_t> stride =
          c.space.splitLinear(c.space.simplify(leftOffset), row, ignored)) {
    problem.rowGroup = problem.rows;
    problem.rowStride = *stride;
  } else if (rows.size() > 1) {
    // Within the innermost dimension of rows, offsets are linear.
    int64_t inner = box[rows.back()].maxCount;
    AffineExpr local = c.space.add({LaneKind::Uniform, {}, 0, inner - 1, 1});
    IndexMap probe = root;
    probe[rows.back()] = local;
    if (placed) {
      std::optional<PlacedOperand> again =
          emit::placeOperand(state, roles.left, roles.leftIndices(probe, depth),
                             roles.leftIndices(plainRoot, depth));
      if (again)
        if (std::optional<int64_t> stride =
                c.space.splitLinear(again->offset, local, ignored)) {
          problem.rowGroup = inner;
          problem.rowStride = *stride;
        }
    }
  }
  return true;
}

/// Whether memory holds all that a convolution's windows reach.
bool ContractionStage::isPlaced() {
  auto conv = roles.result.getDefiningOp<graph::ConvolutionOp>();
  return llvm::all_of(conv.getLhsDilation(),
                      [](int64_t n) { return n == 1; }) &&
         placeOperand(state, roles.left, roles.leftIndices(root, depth),
                      roles.leftIndices(plainRoot, depth));
}

bool ContractionStage::prepare() {
  makeVariables();
  Type left = getElementTypeOrSelf(roles.left.getType());
  Type right = getElementTypeOrSelf(roles.right.getType());
  if (!isa<FloatType>(left) || !isa<FloatType>(right) ||
      !emit::getMemoryType(left) || !emit::getMemoryType(right))
    return false;
  problem.leftType = emit::getRegisterType(left);
  problem.rightType = emit::getRegisterType(right);
  // The generic emission keeps sums in the result's type.
  if (emit::getRegisterType(getElementTypeOrSelf(roles.result.getType())) !=
      problem.accumulatorType())
    return false;
  int64_t splitColumns = 0;
  for (int64_t dim : roles.columns)
    splitColumns += box[dim].split;
  if (splitColumns > 0 && roles.columns.size() > 1)
    return false;
  if (roles.isConvolution && !isPlaced() && !padImages())
    return false;
  prepareRight();
  // Column tiles begin at whole register tiles.
  if (splitColumns > 0 &&
      box[roles.columns[0]].maxCount % config.columnTile != 0)
    return false;
  return prepareLeft();
}

void ContractionStage::materializeLeft() {
  // Rows one after the other; lanes run along the innermost reduction index.
  int64_t width = 1;
  for (int64_t extent : roles.depth)
    width *= extent;
  Type type = problem.leftType;
  if (!leftCopy)
    leftCopy = state.allocate(type, problem.rows * width);
  operands.left = leftCopy;
  IndexMap indices = roles.leftIndices(root, depth);
  AffineExpr linear = c.space.linearize(depth, roles.depth);
  emit::Storage storage{
      leftCopy, [&](ArrayRef<AffineExpr>) { return row * width + linear; }};
  std::function<void(size_t)> nest = [&](size_t level) {
    if (level + 1 < depth.size()) {
      c.loop(depth[level], c.index(0), c.index(roles.depth[level]), 1,
             [&] { nest(level + 1); });
      return;
    }
    TileRange1D all{c.index(0), c.index(roles.depth[level]),
                    c.space.constant(0), roles.depth[level],
                    roles.depth[level]};
    emitVectorLoop(c, depth[level], all, 2, [&](Value mask) {
      c.store(type, storage, indices, c.emit(roles.left, indices, mask), mask);
    });
    c.space.get(depth[level]).kind = LaneKind::Uniform;
  };
  c.loop(row, c.index(0), countRows(), 1, [&] { nest(0); });
}

/// Copies one image, that of the loops at hand, into scratch.
void ContractionStage::materializeImage() {
  auto conv = roles.result.getDefiningOp<graph::ConvolutionOp>();
  ArrayRef<int64_t> shape = emit::shapeOf(roles.left);
  ArrayRef<int64_t> spatial = conv.getInputSpatialDimensions();
  IndexMap source(shape.size());
  source[image->imageDim] =
      image->isSummed ? imageStep : root[conv.getOutputBatchDimension()];
  AffineExpr inner =
      c.space.add({LaneKind::Uniform, {}, 0, shape[image->innerDim] - 1, 1});
  source[image->innerDim] = inner;
  SmallVector<AffineExpr> place;
  for (int64_t extent : image->extents)
    place.push_back(c.space.add({LaneKind::Uniform, {}, 0, extent - 1, 1}));
  SmallVector<AffineExpr> offsets(place);
  offsets.push_back(inner);
  SmallVector<int64_t> extents = image->extents;
  extents.push_back(shape[image->innerDim]);
  emit::Storage storage{leftCopy, [&](ArrayRef<AffineExpr>) {
                          return c.space.linearize(offsets, extents);
                        }};
  TileRange1D all{c.index(0), c.index(extents.back()), c.space.constant(0),
                  extents.back(), extents.back()};
  auto fill = [&](bool isInside) {
    emitVectorLoop(c, inner, all, 2, [&](Value mask) {
      Value value = isInside ? c.emit(roles.left, source, mask)
                             : c.zero(problem.leftType);
      c.store(problem.leftType, storage, source, value, mask);
    });
    c.space.get(inner).kind = LaneKind::Uniform;
  };
  // Dimension by dimension: what is outside along one is zero.
  std::function<void(size_t, Value)> nest = [&](size_t level, Value inside) {
    if (level < place.size()) {
      c.loop(place[level], c.index(0), c.index(image->extents[level]), 1, [&] {
        AffineExpr index = place[level] - conv.getPaddingLow()[level];
        int64_t dilation = conv.getLhsDilation()[level];
        int64_t extent = shape[spatial[level]];
        bool outside = false, between = false;
        Value within =
            c.isWithin(index, 0, (extent - 1) * dilation + 1, outside);
        if (dilation > 1)
          within =
              c.andMasks(within, c.isWithin(index % dilation, 0, 1, between));
        assert(!outside && !between && "the extent is what windows reach");
        source[spatial[level]] = c.dynamicIndex(
            roles.result, 500 + level, {},
            {LaneKind::Uniform, c.evaluate(index.floorDiv(dilation)), 0,
             extent - 1, 1});
        nest(level + 1, c.andMasks(inside, within));
      });
      return;
    }
    if (!inside)
      return fill(true);
    auto branch =
        scf::IfOp::create(c.b, c.loc, inside, /*withElseRegion=*/true);
    OpBuilder::InsertionGuard guard(c.b);
    for (bool isInside : {true, false}) {
      EmitContext::Scope scope(c);
      c.b.setInsertionPointToStart(isInside ? branch.thenBlock()
                                            : branch.elseBlock());
      fill(isInside);
    }
  };
  nest(0, {});
}

void ContractionStage::materializeRight() {
  // Panels of the register tile's width; lanes run along the columns.
  int64_t width = config.columnTile, steps = 1;
  for (int64_t extent : roles.depth)
    steps *= extent;
  TileRange1D range{c.index(0), c.index(problem.columns), c.space.constant(0),
                    problem.columns, problem.columns};
  for (int64_t dim : roles.columns)
    if (box[dim].split)
      range = box[dim];
  Type type = problem.rightType;
  int64_t panels = (range.maxCount + width - 1) / width;
  if (!rightCopy)
    rightCopy = state.allocate(type, panels * steps * width);
  operands.right = rightCopy;
  // Panels count from the tile's first column.
  AffineExpr shift = range.beginExpr * -steps;
  IndexMap indices = roles.rightIndices(root, depth);
  AffineExpr local = column - range.beginExpr;
  AffineExpr step = c.space.linearize(depth, roles.depth);
  emit::Storage storage{rightCopy, [&](ArrayRef<AffineExpr>) {
                          return local.floorDiv(width) * (steps * width) +
                                 step * width + local % width;
                        }};
  std::function<void(size_t)> nest = [&](size_t level) {
    if (level < depth.size()) {
      c.loop(depth[level], c.index(0), c.index(roles.depth[level]), 1,
             [&] { nest(level + 1); });
      return;
    }
    emitVectorLoop(c, column, range, 1, [&](Value mask) {
      c.store(type, storage, indices, c.emit(roles.right, indices, mask), mask);
    });
    c.space.get(column).kind = LaneKind::Uniform;
  };
  nest(0);
  rightOffset = shift;
}

EpilogueMode ContractionStage::chooseEpilogueMode() {
  int64_t cost = 0;
  for (Operation &op : stage.getBody().front().without_terminator())
    if (op.getResult(0) != roles.result)
      if (auto emitOp = dyn_cast<emit::EmitOpInterface>(op))
        cost += emitOp.getEmitCost();
  return cost <= 8 ? EpilogueMode::Registers : EpilogueMode::Loop;
}

void ContractionStage::emitEpilogue(OpBuilder &b, Location,
                                    const Fragment &fragment) {
  OpBuilder::InsertionGuard guard(c.b);
  c.b.setInsertionPoint(b.getInsertionBlock(), b.getInsertionPoint());
  EmitContext::Scope scope(c);
  emit::IndexVariable &columnInfo = c.space.get(column);
  columnInfo.kind = LaneKind::Consecutive;
  columnInfo.divisor = config.lanes;
  columnInfo.value = fragment.column;
  c.space.get(row).value = fragment.row;
  Value mask;
  if (fragment.lanes < config.lanes)
    mask = c.firstLanes(c.index(fragment.lanes));
  c.bindValue(roles.result, root, fragment.value);
  state.emitTargets(targets, root, mask);
  c.space.get(column).kind = LaneKind::Uniform;
  c.space.get(column).value = {};
  c.space.get(row).value = {};
}

void ContractionStage::emitTile() {
  if (copyRight)
    materializeRight();
  if (copyLeft)
    materializeLeft();
  if (image && !image->isSummed)
    materializeImage();
  EpilogueMode mode = chooseEpilogueMode();
  int64_t bytes = contractionScratchBytes(problem, config, mode);
  operands.scratch = state.scratch;
  operands.scratchOffset = bytes > 0 ? state.reserve(bytes) : 0;
  auto evaluateAt = [&](AffineExpr expr) {
    c.space.get(column).value = c.index(0);
    Value value = c.evaluate(expr);
    c.space.get(column).value = {};
    return value;
  };
  operands.rightOffset = evaluateAt(rightOffset);

  TileRange range;
  range.rowBegin = c.index(0);
  range.rowEnd = countRows();
  range.columnBegin = c.index(0);
  range.columnEnd = c.index(problem.columns);
  for (int64_t dim : roles.columns)
    if (box[dim].split) {
      range.columnBegin = box[dim].begin;
      range.columnEnd = box[dim].end;
    }

  ContractionCallbacks callbacks;
  callbacks.epilogueMode = mode;
  callbacks.leftOffset = [&](OpBuilder &b, Location, Value rowValue) {
    OpBuilder::InsertionGuard guard(c.b);
    c.b.setInsertionPoint(b.getInsertionBlock(), b.getInsertionPoint());
    c.space.get(row).value = rowValue;
    Value offset = c.evaluate(leftOffset);
    c.space.get(row).value = {};
    return offset;
  };
  callbacks.epilogue = [&](OpBuilder &b, Location loc,
                           const Fragment &fragment) {
    emitEpilogue(b, loc, fragment);
  };
  if (image && image->isSummed)
    callbacks.beginDepthBlock = [&](OpBuilder &b, Location, Value step) {
      OpBuilder::InsertionGuard guard(c.b);
      c.b.setInsertionPoint(b.getInsertionBlock(), b.getInsertionPoint());
      EmitContext::Scope scope(c);
      c.space.get(imageStep).value = step;
      materializeImage();
      c.space.get(imageStep).value = {};
    };
  emitContractionTile(c.b, c.loc, problem, config, operands, range, callbacks);
}

void ContractionStage::emitOuter(size_t level) {
  if (level == outer.size())
    return emitTile();
  int64_t dim = outer[level];
  c.loop(root[dim], box[dim].begin, box[dim].end, 1,
         [&] { emitOuter(level + 1); });
}

void ContractionStage::emitAll() { emitOuter(0); }

/// Whether nothing but a dilated input keeps a convolution from being read in
/// place.
static bool isDilatedOnly(const ContractionRoles &roles) {
  auto conv = roles.result.getDefiningOp<graph::ConvolutionOp>();
  return conv && conv.getFeatureGroupCount() == 1 &&
         conv.getBatchGroupCount() == 1;
}

LogicalResult tenon::cpu::emitContractionStage(KernelState &state,
                                               kernel::StageOp stage,
                                               const StageForm &form) {
  std::optional<ContractionRoles> roles = emit::findContraction(stage);
  auto shape = cast<RankedTensorType>(roles->result.getType()).getShape();
  if (llvm::is_contained(shape, 0) || llvm::is_contained(roles->depth, 0) ||
      (!roles->isRegular() && !isDilatedOnly(*roles)))
    return emitLoopStage(state, stage, form);
  FailureOr<TileBox> box = state.getBox(stage, shape);
  if (failed(box))
    return failure();
  SmallVector<StageTarget> targets;
  ContractionStage emitter(state, stage, *roles, *box, targets);
  if (!emitter.prepare())
    return emitLoopStage(state, stage, form);

  targets = state.makeTargets(stage, form, *box);
  emitter.setTargets(targets);
  emitter.emitAll();
  for (const StageTarget &target : targets)
    state.zeroSurroundings(target, *box);
  return success(!state.context.hasFailed());
}
