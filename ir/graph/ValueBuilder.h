//===- ValueBuilder.h - Short ways to write graphs in C++ -----------------===//
//
// Wraps an OpBuilder and a location. What decompositions, derivatives and front
// ends write with; GraphBuilder.h adds modules and entries. Shapes must fit: an
// op that would not verify is a fatal error here.
//
//===----------------------------------------------------------------------===//

#ifndef TENON_IR_GRAPH_VALUEBUILDER_H
#define TENON_IR_GRAPH_VALUEBUILDER_H

#include "ir/graph/GraphOps.h"
#include "ir/graph/Shapes.h"
#include "mlir/IR/Builders.h"

namespace tenon::graph {

/// Builds ops at the insertion point of an OpBuilder that outlives it.
class ValueBuilder {
public:
  using Value = mlir::Value;
  using Ints = llvm::ArrayRef<int64_t>;

  ValueBuilder(mlir::OpBuilder &builder, mlir::Location loc)
      : builder(builder), loc(loc) {}

  /// The location of the ops to come.
  void setLoc(mlir::Location newLoc) { loc = newLoc; }
  mlir::Location getLoc() const { return loc; }
  mlir::OpBuilder &getBuilder() { return builder; }

  /// Any op that infers its result, by its own builder's arguments.
  template <typename OpTy, typename... Args> Value make(Args &&...args) {
    return OpTy::create(builder, loc, std::forward<Args>(args)...)
        ->getResult(0);
  }

  /// A splat of `type`, which is static or bounded; the number is rounded to
  /// the element type. A bounded type gets a broadcast scalar.
  Value fill(double number, mlir::Type type);
  /// A splat like the value's type.
  Value fillLike(double number, Value like) {
    return fill(number, like.getType());
  }
  /// A scalar.
  Value scalar(double number, mlir::Type element);
  /// A constant of any content.
  Value constant(mlir::ElementsAttr value) { return make<ConstantOp>(value); }

  Value add(Value a, Value b) { return make<AddOp>(a, b); }
  Value subtract(Value a, Value b) { return make<SubtractOp>(a, b); }
  Value multiply(Value a, Value b) { return make<MultiplyOp>(a, b); }
  Value divide(Value a, Value b) { return make<DivideOp>(a, b); }
  Value maximum(Value a, Value b) { return make<MaximumOp>(a, b); }
  Value minimum(Value a, Value b) { return make<MinimumOp>(a, b); }
  Value negate(Value a) { return make<NegateOp>(a); }
  Value exponential(Value a) { return make<ExponentialOp>(a); }
  Value log(Value a) { return make<LogOp>(a); }
  Value tanh(Value a) { return make<TanhOp>(a); }
  Value erf(Value a) { return make<ErfOp>(a); }
  Value sqrt(Value a) { return make<SqrtOp>(a); }
  Value rsqrt(Value a) { return make<RsqrtOp>(a); }
  /// max(a, 0) with NaN kept.
  Value relu(Value a) { return maximum(a, fillLike(0.0, a)); }

  /// With a number for one operand, splatted to the other's type.
  Value add(Value a, double b) { return add(a, fillLike(b, a)); }
  Value multiply(Value a, double b) { return multiply(a, fillLike(b, a)); }
  Value divide(Value a, double b) { return divide(a, fillLike(b, a)); }

  /// The value in another element type; itself if it has that.
  Value convert(Value a, mlir::Type element);
  Value compare(ComparisonDirection direction, Value a, Value b) {
    return make<CompareOp>(direction, a, b);
  }
  Value select(Value pred, Value a, Value b) {
    return make<SelectOp>(pred, a, b);
  }

  /// Operand dimension d becomes dimension dims[d] of a tensor shaped like
  /// `like`.
  Value broadcastLike(Value a, Value like, Ints dims);
  /// The same with the shape given by a type; its element type is not read.
  Value broadcast(Value a, mlir::Type shape, Ints dims);
  Value reshape(Value a, Ints shape);
  Value transpose(Value a, Ints permutation) {
    return make<TransposeOp>(a, permutation);
  }
  Value slice(Value a, Ints starts, Ints limits, Ints strides = {});
  Value concatenate(mlir::ValueRange values, int64_t dim) {
    return make<ConcatenateOp>(values, dim);
  }

  /// Reduces with a standard body and its neutral element.
  Value reduce(ReductionKind kind, Value a, Ints dims);
  Value sum(Value a, Ints dims) { return reduce(ReductionKind::Add, a, dims); }
  /// The sum over dims divided by how many elements it takes (a bounded
  /// dimension counts by its bound: do not use it there).
  Value mean(Value a, Ints dims);

  /// Reduces each window with a standard body and its neutral element, which
  /// is also what the padding holds.
  Value reduceWindow(ReductionKind kind, Value a, Ints window, Ints strides,
                     Ints paddingLow, Ints paddingHigh);
  /// The mean of each window; the padding counts as zeros if `countPadding`,
  /// else not at all. Static shapes only.
  Value averagePool(Value a, Ints window, Ints strides, Ints paddingLow,
                    Ints paddingHigh, bool countPadding);

  /// Rows of a table [n, ..] at integer ids [..]: [ids.., row..]. An id out of
  /// range takes the nearest row.
  Value takeRows(Value table, Value ids);

  /// [.., m, k] times [.., k, n] with equal leading dimensions; sums are kept
  /// in `element` if given.
  Value matmul(Value a, Value b, mlir::Type element = {});
  Value dot(Value a, Value b, Ints batchA, Ints batchB, Ints contractA,
            Ints contractB, mlir::Type element = {}) {
    return make<DotGeneralOp>(a, b, batchA, batchB, contractA, contractB,
                              element);
  }

private:
  mlir::OpBuilder &builder;
  mlir::Location loc;
};

} // namespace tenon::graph

#endif // TENON_IR_GRAPH_VALUEBUILDER_H
