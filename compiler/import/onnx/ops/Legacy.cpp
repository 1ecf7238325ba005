//===- Legacy.cpp - ops as they were before operator set 7 ----------------===//
//
// Exporters of that time are gone, their models are not. What changed since is
// how operands broadcast: by the attributes `broadcast` and `axis`.
//
//===----------------------------------------------------------------------===//
#include "compiler/import/onnx/OpTable.h"
#include "compiler/import/onnx/ShapeRules.h"

#include "llvm/ADT/STLExtras.h"

using namespace tenon;
using namespace tenon::onnx;
using graph::ComparisonDirection;
using llvm::ArrayRef;

namespace {

/// Input 1 in the shape of input 0: the same, or, with `broadcast`, one whose
/// dimensions stand together in it, from `axis` or at the end.
absl::StatusOr<Value> secondOperand(NodeContext &n) {
  if (n.type(0) != n.type(1))
    return n.invalid("inputs of several element types");
  if (n.attrs().getInt("broadcast", 0) == 0) {
    if (n.dims(0) != n.dims(1))
      return n.invalid("its inputs differ in shape");
    return n.value(1);
  }
  Emitter e = n.emit();
  int64_t rank = n.rank(1), start = n.rank(0) - rank;
  if (n.attrs().has("axis")) {
    TENON_ASSIGN_OR_RETURN(start,
                           n.axis(n.attrs().getInt("axis", 0), n.rank(0)));
  }
  if (start < 0 || start + rank > n.rank(0))
    return n.invalid("its second input has more dimensions than the first");
  Dims map;
  for (int64_t d = 0; d < rank; ++d) {
    if (n.dims(1)[d] != 1 && n.dims(1)[d] != n.dims(0)[start + d])
      return n.invalid(absl::StrCat("shape ", dimsText(n.dims(1)),
                                    " does not broadcast to ",
                                    dimsText(n.dims(0))));
    map.push_back(start + d);
  }
  return e.broadcastInDim(n.value(1), n.dims(0), map);
}

template <typename Op> absl::Status direct(NodeContext &n) {
  TENON_ASSIGN_OR_RETURN(Value b, secondOperand(n));
  n.set(0, n.emit().binary<Op>(n.value(0), b));
  return absl::OkStatus();
}

template <ComparisonDirection Direction> absl::Status compare(NodeContext &n) {
  TENON_ASSIGN_OR_RETURN(Value b, secondOperand(n));
  n.set(0, n.emit().compare(Direction, n.value(0), b));
  return absl::OkStatus();
}

/// Without broadcasting, of any number of inputs.
template <typename Op> absl::Status variadic(NodeContext &n) {
  Emitter e = n.emit();
  Value result = n.value(0);
  for (size_t i = 1; i < n.numInputs(); ++i) {
    if (n.dims(i) != n.dims(0) || n.type(i) != n.type(0))
      return n.invalid("its inputs differ in shape or type");
    result = e.binary<Op>(result, n.value(i));
  }
  n.set(0, result);
  return absl::OkStatus();
}

/// One slope for all, or one per channel, which is dimension 1.
absl::Status pRelu(NodeContext &n) {
  int64_t slopes = *elementCount(Dims(n.dims(1)));
  if (n.type(0) != n.type(1) ||
      (slopes != 1 && (n.rank(0) < 2 || slopes != n.dims(0)[1])))
    return n.invalid("it has not one slope per channel");
  Emitter e = n.emit();
  Value x = n.value(0);
  Value slope = slopes == 1 ? e.reshape(n.value(1), {})
                            : e.broadcastInDim(e.reshape(n.value(1), {slopes}),
                                               n.dims(0), {1});
  Value isNegative = e.compare(ComparisonDirection::LT, x, e.scalar(x, 0));
  n.set(0, e.select(isNegative, e.mul(slope, x), x));
  return absl::OkStatus();
}

/// Version 6 states with is_test that its statistics are to be used.
absl::Status batchNormalization(NodeContext &n) {
  if (n.attrs().getInt("is_test", 0) == 0 || n.wants(1))
    return n.unsupported("statistics of the batch");
  if (n.attrs().getInt("spatial", 1) == 0)
    return n.unsupported("statistics per element");
  if (n.rank(0) < 2)
    return n.invalid("its input is not [N, C, ...]");
  for (size_t i = 1; i < 5; ++i)
    if (n.rank(i) != 1 || n.dims(i)[0] != n.dims(0)[1] ||
        n.type(i) != n.type(0))
      return n.invalid(
          absl::StrCat("input ", i, " has not one number per channel"));
  Value x = n.value(0);
  n.set(0, n.emit().make<graph::BatchNormInferenceOp>(
               x.getType(), x, n.value(1), n.value(2), n.value(3), n.value(4),
               llvm::APFloat(n.attrs().getFloat("epsilon", 1e-5f)), 1));
  return absl::OkStatus();
}

/// alpha A B + beta C.
absl::Status gemm(NodeContext &n) {
  if (n.rank(0) != 2 || n.rank(1) != 2 || n.type(0) != n.type(1) ||
      n.type(0) != n.type(2))
    return n.invalid("A and B are not matrices of one type");
  int64_t depthOfA = n.attrs().getInt("transA", 0) != 0 ? 0 : 1;
  int64_t depthOfB = n.attrs().getInt("transB", 0) != 0 ? 1 : 0;
  if (n.dims(0)[depthOfA] != n.dims(1)[depthOfB])
    return n.invalid("A and B do not multiply");
  Emitter e = n.emit();
  Value y = e.dot(n.value(0), n.value(1), {}, {}, {depthOfA}, {depthOfB});
  auto dims = broadcastDims(n.dims(2), dimsOf(y));
  if (!dims || ArrayRef<int64_t>(*dims) != dimsOf(y))
    return n.invalid("C does not broadcast to the product");
  float alpha = n.attrs().getFloat("alpha", 1);
  float beta = n.attrs().getFloat("beta", 1);
  if (alpha != 1)
    y = e.mul(y, e.scalar(y, alpha));
  Value c = n.value(2);
  if (beta != 1)
    c = e.mul(c, e.scalar(c, beta));
  n.set(0, e.add(y, c));
  return absl::OkStatus();
}

} // namespace

