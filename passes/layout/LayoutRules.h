//===- LayoutRules.h - Which layout a value gets, and why -----------------===//
//
// The policy of the layout pass, apart from the rewriting.
//
//===----------------------------------------------------------------------===//

#ifndef TENON_PASSES_LAYOUT_LAYOUTRULES_H
#define TENON_PASSES_LAYOUT_LAYOUTRULES_H

#include "ir/graph/GraphOps.h"
#include "ir/kernel/KernelOps.h"

namespace tenon::layout {

/// What a kernel asks of the layout of one of its inputs.
struct InputWish {
  /// Logical dimensions in storage order; empty: any.
  llvm::SmallVector<int64_t> order;
  /// Zeros that must be stored around the value; empty: none needed.
  llvm::SmallVector<int64_t> haloLow, haloHigh;
  /// The kernel has no fast code for another layout.
  bool required = false;
  llvm::StringRef reason;
};

/// The wish of `kernel` for its input `index`.
InputWish getInputWish(kernel::FusedOp kernel, unsigned index);

/// Whether `kernel` reads its input `index` in rows whose elements `layout`
/// scatters: a reshape makes a row of several dimensions that do not lie next
/// to each other in this order. Rows are read several times, so that a
/// row-major copy pays.
bool scattersRows(kernel::FusedOp kernel, unsigned index,
                  kernel::LayoutAttr layout);

/// The order in which `kernel` best writes its output `index`, where its
/// readers have no wish; empty: row major. `layouts` are those of its inputs.
llvm::SmallVector<int64_t>
getOutputOrder(kernel::FusedOp kernel, unsigned index,
               llvm::ArrayRef<kernel::LayoutAttr> layouts);

/// Panels of `width` columns for the right-hand side of `contraction`.
kernel::LayoutAttr getPanelLayout(mlir::Operation *contraction, int64_t width);

/// Output features last for the kernel of a convolution that is computed
/// element by element, as where channels are groups: neighbouring channels of a
/// result take neighbouring weights.
kernel::LayoutAttr getFeaturesLastLayout(graph::ConvolutionOp conv);

/// The op of a contraction stage that multiplies, or null.
mlir::Operation *getContraction(kernel::StageOp stage);

/// Whether a convolution's kernel copies its images, padded and spread, into
/// tile scratch: small ones, and all that are dilated. Others are read in place
/// and want a halo.
bool isPaddedInScratch(graph::ConvolutionOp conv);

/// True if `output` may be written over `input`: every element is read, by the
/// same tile, before it is written, and nothing else is read from there.
bool canComputeInPlace(kernel::FusedOp kernel, unsigned input, unsigned output);

/// True if `output` is the new value of the state that `input` reads: the entry
/// returns it tied to that argument.
bool isStateTie(kernel::FusedOp kernel, unsigned input, unsigned output);

/// True if every other reader of `kernel`'s input must have run before it,
/// whatever the order: `kernel` depends on each of them.
bool isLastReader(kernel::FusedOp kernel, unsigned input);

} // namespace tenon::layout

#endif // TENON_PASSES_LAYOUT_LAYOUTRULES_H
