//===- MatMul.cpp - ONNX's matrix products --------------------------------===//
#include "compiler/import/onnx/OpTable.h"
#include "compiler/import/onnx/ShapeRules.h"
#include "compiler/import/onnx/ops/Products.h"

#include <numeric>

using namespace tenon;
using namespace tenon::onnx;
using llvm::ArrayRef;

Value tenon::onnx::numpyProduct(Emitter &e, Value a, Value b,
                                mlir::Type element) {
  if (rankOf(a) == 0 || rankOf(b) == 0)
    return {};
  int64_t depth = dimsOf(a).back();
  if (dimsOf(b)[rankOf(b) == 1 ? 0 : rankOf(b) - 2] != depth)
    return {};
  // A vector beside more than one matrix is a matrix of one row or column.
  if (rankOf(a) > 2 && rankOf(b) == 1) {
    Value y = e.dot(a, e.reshape(b, {depth, 1}), {}, {}, {rankOf(a) - 1}, {0},
                    element);
    return y ? e.reshape(y, dimsOf(y).drop_back()) : Value();
  }
  if (rankOf(a) == 1 && rankOf(b) > 2) {
    Value y = numpyProduct(e, e.reshape(a, {1, depth}), b, element);
    Dims dims(dimsOf(y).begin(), dimsOf(y).end());
    dims.erase(dims.end() - 2);
    return e.reshape(y, dims);
  }
  // A matrix on the right serves all of the left's rows in one product.
  if (rankOf(b) <= 2)
    return e.dot(a, b, {}, {}, {rankOf(a) - 1}, {0}, element);
  auto batch = broadcastDims(dimsOf(a).drop_back(2), dimsOf(b).drop_back(2));
  if (!batch)
    return {};
  auto withBatch = [&](Value side) {
    Dims dims = *batch;
    auto matrix = dimsOf(side).take_back(2);
    dims.insert(dims.end(), matrix.begin(), matrix.end());
    return e.broadcast(side, dims);
  };
  Dims axes(batch->size());
  std::iota(axes.begin(), axes.end(), 0);
  auto last = static_cast<int64_t>(axes.size());
  return e.dot(withBatch(a), withBatch(b), axes, axes, {last + 1}, {last},
               element);
}

static absl::Status matMul(NodeContext &n) {
  if (n.type(0) != n.type(1))
    return n.invalid("inputs of several element types");
  Emitter e = n.emit();
  Value product = numpyProduct(e, n.value(0), n.value(1), n.element(0));
  if (!product)
    return n.invalid(absl::StrCat("shapes ", dimsText(n.dims(0)), " and ",
                                  dimsText(n.dims(1)), " do not multiply"));
  n.set(0, product);
  return absl::OkStatus();
}

/// alpha A B + beta C, with A and B transposed on demand. The transposition is
/// only another contracted dimension.
static absl::Status gemm(NodeContext &n) {
  if (n.rank(0) != 2 || n.rank(1) != 2)
    return n.invalid("A and B are not matrices");
  if (n.type(0) != n.type(1) || (n.has(2) && n.type(2) != n.type(0)))
    return n.invalid("inputs of several element types");
  int64_t depthOfA = n.attrs().getInt("transA", 0) != 0 ? 0 : 1;
  int64_t depthOfB = n.attrs().getInt("transB", 0) != 0 ? 1 : 0;
  if (n.dims(0)[depthOfA] != n.dims(1)[depthOfB])
    return n.invalid(absl::StrCat("shapes ", dimsText(n.dims(0)), " and ",
                                  dimsText(n.dims(1)), " do not multiply"));
  Emitter e = n.emit();
  float alpha = n.attrs().getFloat("alpha", 1);
  float beta = n.attrs().getFloat("beta", 1);
  bool isFloat = llvm::isa<mlir::FloatType>(n.element(0));
  if (!isFloat && (alpha != 1 || beta != 1))
    return n.unsupported("scaled products of integers");
  Value result = e.dot(n.value(0), n.value(1), {}, {}, {depthOfA}, {depthOfB});
  if (alpha != 1)
    result = e.mul(result, e.scalar(result, alpha));
  if (n.has(2)) {
    auto dims = broadcastDims(n.dims(2), dimsOf(result));
    if (!dims || ArrayRef<int64_t>(*dims) != dimsOf(result))
      return n.invalid(absl::StrCat("C of shape ", dimsText(n.dims(2)),
                                    " does not broadcast to ",
                                    dimsText(dimsOf(result))));
    Value c = n.value(2);
    if (beta != 1)
      c = e.mul(c, e.scalar(c, beta));
    result = e.add(result, c);
  }
  n.set(0, result);
  return absl::OkStatus();
}

