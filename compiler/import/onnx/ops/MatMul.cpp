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
  // A matrix on the right serves all of the left's rows in one product.
  if (rankOf(b) <= 2)
    return e.dot(a, b, {}, {}, {rankOf(a) - 1}, {0}, element);
  if (rankOf(a) == 1) {
    // [k] x [batch, k, n]: the contraction leaves [batch, n] in order.
    return e.dot(b, a, {}, {}, {rankOf(b) - 2}, {0}, element);
  }
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

llvm::ArrayRef<OpEntry> tenon::onnx::matmulOps() {
  static const OpEntry rows[] = {
      {"Gemm", 7, 2, 3, 1, gemm},
      {"MatMul", 1, 2, 2, 1, matMul},
  };
  return rows;
}
