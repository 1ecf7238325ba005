// How a random graph grows: a pool of values, and steps that add to it. One
// file per family of ops holds its steps; GraphGrower.cpp has the table.

#ifndef TENON_COMPILER_CHECK_GRAPHGROWER_H
#define TENON_COMPILER_CHECK_GRAPHGROWER_H

#include "compiler/check/Random.h"
#include "compiler/check/RandomGraph.h"
#include "ir/graph/GraphBuilder.h"

#include "llvm/ADT/DenseSet.h"

namespace tenon::check {

using Shape = llvm::SmallVector<int64_t>;

/// Builds one graph. Steps write with `b` and draw from `rng`.
class GraphGrower {
public:
  using Value = mlir::Value;
  using Type = mlir::Type;
  using Tensor = mlir::RankedTensorType;

  GraphGrower(mlir::MLIRContext &context, const RandomGraphOptions &options);
  RandomGraph run();

  Random rng;
  graph::GraphBuilder b;
  const RandomGraphOptions &options;

  /// A value of the pool, late ones and unused ones more often.
  Value pick();
  /// One that `suits`, or null.
  Value pick(llvm::function_ref<bool(Tensor)> suits);
  /// One of a float type, made of another where there is none.
  Value pickFloat();
  /// One of an integer type (no i1), likewise.
  Value pickInteger();
  /// A value of exactly this type: one that is there, one made of such, or a
  /// new leaf.
  Value like(Tensor type);
  /// An i1 of this shape.
  Value predicate(llvm::ArrayRef<int64_t> shape);
  /// The value with ones for NaN, whose sign a total order would show; itself
  /// where it is no float.
  Value withoutNan(Value value);
  /// A new input, weight or constant.
  Value leaf(Tensor type);
  /// Whole numbers in [low, high] of an integer type, as a constant.
  Value indices(llvm::ArrayRef<int64_t> shape, Type element, int64_t low,
                int64_t high);
  /// Random literal values.
  mlir::DenseElementsAttr literal(Tensor type);

  Type element();
  /// f32 most of the time.
  Type floatElement();
  /// A size of one dimension.
  int64_t size(int64_t limit);
  /// A shape of at most `limit` elements.
  Shape shape(int64_t minRank, int64_t maxRank, int64_t limit);
  /// The numbers of some of `rank` dimensions, ascending, at least `least`.
  Shape someDims(int64_t rank, int64_t least);
  Shape permutation(int64_t rank);

  static Tensor typeOf(Value value) {
    return mlir::cast<Tensor>(value.getType());
  }
  static Type elementOf(Value value) { return typeOf(value).getElementType(); }
  static int64_t count(llvm::ArrayRef<int64_t> shape);
  bool fits(llvm::ArrayRef<int64_t> shape) const {
    return count(shape) <= options.maxElements;
  }

private:
  bool step();
  void addVariables();
  void finishVariables();
  void addOutputs();
  void donate(mlir::ModuleOp module);
  Value made(Tensor type);
  Value weightLeaf(Tensor type);

  llvm::SmallVector<Value> pool;
  llvm::SmallVector<std::pair<std::string, Value>> variables;
  std::vector<uint8_t> weights;
  int64_t inputs = 0, weightCount = 0;
  mlir::Block *body = nullptr;
};

/// Adds ops and gives the values that join the pool; none where nothing fits.
using Step = llvm::SmallVector<mlir::Value> (*)(GraphGrower &);

struct WeightedStep {
  Step step;
  int64_t weight; ///< How often it is taken, relative to the others.
};

// The steps of each family, one file each.
llvm::ArrayRef<WeightedStep> elementwiseSteps();
llvm::ArrayRef<WeightedStep> shapeSteps();
llvm::ArrayRef<WeightedStep> reductionSteps();
llvm::ArrayRef<WeightedStep> contractionSteps();
llvm::ArrayRef<WeightedStep> indexingSteps();
llvm::ArrayRef<WeightedStep> compositeSteps();
llvm::ArrayRef<WeightedStep> controlSteps();

} // namespace tenon::check

#endif // TENON_COMPILER_CHECK_GRAPHGROWER_H
