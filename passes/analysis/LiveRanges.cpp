//===- LiveRanges.cpp - Which buffers an entry needs, and when ------------===//

#include "passes/analysis/LiveRanges.h"

#include "passes/analysis/OpCategory.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/Support/MathExtras.h"

#include <map>

using namespace mlir;
using namespace tenon;
using kernel::FusedOp;

int64_t tenon::getPhysicalBytes(Value value, kernel::LayoutAttr layout) {
  auto type = cast<RankedTensorType>(value.getType());
  if (type.getNumElements() == 0)
    return 0;
  return getLogicalBytes(value) / type.getNumElements() *
         layout.getNumElements(type.getShape());
}

SmallVector<LiveBuffer> tenon::getLiveBuffers(graph::EntryOp entry) {
  SmallVector<LiveBuffer> buffers;
  llvm::DenseMap<Value, unsigned> bufferOf;
  int64_t number = 0;
  auto isReturned = [](Value value) {
    return llvm::any_of(value.getUsers(), [](Operation *user) {
      return isa<graph::ReturnOp>(user);
    });
  };
  for (FusedOp kernel : entry.getOps<FusedOp>()) {
    for (Value input : kernel.getInputs())
      if (auto it = bufferOf.find(input); it != bufferOf.end())
        buffers[it->second].last = number;
    for (auto [i, output] : llvm::enumerate(kernel.getOutputs())) {
      if (isReturned(output))
        continue;
      unsigned index = buffers.size();
      if (int64_t tie = kernel.getTie(i); tie >= 0)
        index = bufferOf.lookup(kernel.getInputs()[tie]);
      else
        buffers.emplace_back().first = number;
      LiveBuffer &buffer = buffers[index];
      buffer.values.push_back(output);
      buffer.last = number;
      buffer.bytes = std::max(
          buffer.bytes, getPhysicalBytes(output, kernel.getOutputLayout(i)));
      buffer.logicalBytes =
          std::max(buffer.logicalBytes, getLogicalBytes(output));
      bufferOf[output] = index;
    }
    ++number;
  }
  return buffers;
}

int64_t tenon::getPeak(ArrayRef<LiveBuffer> buffers, bool logical,
                       int64_t alignment) {
  std::map<int64_t, int64_t> change;
  for (const LiveBuffer &buffer : buffers) {
    int64_t bytes =
        llvm::alignTo(logical ? buffer.logicalBytes : buffer.bytes, alignment);
    change[buffer.first] += bytes;
    change[buffer.last + 1] -= bytes;
  }
  int64_t live = 0, peak = 0;
  for (auto [number, bytes] : change)
    peak = std::max(peak, live += bytes);
  return peak;
}
