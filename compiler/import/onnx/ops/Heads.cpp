//===- Heads.cpp - attention heads as dimensions --------------------------===//
#include "compiler/import/onnx/ops/Heads.h"

using namespace tenon;
using namespace tenon::onnx;

absl::StatusOr<Value> tenon::onnx::headsFirst(NodeContext &n, size_t i,
                                              absl::string_view heads) {
  if (n.rank(i) == 4)
    return n.value(i);
  int64_t count = n.attrs().getInt(heads, 0);
  if (n.rank(i) != 3 || count < 1 || n.dims(i)[2] % count != 0)
    return n.invalid(absl::StrCat("input ", i,
                                  " is neither of four dimensions nor of three "
                                  "with ",
                                  heads, " heads"));
  auto dims = n.dims(i);
  Emitter e = n.emit();
  Value split =
      e.reshape(n.value(i), {dims[0], dims[1], count, dims[2] / count});
  return e.transpose(split, {0, 2, 1, 3});
}

Value tenon::onnx::headsLast(Emitter &e, Value x) {
  Dims dims(dimsOf(x).begin(), dimsOf(x).end());
  return e.reshape(e.transpose(x, {0, 2, 1, 3}),
                   {dims[0], dims[2], dims[1] * dims[3]});
}

Value tenon::onnx::groupedScores(Emitter &e, Value query, Value key,
                                 mlir::Type element) {
  auto q = dimsOf(query), k = dimsOf(key);
  int64_t rows = q[1] / k[1] * q[2];
  Value grouped = e.reshape(query, {q[0], k[1], rows, q[3]});
  return e.dot(grouped, key, {0, 1}, {0, 1}, {3}, {3}, element);
}

Value tenon::onnx::groupedMix(Emitter &e, Value probabilities, Value value,
                              mlir::Type element) {
  auto p = dimsOf(probabilities), v = dimsOf(value);
  int64_t rows = p[1] / v[1] * p[2];
  Value grouped = e.reshape(probabilities, {p[0], v[1], rows, p[3]});
  if (elementOf(value) != elementOf(grouped))
    value = e.convert(value, elementOf(grouped));
  Value mixed = e.dot(grouped, value, {0, 1}, {0, 1}, {3}, {2}, element);
  return e.reshape(mixed, {p[0], p[1], p[2], v[3]});
}