/// The determinant of each matrix, by elimination with the largest pivot of
/// each column.
static absl::Status determinant(NodeContext &n) {
  constexpr int64_t kLargest = 64;
  if (n.rank(0) < 2 || n.dims(0).back() != n.dims(0)[n.rank(0) - 2])
    return n.invalid("its input is not of square matrices");
  int64_t size = n.dims(0).back();
  if (size > kLargest)
    return n.unsupported(absl::StrCat("matrices larger than ", kLargest));
  Emitter e = n.emit();
  Dims batch(n.dims(0).begin(), n.dims(0).end() - 2);
  int64_t count = *elementCount(batch);
  Value m = e.reshape(n.value(0), {count, size, size});
  mlir::Type index = mlir::IntegerType::get(e.context(), 64);
  Value product =
      e.splat(mlir::RankedTensorType::get({count, 1, 1}, elementOf(m)), 1);
  for (int64_t step = 0; step < size; ++step) {
    int64_t rest = size - step;
    Value column = e.sliceAxis(m, 2, 0, 1);
    Value largest =
        e.reduce(graph::ReductionKind::Maximum, e.abs(column), {1}, true);
    Value place = e.iota(index, {count, rest, 1}, 1);
    Value isLargest =
        e.compare(graph::ComparisonDirection::EQ, e.abs(column), largest);
    Value pivot =
        e.reduce(graph::ReductionKind::Minimum,
                 e.select(isLargest, place,
                          e.scalar(place, static_cast<double>(rest - 1))),
                 {1}, true);
    Value isPivot = e.compare(graph::ComparisonDirection::EQ, place, pivot);
    // The pivot's row, and the first row in its place.
    Value pivotRow = e.reduce(graph::ReductionKind::Add,
                              e.select(isPivot, m, e.scalar(m, 0)), {1}, true);
    Value firstRow = e.sliceAxis(m, 1, 0, 1);
    Value head = e.sliceAxis(pivotRow, 2, 0, 1);
    Value isSwap =
        e.compare(graph::ComparisonDirection::NE, pivot, e.scalar(pivot, 0));
    product = e.mul(product, e.select(isSwap, e.neg(head), head));
    if (rest == 1)
      break;
    m = e.select(isPivot, firstRow, m);
    Value isZero =
        e.compare(graph::ComparisonDirection::EQ, head, e.scalar(head, 0));
    Value factor = e.div(e.sliceAxis(e.sliceAxis(m, 2, 0, 1), 1, 1, rest - 1),
                         e.select(isZero, e.scalar(head, 1), head));
    Value below = e.sliceAxis(e.sliceAxis(m, 1, 1, rest - 1), 2, 1, rest - 1);
    Value right = e.sliceAxis(pivotRow, 2, 1, rest - 1);
    m = e.sub(below, e.mul(factor, right));
  }
  n.set(0, e.reshape(product, batch));
  return absl::OkStatus();
}

llvm::ArrayRef<OpEntry> tenon::onnx::matmulOps() {
  static const OpEntry rows[] = {
      {"Det", 11, 1, 1, 1, determinant, "of matrices up to 64 by 64"},
      {"Gemm", 7, 2, 3, 1, gemm},
      {"MatMul", 1, 2, 2, 1, matMul},
  };
  return rows;
}
