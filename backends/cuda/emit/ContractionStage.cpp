// Contraction stages: a block stages tiles of both operands in shared memory,
// whatever they are made of, multiplies them, and hands the sums to the
// epilogue element by element.

#include "backends/common/emit/ElementTypes.h"
#include "backends/common/emit/EmitOpInterface.h"
#include "backends/common/stage/ContractionRoles.h"
#include "backends/cuda/emit/BlockProduct.h"
#include "backends/cuda/emit/BlockState.h"
#include "ir/graph/ContractionOps.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace tenon;
using namespace tenon::cuda;
using emit::ContractionRoles;
using emit::EmitContext;
using emit::IndexMap;
using emit::LaneKind;
using kernel::BlockContractionConfigAttr;

namespace {

/// Emits one contraction stage.
class ContractionStage {
public:
  ContractionStage(BlockState &state, ContractionRoles roles,
                   const TileBox &box, BlockContractionConfigAttr config,
                   ArrayRef<StageTarget> targets)
      : state(state), c(state.context), roles(std::move(roles)), box(box),
        config(config), targets(targets) {}

  void emitAll();

private:
  void makeVariables();
  void emitBatch(size_t level);
  void emitTile();
  void emitEpilogue();
  SmallVector<Value> sumTile();

  /// Loads what a thread stages of both operands, from `firstStep` on; and
  /// stores it in the tiles.
  SmallVector<Value> loadStep();
  void storeStep(ArrayRef<Value> values);
  Value loadLeft(Value localRow, Value localStep, Value exists);
  Value loadRight(Value localColumn, Value localStep, Value exists);
  /// An element of a tile of `lines` rows or columns.
  struct Place {
    Value line, step;
    Value exists; ///< i1: false beyond the tile's end; null if it is not
  };
  /// The elements of such a tile that a thread stages, in turns.
  SmallVector<Place> placesOf(int64_t lines, bool stepFast);

  /// Emits a loop over rows x columns elements, each by one thread, fastest
  /// along columns if `columnsFast`; `body` gets both.
  void overTile(int64_t rows, int64_t columns, bool columnsFast,
                llvm::function_ref<void(Value row, Value column)> body);
  /// The element of an operand, or zero where it does not exist.
  Value operandOrZero(Value operand, Type type, const IndexMap &indices,
                      Value exists, bool isPadded);
  /// i1: whether base + local < count; null if that is always so.
  Value below(AffineExpr variable, int64_t tile, int64_t count);
  bool isStepFast(Value operand, const IndexMap &indices, const IndexMap &reach,
                  AffineExpr other);
  bool needsPadding();
  bool isColumnFast();
  Value plus(Value a, Value b) {
    return arith::AddIOp::create(c.b, c.loc, a, b);
  }

  BlockState &state;
  EmitContext &c;
  ContractionRoles roles;
  const TileBox &box;
  BlockContractionConfigAttr config;
  ArrayRef<StageTarget> targets;
  std::unique_ptr<BlockProduct> product;

  /// Over the batch variables, `row` and `column`; and over one plain variable
  /// per dimension.
  IndexMap root, plainRoot;
  AffineExpr row, column, step;
  int64_t rowCount = 1, columnCount = 1, stepCount = 1;
  SmallVector<AffineExpr> depth;
  bool leftStepFast = true, rightStepFast = false, columnFast = true;
  bool padded = false;
  SmallVector<Place> leftPlaces, rightPlaces;
  /// The first row, column and step of the tile being made.
  Value firstRow, firstColumn, firstStep;
};

} // namespace

void ContractionStage::makeVariables() {
  root.assign(box.size(), c.space.constant(0));
  for (const TileRange1D &range : box)
    plainRoot.push_back(
        c.space.add({LaneKind::Uniform, {}, 0, range.extent - 1, 1}));
  for (int64_t dim : roles.batch)
    root[dim] = c.space.add({LaneKind::Uniform, {}, 0, box[dim].extent - 1, 1});
  auto spread = [&](ArrayRef<int64_t> dims, int64_t &count) {
    SmallVector<int64_t> counts;
    for (int64_t dim : dims)
      counts.push_back(box[dim].maxCount);
    count = boxCount(box, dims);
    AffineExpr number = c.space.add({LaneKind::Uniform, {}, 0, count - 1, 1});
    for (auto [dim, local] :
         llvm::zip_equal(dims, c.space.delinearize(number, counts)))
      root[dim] = c.space.simplify(local + box[dim].beginExpr);
    return number;
  };
  row = spread(roles.rows, rowCount);
  column = spread(roles.columns, columnCount);
  for (int64_t extent : roles.depth)
    stepCount *= extent;
  step = c.space.add({LaneKind::Uniform, {}, 0, stepCount - 1, 1});
  depth = llvm::to_vector<4>(c.space.delinearize(step, roles.depth));

  leftStepFast = isStepFast(roles.left, roles.leftIndices(root, depth),
                            roles.leftIndices(plainRoot, depth), row);
  rightStepFast = isStepFast(roles.right, roles.rightIndices(root, depth),
                             roles.rightIndices(plainRoot, depth), column);
  columnFast = isColumnFast();
  padded = needsPadding();
}

