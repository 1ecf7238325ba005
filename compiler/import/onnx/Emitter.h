//===- Emitter.h - build tenon ops with known shapes ------------*- C++ -*-===//
//
// What converters build the graph with. All shapes are static while importing,
// so every method states its result's type itself; the verifier confirms it
// after the import. A null operand gives a null result, so that converters can
// nest calls; the importer notices a null output.
//
//===----------------------------------------------------------------------===//
#ifndef TENON_COMPILER_IMPORT_ONNX_EMITTER_H
#define TENON_COMPILER_IMPORT_ONNX_EMITTER_H

#include "compiler/import/onnx/HostTensor.h"

#include "ir/graph/GraphOps.h"
#include "mlir/IR/Builders.h"

namespace tenon::onnx {

using mlir::Value;

/// The dimensions of a value's tensor type.
llvm::ArrayRef<int64_t> dimsOf(Value value);
/// The element type of a value's tensor type.
mlir::Type elementOf(Value value);
/// The rank of a value's tensor type.
int64_t rankOf(Value value);

/// Builds ops at the end of one entry.
class Emitter {
public:
  Emitter(mlir::OpBuilder &builder, mlir::Location loc)
      : builder(builder), loc(loc) {}

  mlir::MLIRContext *context() const { return builder.getContext(); }
  mlir::Location location() const { return loc; }

  /// An op with one result of `type` from operands and attributes in the order
  /// of its definition.
  template <typename Op, typename... Args>
  Value make(mlir::Type type, Args &&...args) {
    return Op::create(builder, loc, type, std::forward<Args>(args)...)
        ->getResult(0);
  }
  /// An element-wise op whose result has its operand's type.
  template <typename Op> Value unary(Value x) {
    return x ? make<Op>(x.getType(), x) : Value();
  }
  /// An element-wise op of two operands of one element type, which are
  /// broadcast to their common shape. The caller has checked that there is one.
  template <typename Op> Value binary(Value a, Value b) {
    if (!broadcastTogether(a, b))
      return {};
    return make<Op>(a.getType(), a, b);
  }

  // Short names for the arithmetic that converters write as formulas.
  Value add(Value a, Value b) { return binary<graph::AddOp>(a, b); }
  Value sub(Value a, Value b) { return binary<graph::SubtractOp>(a, b); }
  Value mul(Value a, Value b) { return binary<graph::MultiplyOp>(a, b); }
  Value div(Value a, Value b) { return binary<graph::DivideOp>(a, b); }
  Value max(Value a, Value b) { return binary<graph::MaximumOp>(a, b); }
  Value min(Value a, Value b) { return binary<graph::MinimumOp>(a, b); }
  Value neg(Value x) { return unary<graph::NegateOp>(x); }
  Value exp(Value x) { return unary<graph::ExponentialOp>(x); }
  Value log(Value x) { return unary<graph::LogOp>(x); }
  Value sqrt(Value x) { return unary<graph::SqrtOp>(x); }
  Value abs(Value x) { return unary<graph::AbsOp>(x); }

  /// A scalar of `like`'s element type.
  Value scalar(Value like, double value);
  /// A tensor filled with `value`, of `type`, which is a real or integer one.
  Value splat(mlir::RankedTensorType type, double value);
  Value constant(const HostTensor &value);
  Value constant(mlir::DenseElementsAttr value);

  /// Compares, with broadcasting.
  Value compare(graph::ComparisonDirection direction, Value a, Value b);
  /// `condition ? a : b`, with broadcasting.
  Value select(Value condition, Value a, Value b);
  /// Converts to `element`; nothing happens where it is that already.
  Value convert(Value x, mlir::Type element);

  Value reshape(Value x, llvm::ArrayRef<int64_t> dims);
  /// Broadcasts to `dims` by ONNX's rule: dimensions are aligned at the end.
  Value broadcast(Value x, llvm::ArrayRef<int64_t> dims);
  /// Broadcasts with dimension i of `x` standing at `map[i]` of the result.
  Value broadcastInDim(Value x, llvm::ArrayRef<int64_t> dims,
                       llvm::ArrayRef<int64_t> map);
  Value transpose(Value x, llvm::ArrayRef<int64_t> permutation);
  Value slice(Value x, llvm::ArrayRef<int64_t> starts,
              llvm::ArrayRef<int64_t> limits, llvm::ArrayRef<int64_t> strides);
  /// Elements start .. start + count of dimension `axis`.
  Value sliceAxis(Value x, int64_t axis, int64_t start, int64_t count);
  Value reverse(Value x, llvm::ArrayRef<int64_t> axes);
  /// Pads with the scalar `value`.
  Value pad(Value x, Value value, llvm::ArrayRef<int64_t> low,
            llvm::ArrayRef<int64_t> high);
  Value concat(llvm::ArrayRef<Value> parts, int64_t axis);
  Value iota(mlir::Type element, llvm::ArrayRef<int64_t> dims, int64_t axis);
  /// 64-bit integers.
  mlir::Type indexType() const { return mlir::IntegerType::get(context(), 64); }
  /// Whether all bools of `x` are true, as a scalar.
  Value allOf(Value x);
  /// Whether the integer scalar `x` is `value`.
  Value isNumber(Value x, int64_t value);
  /// A vector of 64-bit integers.
  Value vector(llvm::ArrayRef<int64_t> values);
  /// 64-bit integers 0 .. count - 1.
  Value count(int64_t count);
  /// The slices of `x` at the places `indices`, a vector, along `axis`; places
  /// outside are moved to the nearest inside.
  Value take(Value x, int64_t axis, Value indices);
  /// Element `index` of the vector `x`, as a scalar.
  Value element(Value x, int64_t index);
  /// `x` between the scalars `low` and `high`.
  Value clamp(Value x, double low, double high);
  /// The remainder of integers with the sign of the positive `size`.
  Value wrap(Value x, int64_t size);
  /// The contraction; the result has `lhs`'s element type unless one is given.
  Value dot(Value lhs, Value rhs, llvm::ArrayRef<int64_t> lhsBatch,
            llvm::ArrayRef<int64_t> rhsBatch,
            llvm::ArrayRef<int64_t> lhsContract,
            llvm::ArrayRef<int64_t> rhsContract, mlir::Type element = {});

  /// Reduces over `axes`, which stay as ones where `keep` is set. The sum of
  /// narrow floats is kept in f32 and rounded once.
  Value reduce(graph::ReductionKind kind, Value x, llvm::ArrayRef<int64_t> axes,
               bool keep);
  /// Reduces windows of which element type and value padding has is neutral.
  /// One entry per dimension in each list.
  Value reduceWindow(graph::ReductionKind kind, Value x,
                     llvm::ArrayRef<int64_t> window,
                     llvm::ArrayRef<int64_t> strides,
                     llvm::ArrayRef<int64_t> dilations,
                     llvm::ArrayRef<int64_t> low, llvm::ArrayRef<int64_t> high);
  /// The element of kind's neutral value, as a scalar of `element`.
  Value neutral(graph::ReductionKind kind, mlir::Type element);

private:
  /// Brings both to their common shape; false for a null operand.
  bool broadcastTogether(Value &a, Value &b);
  mlir::RankedTensorType typeLike(Value x, llvm::ArrayRef<int64_t> dims);

  mlir::OpBuilder &builder;
  mlir::Location loc;
};

} // namespace tenon::onnx

#endif // TENON_COMPILER_IMPORT_ONNX_EMITTER_H
