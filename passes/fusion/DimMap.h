//===- DimMap.h - Which dimension of a stage a dimension runs along -------===//
//
// A stage has an iteration space. A DimMap says, for each dimension of a value
// computed in it, which dimension of that space it runs along, or -1 where it
// is a unit dimension or repeats elements. Values whose dimensions do not run
// along whole dimensions of the space (a reshape that merges some) have none.
//
//===----------------------------------------------------------------------===//

#ifndef TENON_PASSES_FUSION_DIMMAP_H
#define TENON_PASSES_FUSION_DIMMAP_H

#include "mlir/IR/Operation.h"
#include "mlir/IR/Value.h"
#include "llvm/ADT/SmallVector.h"

#include <optional>

namespace tenon::fusion {

using DimMap = llvm::SmallVector<int64_t>;

/// The map of a value that fills a space of its own shape.
DimMap getIdentityDimMap(int64_t rank);

/// The map of a movement op's result, given its operand's.
std::optional<DimMap> mapThroughMovement(mlir::Operation *op,
                                         const DimMap &operandMap);

/// The map of `value` given that of `root`, which it renames through movement
/// ops.
std::optional<DimMap> mapThroughChain(mlir::Value value, mlir::Value root,
                                      const DimMap &rootMap);

/// Fills in the -1 of `map` where `shape` has more than one element, by
/// dimensions of `space` that are free and of the same size, in order. Fails
/// where there is none.
bool completeDimMap(DimMap &map, llvm::ArrayRef<int64_t> shape,
                    llvm::ArrayRef<int64_t> space);

/// True if `map` covers every dimension of `space` longer than one, apart from
/// those in `except`.
bool coversSpace(const DimMap &map, llvm::ArrayRef<int64_t> space,
                 llvm::ArrayRef<int64_t> except = {});

} // namespace tenon::fusion

#endif // TENON_PASSES_FUSION_DIMMAP_H