/// How far `expr` moves from step 0 to 1 of `variable`, the others being 0.
static int64_t strideAtZero(AffineExpr expr, AffineExpr variable) {
  auto valueAt = [&](int64_t position) {
    AffineExpr result = expr;
    expr.walk([&](AffineExpr part) {
      if (!isa<AffineDimExpr>(part))
        return;
      result = result.replace(
          part, getAffineConstantExpr(part == variable ? position : 0,
                                      expr.getContext()));
    });
    auto number = dyn_cast<AffineConstantExpr>(result);
    return number ? number.getValue() : 0;
  };
  return valueAt(1) - valueAt(0);
}

/// Whether neighbouring steps of the sum are neighbours in memory, rather than
/// neighbouring rows or columns.
bool ContractionStage::isStepFast(Value operand, const IndexMap &indices,
                                  const IndexMap &reach, AffineExpr other) {
  if (std::optional<emit::PlacedOperand> placed =
          emit::placeOperand(state, operand, indices, reach)) {
    if (strideAtZero(placed->offset, step) == 1)
      return true;
    return strideAtZero(placed->offset, other) != 1;
  }
  return !indices.empty() && strideAtZero(indices.back(), step) == 1;
}

bool ContractionStage::isColumnFast() {
  for (const StageTarget &target : targets)
    for (const emit::Storage &storage : target.storages) {
      AffineExpr offset = c.space.simplify(
          storage.offset(emit::toValueIndices(c.space, target.path, root)));
      return strideAtZero(offset, row) != 1 ||
             strideAtZero(offset, column) == 1;
    }
  return true;
}

/// Whether a convolution reads places that its operand's storage lacks.
bool ContractionStage::needsPadding() {
  return roles.isConvolution &&
         !emit::placeOperand(state, roles.left, roles.leftIndices(root, depth),
                             roles.leftIndices(plainRoot, depth));
}

Value ContractionStage::below(AffineExpr variable, int64_t tile,
                              int64_t count) {
  if (count % tile == 0)
    return {};
  return arith::CmpIOp::create(c.b, c.loc, arith::CmpIPredicate::slt,
                               c.space.get(variable).value, c.index(count));
}

void ContractionStage::overTile(int64_t rows, int64_t columns, bool columnsFast,
                                llvm::function_ref<void(Value, Value)> body) {
  int64_t count = rows * columns;
  AffineExpr number = c.space.add({LaneKind::Uniform, {}, 0, count - 1, 1});
  AffineExpr turn = c.space.add({LaneKind::Uniform, {}, 0, count, 1});
  auto one = [&] {
    int64_t inner = columnsFast ? columns : rows;
    Value fast = c.evaluate(number % inner);
    Value slow = c.evaluate(number.floorDiv(inner));
    body(columnsFast ? slow : fast, columnsFast ? fast : slow);
  };
  if (count % state.threads != 0)
    return state.forEachElement(number, count, one);
  // All threads take as many turns, which lets loads of several overlap.
  c.loop(turn, c.index(0), c.index(count), state.threads, [&] {
    c.space.get(number).value = plus(state.thread, c.space.get(turn).value);
    one();
    c.space.get(number).value = {};
  });
}

Value ContractionStage::operandOrZero(Value operand, Type type,
                                      const IndexMap &indices, Value exists,
                                      bool isPadded) {
  bool never = false;
  if (isPadded)
    for (auto [index, extent] : llvm::zip_equal(
             indices, cast<RankedTensorType>(operand.getType()).getShape())) {
      bool outside = false;
      exists = c.andMasks(exists, c.isWithin(index, 0, extent, outside));
      never |= outside;
    }
  Type registerType = emit::getRegisterType(type);
  if (never)
    return c.zero(registerType);
  auto load = [&] {
    return emit::widenElement(c, getElementTypeOrSelf(operand), type,
                              c.emit(operand, indices));
  };
  if (!exists)
    return load();
  return c.branch(exists, registerType, load,
                  [&] { return c.zero(registerType); });
}

