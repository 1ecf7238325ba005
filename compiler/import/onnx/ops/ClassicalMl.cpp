//===- ClassicalMl.cpp - ops of the operator set ai.onnx.ml ---------------===//
#include "compiler/import/onnx/OpTable.h"

#include "llvm/ADT/STLExtras.h"

using namespace tenon;
using namespace tenon::onnx;
using llvm::ArrayRef;

namespace {

/// Columns of the last dimension, at the places in input 1.
absl::Status arrayFeatureExtractor(NodeContext &n) {
  if (n.rank(0) < 1)
    return n.invalid("its input is a scalar");
  Emitter e = n.emit();
  int64_t count = *elementCount(Dims(n.dims(1)));
  Value places = e.reshape(n.value(1), {count});
  Value y = e.take(n.value(0), n.rank(0) - 1, places);
  // A vector gives a matrix of one row.
  n.set(0, n.rank(0) == 1 ? e.reshape(y, {1, count}) : y);
  return absl::OkStatus();
}

/// One above the threshold, zero elsewhere.
absl::Status binarizer(NodeContext &n) {
  Emitter e = n.emit();
  Value x = n.value(0);
  Value isAbove = e.compare(graph::ComparisonDirection::GT, x,
                            e.scalar(x, n.attrs().getFloat("threshold", 0)));
  n.set(0, e.convert(isAbove, elementOf(x)));
  return absl::OkStatus();
}

/// (x - offset) * scale, one of each per feature or for all.
absl::Status scaler(NodeContext &n) {
  if (n.rank(0) < 1)
    return n.invalid("its input is a scalar");
  Emitter e = n.emit();
  mlir::Type f32 = mlir::Float32Type::get(e.context());
  Value x = e.convert(n.value(0), f32);
  for (absl::string_view name : {"offset", "scale"}) {
    auto numbers = n.attrs().getFloats(name);
    if (!numbers)
      continue;
    auto count = static_cast<int64_t>(numbers->size());
    if (count != 1 && count != n.dims(0).back())
      return n.invalid(absl::StrCat(name, " has not one number per feature"));
    HostTensor table = HostTensor::zeros(TensorProto::FLOAT, {count});
    table.floats.assign(numbers->begin(), numbers->end());
    Value row = e.constant(table);
    if (count == 1)
      row = e.reshape(row, {});
    x = name == "offset" ? e.sub(x, row) : e.mul(x, row);
  }
  n.set(0, x);
  return absl::OkStatus();
}

} // namespace

llvm::ArrayRef<OpEntry> tenon::onnx::classicalMlOps() {
  static constexpr const char *kDomain = "ai.onnx.ml";
  static constexpr int kNewest = 5;
  static const OpEntry rows[] = {
      {"ArrayFeatureExtractor", 1, 2, 2, 1, arrayFeatureExtractor, "", kNewest,
       kDomain},
      {"Binarizer", 1, 1, 1, 1, binarizer, "", kNewest, kDomain},
      {"Scaler", 1, 1, 1, 1, scaler, "", kNewest, kDomain},
  };
  return rows;
}
