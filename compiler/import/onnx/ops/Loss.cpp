//===- Loss.cpp - ONNX's classification losses ----------------------------===//
#include "compiler/import/onnx/OpTable.h"

#include "llvm/ADT/STLExtras.h"

#include <numeric>

using namespace tenon;
using namespace tenon::onnx;
using graph::ComparisonDirection;
using graph::ReductionKind;
using llvm::ArrayRef;

namespace {

/// All of a loss but where its log probabilities come from: they are [N, C,
/// d...], the targets in input 1 are [N, d...], the weights, if input 2 is
/// there, are [C].
struct ClassLoss {
  NodeContext &n;
  Emitter e;
  Dims targetDims;

  explicit ClassLoss(NodeContext &n) : n(n), e(n.emit()) {}

  absl::Status check() {
    if (n.rank(0) < 2)
      return n.invalid("its input is not [N, C, ...]");
    targetDims.assign(n.dims(0).begin(), n.dims(0).end());
    targetDims.erase(targetDims.begin() + 1);
    if (ArrayRef<int64_t>(targetDims) != n.dims(1) ||
        !llvm::isa<mlir::IntegerType>(n.element(1)))
      return n.invalid("its targets are not one class per sample");
    if (n.has(2) && (n.rank(2) != 1 || n.dims(2)[0] != n.dims(0)[1] ||
                     n.type(2) != n.type(0)))
      return n.invalid("its weights are not one number per class");
    std::string reduction = n.attrs().getString("reduction", "mean");
    if (reduction != "none" && reduction != "sum" && reduction != "mean")
      return n.invalid(
          absl::StrCat("unknown reduction ", quoteName(reduction)));
    return absl::OkStatus();
  }

  /// What `values`, [N, C, d...] or [C], holds for each sample's class.
  Value ofTarget(Value hit, Value values) {
    if (rankOf(values) == 1)
      values = e.broadcastInDim(values, dimsOf(hit), {1});
    return e.reduce(ReductionKind::Add,
                    e.select(hit, values, e.scalar(values, 0)), {1}, false);
  }

  Value loss(Value logProbabilities) {
    Value target = n.value(1);
    Dims map;
    for (int64_t i = 0; i < n.rank(0); ++i)
      if (i != 1)
        map.push_back(i);
    Value classes = e.iota(elementOf(target), n.dims(0), 1);
    Value hit = e.compare(ComparisonDirection::EQ, classes,
                          e.broadcastInDim(target, n.dims(0), map));
    Value sample = e.neg(ofTarget(hit, logProbabilities));
    // How much each sample counts; null where all count one.
    Value weight = n.has(2) ? ofTarget(hit, n.value(2)) : Value();
    if (weight)
      sample = e.mul(sample, weight);
    if (n.attrs().has("ignore_index")) {
      Value ignored = e.compare(
          ComparisonDirection::EQ, target,
          e.scalar(target,
                   static_cast<double>(n.attrs().getInt("ignore_index", 0))));
      if (!weight)
        weight = e.broadcast(e.scalar(sample, 1), targetDims);
      weight = e.select(ignored, e.scalar(sample, 0), weight);
      sample = e.select(ignored, e.scalar(sample, 0), sample);
    }
    std::string reduction = n.attrs().getString("reduction", "mean");
    if (reduction == "none")
      return sample;
    Dims all(rankOf(sample));
    std::iota(all.begin(), all.end(), 0);
    Value sum = e.reduce(ReductionKind::Add, sample, all, false);
    if (reduction == "sum")
      return sum;
    Value count =
        weight ? e.reduce(ReductionKind::Add, weight, all, false)
               : e.scalar(sum, static_cast<double>(*elementCount(targetDims)));
    return e.div(sum, count);
  }
};

absl::Status negativeLogLikelihood(NodeContext &n) {
  ClassLoss loss(n);
  TENON_RETURN_IF_ERROR(loss.check());
  n.set(0, loss.loss(n.value(0)));
  return absl::OkStatus();
}

absl::Status softmaxCrossEntropy(NodeContext &n) {
  ClassLoss loss(n);
  TENON_RETURN_IF_ERROR(loss.check());
  Value scores = n.value(0);
  Value logs = loss.e.make<graph::LogSoftmaxOp>(scores.getType(), scores, 1);
  n.set(0, loss.loss(logs));
  if (n.wants(1))
    n.set(1, logs);
  return absl::OkStatus();
}

} // namespace

llvm::ArrayRef<OpEntry> tenon::onnx::lossOps() {
  static const OpEntry rows[] = {
      {"NegativeLogLikelihoodLoss", 12, 2, 3, 1, negativeLogLikelihood},
      {"SoftmaxCrossEntropyLoss", 12, 2, 3, 2, softmaxCrossEntropy},
  };
  return rows;
}