SmallVector<ContractionStage::Place> ContractionStage::placesOf(int64_t lines,
                                                                bool stepFast) {
  int64_t depth = config.getDepth(), count = lines * depth;
  AffineExpr number = c.space.add({LaneKind::Uniform, {}, 0, count - 1, 1});
  AffineExpr line = number % lines, step = number.floorDiv(lines);
  if (stepFast && product->interleavesSteps() && depth % 8 == 0 &&
      lines % 4 == 0) {
    // Eight steps of four lines make a warp.
    AffineExpr eights = number.floorDiv(8);
    AffineExpr fours = eights.floorDiv(4);
    step = number % 8 + fours % (depth / 8) * 8;
    line = eights % 4 + fours.floorDiv(depth / 8) * 4;
  } else if (stepFast) {
    step = number % depth;
    line = number.floorDiv(depth);
  }
  SmallVector<Place> places;
  for (int64_t first = 0; first < count; first += state.threads) {
    Value own = plus(state.thread, c.index(first));
    Value exists;
    if (first + state.threads > count)
      exists = arith::CmpIOp::create(c.b, c.loc, arith::CmpIPredicate::ult, own,
                                     c.index(count));
    EmitContext::Scope scope(c);
    c.space.get(number).value = own;
    places.push_back({c.evaluate(line), c.evaluate(step), exists});
    c.space.get(number).value = {};
  }
  return places;
}

Value ContractionStage::loadLeft(Value localRow, Value localStep,
                                 Value exists) {
  EmitContext::Scope scope(c);
  c.space.get(row).value = plus(firstRow, localRow);
  c.space.get(step).value = plus(firstStep, localStep);
  exists = c.andMasks(exists, below(row, config.getRows(), rowCount));
  exists = c.andMasks(exists, below(step, config.getDepth(), stepCount));
  exists =
      c.andMasks(exists, boxIndices(state, box, roles.rows, row, root).inside);
  Value value = operandOrZero(roles.left, product->leftType(),
                              roles.leftIndices(root, depth), exists, padded);
  c.space.get(row).value = {};
  c.space.get(step).value = {};
  return value;
}

Value ContractionStage::loadRight(Value localColumn, Value localStep,
                                  Value exists) {
  EmitContext::Scope scope(c);
  c.space.get(column).value = plus(firstColumn, localColumn);
  c.space.get(step).value = plus(firstStep, localStep);
  exists = c.andMasks(exists, below(column, config.getColumns(), columnCount));
  exists = c.andMasks(exists, below(step, config.getDepth(), stepCount));
  exists = c.andMasks(
      exists, boxIndices(state, box, roles.columns, column, root).inside);
  Value value = operandOrZero(roles.right, product->rightType(),
                              roles.rightIndices(root, depth), exists,
                              /*isPadded=*/false);
  c.space.get(column).value = {};
  c.space.get(step).value = {};
  return value;
}

SmallVector<Value> ContractionStage::loadStep() {
  SmallVector<Value> values;
  for (const Place &place : leftPlaces)
    values.push_back(loadLeft(place.line, place.step, place.exists));
  for (const Place &place : rightPlaces)
    values.push_back(loadRight(place.line, place.step, place.exists));
  return values;
}

void ContractionStage::storeStep(ArrayRef<Value> values) {
  for (auto [place, value] :
       llvm::zip_equal(leftPlaces, values.take_front(leftPlaces.size())))
    state.guarded(place.exists, [&, place = place, value = value] {
      product->storeLeft(value, place.line, place.step);
    });
  for (auto [place, value] :
       llvm::zip_equal(rightPlaces, values.drop_front(leftPlaces.size())))
    state.guarded(place.exists, [&, place = place, value = value] {
      product->storeRight(value, place.step, place.line);
    });
}

/// The sums over all steps of the tile at hand. What the next step needs is
/// loaded into registers before the last one is multiplied, so that threads
/// wait for memory while they work.
SmallVector<Value> ContractionStage::sumTile() {
  AffineExpr stepTile =
      c.space.add({LaneKind::Uniform, {}, 0, stepCount - 1, 1});
  int64_t last =
      (llvm::divideCeil(stepCount, config.getDepth()) - 1) * config.getDepth();
  auto multiply = [&](ArrayRef<Value> loaded, ValueRange sums, bool isLast) {
    // The last step's operands, or sums, have been read.
    state.barrier();
    storeStep(loaded);
    state.barrier();
    SmallVector<Value> next;
    if (!isLast)
      next = loadStep();
    SmallVector<Value> result = product->multiply(sums);
    result.append(next);
    return result;
  };
  SmallVector<Value> carried = product->zeroSums();
  size_t sums = carried.size();
  firstStep = c.index(0);
  carried.append(loadStep());
  carried = c.loop(stepTile, c.index(0), c.index(last), config.getDepth(),
                   carried, [&](ValueRange values) {
                     SmallVector<Value> before(values);
                     firstStep = plus(c.space.get(stepTile).value,
                                      c.index(config.getDepth()));
                     return multiply(ArrayRef(before).drop_front(sums),
                                     ArrayRef(before).take_front(sums),
                                     /*isLast=*/false);
                   });
  return multiply(ArrayRef(carried).drop_front(sums),
                  ArrayRef(carried).take_front(sums), /*isLast=*/true);
}

