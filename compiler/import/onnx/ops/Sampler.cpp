//===- Sampler.cpp - values at computed places ----------------------------===//
#include "compiler/import/onnx/ops/Sampler.h"

#include "llvm/ADT/STLExtras.h"

using namespace tenon;
using namespace tenon::onnx;
using graph::ComparisonDirection;
using llvm::ArrayRef;

Value tenon::onnx::asIndex(Emitter &e, Value x) {
  return e.convert(x, mlir::IntegerType::get(e.context(), 64));
}

Sampler::Sampler(Emitter emitter, Value images) : e(emitter), images(images) {
  auto dims = dimsOf(images);
  sizes.assign(dims.begin() + 2, dims.end());
}

Value Sampler::at(ArrayRef<Value> places) {
  // One number per place: its offset in the spatial dimensions taken as one.
  Value offset;
  int64_t whole = 1;
  for (auto [size, place] : llvm::zip_equal(sizes, places)) {
    Value inside = e.clamp(place, 0, static_cast<double>(size - 1));
    offset =
        offset
            ? e.add(e.mul(offset, e.scalar(offset, static_cast<double>(size))),
                    inside)
            : inside;
    whole *= size;
  }
  auto dims = dimsOf(images), at = dimsOf(offset);
  Value flat = e.reshape(images, {dims[0], dims[1], whole});
  Dims result = {dims[0], dims[1]};
  result.insert(result.end(), at.begin() + 1, at.end());
  const int64_t batch = 0, channel = 1, place = 2;
  Dims slice = {1, dims[1], 1};
  return e.make<graph::GatherOp>(
      mlir::RankedTensorType::get(result, elementOf(images)), flat, offset,
      ArrayRef<int64_t>(channel), ArrayRef<int64_t>(place),
      ArrayRef<int64_t>(batch), ArrayRef<int64_t>(batch),
      ArrayRef<int64_t>(place), static_cast<uint64_t>(at.size()),
      ArrayRef<int64_t>(slice), false);
}

Value Sampler::perChannel(Value weight) {
  Dims dims(dimsOf(weight).begin(), dimsOf(weight).end()), map = {0};
  dims.insert(dims.begin() + 1, dimsOf(images)[1]);
  for (int64_t i = 1; i < rankOf(weight); ++i)
    map.push_back(i + 1);
  return e.broadcastInDim(weight, dims, map);
}

Value Sampler::atOrZero(ArrayRef<Value> places) {
  Value isInside;
  for (auto [size, place] : llvm::zip_equal(sizes, places)) {
    Value within = e.binary<graph::AndOp>(
        e.compare(ComparisonDirection::GE, place, e.scalar(place, 0)),
        e.compare(ComparisonDirection::LT, place,
                  e.scalar(place, static_cast<double>(size))));
    isInside = isInside ? e.binary<graph::AndOp>(isInside, within) : within;
  }
  Value values = at(places);
  return e.select(perChannel(isInside), values, e.scalar(values, 0));
}

Value Sampler::linear(ArrayRef<Value> places) {
  llvm::SmallVector<Value> low, part;
  for (Value place : places) {
    Value floor = e.unary<graph::FloorOp>(place);
    low.push_back(asIndex(e, floor));
    part.push_back(e.sub(place, floor));
  }
  Value sum;
  for (int corner = 0; corner < 1 << places.size(); ++corner) {
    llvm::SmallVector<Value> at;
    Value weight;
    for (size_t d = 0; d < places.size(); ++d) {
      bool isHigh = corner >> d & 1;
      at.push_back(isHigh ? e.add(low[d], e.scalar(low[d], 1)) : low[d]);
      Value own = isHigh ? part[d] : e.sub(e.scalar(part[d], 1), part[d]);
      weight = weight ? e.mul(weight, own) : own;
    }
    Value values = atOrZero(at);
    Value weighted =
        e.mul(values, perChannel(e.convert(weight, elementOf(values))));
    sum = sum ? e.add(sum, weighted) : weighted;
  }
  return sum;
}
