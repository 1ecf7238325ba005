//===- DimMap.cpp - Which dimension of a stage a dimension runs along -----===//

#include "passes/fusion/DimMap.h"

#include "ir/graph/GraphOps.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace tenon::fusion;
using namespace tenon::graph;

static ArrayRef<int64_t> shapeOf(Value value) {
  return cast<RankedTensorType>(value.getType()).getShape();
}

DimMap tenon::fusion::getIdentityDimMap(int64_t rank) {
  return llvm::to_vector(llvm::seq<int64_t>(0, rank));
}

/// Dimensions longer than one must be the same ones in the same order.
static std::optional<DimMap> mapReshape(ReshapeOp op, const DimMap &in) {
  ArrayRef<int64_t> from = shapeOf(op.getOperand()), to = shapeOf(op);
  DimMap out(to.size(), -1);
  size_t i = 0;
  for (size_t j = 0; j < to.size(); ++j) {
    if (to[j] == 1)
      continue;
    while (i < from.size() && from[i] == 1)
      ++i;
    if (i == from.size() || from[i] != to[j])
      return std::nullopt;
    out[j] = in[i++];
  }
  return out;
}

std::optional<DimMap> tenon::fusion::mapThroughMovement(Operation *op,
                                                        const DimMap &in) {
  return llvm::TypeSwitch<Operation *, std::optional<DimMap>>(op)
      .Case([&](ReshapeOp reshape) { return mapReshape(reshape, in); })
      .Case([&](TransposeOp transpose) {
        DimMap out;
        for (int64_t dim : transpose.getPermutation())
          out.push_back(in[dim]);
        return out;
      })
      .Case([&](BroadcastInDimOp broadcast) {
        ArrayRef<int64_t> from = shapeOf(broadcast.getOperand());
        ArrayRef<int64_t> to = shapeOf(broadcast);
        DimMap out(to.size(), -1);
        for (auto [i, dim] :
             llvm::enumerate(broadcast.getBroadcastDimensions()))
          if (from[i] == to[dim])
            out[dim] = in[i];
        return out;
      })
      .Default([](auto) { return std::nullopt; });
}

std::optional<DimMap> tenon::fusion::mapThroughChain(Value value, Value root,
                                                     const DimMap &rootMap) {
  if (value == root)
    return rootMap;
  Operation *op = value.getDefiningOp();
  std::optional<DimMap> in = mapThroughChain(op->getOperand(0), root, rootMap);
  return in ? mapThroughMovement(op, *in) : std::nullopt;
}

bool tenon::fusion::completeDimMap(DimMap &map, ArrayRef<int64_t> shape,
                                   ArrayRef<int64_t> space) {
  int64_t next = 0;
  for (auto [i, size] : llvm::enumerate(shape)) {
    if (map[i] >= 0) {
      next = map[i] + 1;
      continue;
    }
    if (size == 1)
      continue;
    while (next < (int64_t)space.size() &&
           (space[next] != size || llvm::is_contained(map, next)))
      ++next;
    if (next == (int64_t)space.size())
      return false;
    map[i] = next++;
  }
  return true;
}

bool tenon::fusion::coversSpace(const DimMap &map, ArrayRef<int64_t> space,
                                ArrayRef<int64_t> except) {
  for (auto [dim, size] : llvm::enumerate(space))
    if (size != 1 && !llvm::is_contained(except, (int64_t)dim) &&
        !llvm::is_contained(map, (int64_t)dim))
      return false;
  return true;
}