llvm::ArrayRef<OpEntry> tenon::onnx::legacyOps() {
  static const OpEntry rows[] = {
      {"Add", 1, 2, 2, 1, direct<graph::AddOp>, "", 6},
      {"And", 1, 2, 2, 1, direct<graph::AndOp>, "", 6},
      {"BatchNormalization", 1, 5, 5, 5, batchNormalization,
       "with is_test and spatial", 6},
      {"Div", 1, 2, 2, 1, direct<graph::DivideOp>, "", 6},
      {"Equal", 1, 2, 2, 1, compare<ComparisonDirection::EQ>, "", 6},
      {"Gemm", 1, 3, 3, 1, gemm, "", 6},
      {"Greater", 1, 2, 2, 1, compare<ComparisonDirection::GT>, "", 6},
      {"Less", 1, 2, 2, 1, compare<ComparisonDirection::LT>, "", 6},
      {"Max", 1, 1, -1, 1, variadic<graph::MaximumOp>, "", 7},
      {"Min", 1, 1, -1, 1, variadic<graph::MinimumOp>, "", 7},
      {"Mul", 1, 2, 2, 1, direct<graph::MultiplyOp>, "", 6},
      {"Or", 1, 2, 2, 1, direct<graph::OrOp>, "", 6},
      {"PRelu", 1, 2, 2, 1, pRelu, "", 6},
      {"Pow", 1, 2, 2, 1, direct<graph::PowerOp>, "", 6},
      {"Sub", 1, 2, 2, 1, direct<graph::SubtractOp>, "", 6},
      {"Sum", 1, 1, -1, 1, variadic<graph::AddOp>, "", 7},
      {"Xor", 1, 2, 2, 1, direct<graph::XorOp>, "", 6},
  };
  return rows;
}