void ContractionStage::emitEpilogue() {
  overTile(
      config.getRows(), config.getColumns(), columnFast,
      [&](Value localRow, Value localColumn) {
        EmitContext::Scope scope(c);
        c.space.get(row).value = plus(firstRow, localRow);
        c.space.get(column).value = plus(firstColumn, localColumn);
        Value exists = below(row, config.getRows(), rowCount);
        exists =
            c.andMasks(exists, below(column, config.getColumns(), columnCount));
        exists = c.andMasks(
            exists, boxIndices(state, box, roles.rows, row, root).inside);
        exists = c.andMasks(
            exists, boxIndices(state, box, roles.columns, column, root).inside);
        state.guarded(exists, [&] {
          c.bindValue(roles.result, root,
                      product->loadSum(localRow, localColumn));
          state.emitTargets(targets, root, {});
        });
        c.space.get(row).value = {};
        c.space.get(column).value = {};
      });
}

void ContractionStage::emitTile() {
  AffineExpr rowTile = c.space.add({LaneKind::Uniform, {}, 0, rowCount - 1, 1});
  AffineExpr columnTile =
      c.space.add({LaneKind::Uniform, {}, 0, columnCount - 1, 1});
  leftPlaces = placesOf(config.getRows(), leftStepFast);
  rightPlaces = placesOf(config.getColumns(), rightStepFast);
  c.loop(rowTile, c.index(0), c.index(rowCount), config.getRows(), [&] {
    firstRow = c.space.get(rowTile).value;
    c.loop(columnTile, c.index(0), c.index(columnCount), config.getColumns(),
           [&] {
             firstColumn = c.space.get(columnTile).value;
             SmallVector<Value> sums = sumTile();
             state.barrier();
             product->storeSums(sums);
             state.barrier();
             emitEpilogue();
           });
  });
}

void ContractionStage::emitBatch(size_t level) {
  if (level == roles.batch.size())
    return emitTile();
  int64_t dim = roles.batch[level];
  c.loop(root[dim], box[dim].begin, box[dim].end, 1,
         [&] { emitBatch(level + 1); });
}

void ContractionStage::emitAll() {
  product = createBlockProduct(state, config,
                               getElementTypeOrSelf(roles.left.getType()),
                               getElementTypeOrSelf(roles.right.getType()),
                               getElementTypeOrSelf(roles.result.getType()));
  state.reserveStaging(product->stagingBytes());
  product->open();
  makeVariables();
  emitBatch(0);
}

/// What any block can do.
static BlockContractionConfigAttr defaultConfig(BlockState &state) {
  int64_t down = state.threads / 16;
  return BlockContractionConfigAttr::get(state.context.b.getContext(),
                                         state.threads, 4 * down, 64, 16, 4, 4,
                                         /*mma=*/false);
}

LogicalResult tenon::cuda::emitContractionStage(BlockState &state,
                                                kernel::StageOp stage,
                                                const StageForm &form) {
  std::optional<ContractionRoles> roles = emit::findContraction(stage);
  auto shape = cast<RankedTensorType>(roles->result.getType()).getShape();
  if (llvm::is_contained(shape, 0) || llvm::is_contained(roles->depth, 0) ||
      !roles->isRegular())
    return emitLoopStage(state, stage, form);
  FailureOr<TileBox> box = state.getBox(stage, shape);
  if (failed(box))
    return failure();
  auto config = dyn_cast_or_null<BlockContractionConfigAttr>(
      stage.getLoweringConfigAttr());
  if (!config)
    config = defaultConfig(state);

  SmallVector<StageTarget> targets = state.makeTargets(stage, form, *box);
  ContractionStage(state, *roles, *box, config, targets).emitAll();
  for (const StageTarget &target : targets)
    state.zeroSurroundings(target, *box);
  return success(!state.context.hasFailed());
}
