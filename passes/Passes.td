//===- Passes.td - The passes of the compiler ------------------*- tablegen -*-===//
//
// The contract of each pass: what it does, before and after, its options.
// One pass is one file, one flag and one test stem.
//
//===----------------------------------------------------------------------===//

#ifndef TENON_PASSES_PASSES_TD
#define TENON_PASSES_PASSES_TD

include "mlir/Pass/PassBase.td"

//===----------------------------------------------------------------------===//
// Graph level
//===----------------------------------------------------------------------===//

def Differentiate : Pass<"tenon-differentiate", "::mlir::ModuleOp"> {
  let summary = "Replace gradients by the backward ops";
  let description = [{
    Builds, for each `tenon.gradient` in program order, the ops that compute the
    derivatives in reverse mode: from the loss back to the values, each op that
    lies between adds the products of its results' cotangents and its
    derivative to its operands' cotangents, in an order that the program's order
    fixes. Rules come from DifferentiableOpInterface (ir/graph/derivatives);
    a composite without a rule of its own is replaced by its primitives first.
    Ops without a derivative are listed all at once.

    ```mlir
    %y = tenon.tanh %x : tensor<4xf32>
    %loss = tenon.reduce %y init %zero dims = [0] ... with add
    %dx = tenon.gradient %loss wrt (%x) : tensor<f32>, (tensor<4xf32>) -> tensor<4xf32>
    ```
    becomes
    ```mlir
    %dy = tenon.broadcast_in_dim %one dims = [] : (tensor<f32>) -> tensor<4xf32>
    %square = tenon.multiply %y, %y : tensor<4xf32>
    %slope = tenon.subtract %ones, %square : tensor<4xf32>
    %dx = tenon.multiply %dy, %slope : tensor<4xf32>
    ```
  }];
  let statistics = [
    Statistic<"replaced", "replaced", "Gradients replaced">
  ];
}

def Decompose : Pass<"tenon-decompose", "::mlir::ModuleOp"> {
  let summary = "Replace composite ops by their primitives";
  let description = [{
    Asks every op that implements DecomposableOpInterface for its primitives.
    Fusion works on primitives only, so a composite and its spelled-out form
    end in the same kernels.

    ```mlir
    %y = tenon.log_softmax %x axis = 1 : tensor<4x8xf32>
    ```
    becomes the reduce, subtract, exponential, reduce, log, subtract that it
    stands for.
  }];
  let statistics = [
    Statistic<"decomposed", "decomposed", "Composite ops replaced">
  ];
}

def ScatterToSelect : Pass<"tenon-scatter-to-select", "::mlir::ModuleOp"> {
  let summary = "Write scatters of one place per row as selections";
  let description = [{
    A scatter whose index vectors stand one to a row, as the derivative of
    picking one element per row does (cross entropy), gives each element at most
    one update: the element takes it where its place is the index, and joins
    other element-wise work in a kernel.

    ```mlir
    %y = tenon.scatter %x at %i by %u inserted_window_dims = [1]
        batching_dims = [0] x [0] scatter_dims_to_operand_dims = [1] ... with add
    ```
    becomes
    ```mlir
    %place = tenon.iota dim = 1 : tensor<4x8xi32>
    %hit = tenon.compare EQ, %place, %indices ...
    %sum = tenon.add %x, %updates : tensor<4x8xf32>
    %y = tenon.select %hit, %sum, %x ...
    ```
  }];
  let statistics = [
    Statistic<"rewritten", "rewritten", "Scatters written as selections">
  ];
}

def SplitComplex : Pass<"tenon-split-complex", "::tenon::graph::EntryOp"> {
  let summary = "Replace complex tensors by pairs of real ones";
  let description = [{
    Kernels hold real numbers. Every complex value becomes two, and each op on
    it what it means for the parts, in the regions of loops, branches, sorts and
    reductions too. Complex arguments and results of the entry keep their bytes:
    they become real tensors with a last dimension of two, and
    `tenon.caller_type` on them states the type that the caller sees. An entry
    with an op that has no such form (complex weights and variables among them)
    stays as it is.

    ```mlir
    %z = tenon.multiply %x, %y : tensor<4xcomplex<f32>>
    ```
    becomes the four products of the parts, a difference and a sum.
  }];
  let statistics = [Statistic<"split", "split", "Complex values replaced">];
}

def FoldScaleIntoContraction
    : Pass<"tenon-fold-scale-into-contraction", "::tenon::graph::EntryOp"> {
  let summary = "Multiply the weights of a product instead of its result";
  let description = [{
    A product whose right-hand side is computed from weights, followed by a
    multiplication with a value per output channel that is also computed from
    weights, multiplies the weights instead: the work moves to compile time.
    What a batch normalization leaves behind a convolution is folded so.

    ```mlir
    %c = tenon.convolution %x, %w ...
    %y = tenon.multiply %c, %scale      // %scale repeats one value per channel
    ```
    becomes
    ```mlir
    %ws = tenon.multiply %w, %scaleOfW
    %y = tenon.convolution %x, %ws ...
    ```
  }];
  let statistics = [Statistic<"folded", "folded", "Scales moved into weights">];
}

def HoistWeights : Pass<"tenon-hoist-weights", "::mlir::ModuleOp"> {
  let summary = "Move what depends on weights alone to compile time";
  let description = [{
    Finds the largest values that are computed from weights and constants
    without any input, and moves each into an entry of its own, marked
    `tenon.prepare`, whose result is a `kernel.prepared` tensor. Values that
    only rename a weight's elements stay where they are, as kernels read
    through renamings for free; only the right-hand sides of contractions and
    convolutions are prepared even so, because they will be stored in another
    order.

    ```mlir
    %v = tenon.add %weight0, %weight1
    ```
    becomes `%v = kernel.get_prepared @prepare_0`.
  }];
  let statistics = [
    Statistic<"hoisted", "hoisted", "Values computed at compile time">
  ];
  let dependentDialects = ["::tenon::kernel::KernelDialect"];
}

def Rematerialize : Pass<"tenon-rematerialize", "::tenon::graph::EntryOp"> {
  let summary = "Mark cheap values to be computed again by their readers";
  let description = [{
    A training step keeps values of the forward pass for the backward pass. A
    value that a few instructions make of others which are kept anyway (the
    mask of a relu, a centered row) need not be: it is marked
    `tenon.recompute`, with the bytes that its buffer would have taken, less
    those of operands that live longer for it, and fusion repeats it in every
    kernel that reads it: by its far readers only, of which a copy is made where
    others stand in the kernel that makes it. Entries without a backward pass or
    state are left alone. Values that a product, a window or the caller reads
    are stored as before, and no variable's new value waits for a new reader of
    the old one.

    ```mlir
    %y = tenon.maximum %x, %zero : tensor<64x128xf32>
    %mask = tenon.compare GT, %y, %zero : ...
    %z = tenon.dot_general %y, %w ...       // reads %y, and so does its derivative
    ...
    %dx = tenon.select %mask, %dy, %zero : ...
    %dw = tenon.dot_general %y, %dz ...
    ```
    becomes
    ```mlir
    %mask = tenon.compare GT, %y, %zero {tenon.recompute = {bytes = 8192 : i64, reason = "..."}} : ...
    ```
  }];
  let statistics = [
    Statistic<"recomputed", "recomputed", "Values computed again">,
    Statistic<"savedBytes", "saved-bytes", "Bytes that are not kept">
  ];
}

//===----------------------------------------------------------------------===//
// Fusion
//===----------------------------------------------------------------------===//

def Fuse : Pass<"tenon-fuse", "::tenon::graph::EntryOp"> {
  let summary = "Group ops into kernels";
  let description = [{
    Visits the ops in order. Each joins the kernel of a producer if the rules
    of its kind allow it and the cost model gains by it, or begins a kernel of
    its own; small producers are then merged into their only consumer. Ops
    that only rename indices are repeated in every kernel that reads through
    them. Each decision is recorded on the kernel with its reason and the bytes
    it is worth.

    ```mlir
    %d = tenon.dot_general %x, %w ...
    %s = tenon.add %d, %bias
    %y = tenon.maximum %s, %zero
    ```
    becomes one `kernel.fused` with a contraction stage.
  }];
  let options = [
    Option<"maxTileBytes", "max-tile-bytes", "int64_t", "262144",
           "Scratch that one tile's intermediates may fill, in bytes">,
    Option<"minTiles", "min-tiles", "int64_t", "8",
           "Tiles that a fusion must leave for parallel work">
  ];
  let statistics = [
    Statistic<"kernels", "kernels", "Kernels made">,
    Statistic<"fusedOps", "fused-ops", "Ops that joined a producer's kernel">
  ];
  let dependentDialects = ["::tenon::kernel::KernelDialect"];
}

def VerifyFused : Pass<"tenon-verify-fused", "::mlir::ModuleOp"> {
  let summary = "Prove what layout relies on: entries hold kernels only";
  let description = [{
    Read-only. Every op of an entry is a `kernel.fused`, a source (weight,
    prepared tensor, constant) or the return, and every stage is of a form
    that its kind's emitter is defined for.

    ```mlir
    %0 = tenon.add %x, %x : tensor<4xf32>   // error: not inside of a kernel
    ```
  }];
}

//===----------------------------------------------------------------------===//
// Layout
//===----------------------------------------------------------------------===//

def AssignLayouts : Pass<"tenon-assign-layouts", "::mlir::ModuleOp"> {
  let summary = "Choose the physical layout of every value";
  let description = [{
    Convolutions read and write channels last, with the halo that their
    padding asks for, so that they run without bounds checks; a value that all
    its readers transpose is stored in their order; weights that a contraction
    reads are packed into panels at compile time (`panel-width` columns each),
    those of other convolutions have output features last; everything else is
    row major, copied where a kernel would read its rows from scattered places. Then outputs that may be computed in place
    are tied to the input that dies there, the new value of a variable to the
    old one. All readers of the old value are put before the kernel that
    writes the new one; where that cannot be, the new value is computed aside
    and copied.

    ```mlir
    %y = kernel.fused "conv" (%a = %x, %b = %w) : ...
    ```
    becomes
    ```mlir
    %y = kernel.fused "conv" (%a = %x, %b = %packed) attributes {
      input_layouts = [#kernel.layout<[0, 2, 3, 1], halo_low = [0, 0, 1, 1], ...
    ```
  }];
  let options = [
    Option<"panelWidth", "panel-width", "int64_t", "16",
           "Columns of one panel of packed weights">
  ];
  let statistics = [
    Statistic<"packed", "packed", "Weights packed into panels">,
    Statistic<"relayouts", "relayouts", "Copies made to change a layout">,
    Statistic<"inPlace", "in-place", "Outputs that reuse an input's buffer">,
    Statistic<"stateCopies", "state-copies",
              "New values of variables that had to be copied into place">
  ];
  let dependentDialects = ["::tenon::kernel::KernelDialect",
                           "::tenon::graph::TenonDialect"];
}

def VerifyLayouts : Pass<"tenon-verify-layouts", "::mlir::ModuleOp"> {
  let summary = "Prove what memory planning relies on: one layout per value";
  let description = [{
    Read-only. Every kernel states the layout of each operand, producer and
    consumers agree on it, and a tied output has the layout of its input and
    is the last to use it.

    ```mlir
    error: input #0 expects #kernel.layout<[0, 2, 3, 1]> but its producer
           writes #kernel.layout<[0, 1, 2, 3]>
    ```
  }];
}

//===----------------------------------------------------------------------===//
// Schedule and memory
//===----------------------------------------------------------------------===//

def Schedule : Pass<"tenon-schedule", "::tenon::graph::EntryOp"> {
  let summary = "Order the kernels for a low peak of memory";
  let description = [{
    List scheduling: among the kernels whose operands are ready, runs the one
    after which the fewest bytes are live, and the model's order among equals.
    The model's own order is kept where that has the lower peak.

    ```mlir
    %big = kernel.fused "a" ...     // live until %y
    %small = kernel.fused "b" ...
    %y = kernel.fused "c" (%small, %big)
    ```
    runs "b" first if "a" makes more bytes than it frees.
  }];
  let statistics = [
    Statistic<"moved", "moved", "Kernels that changed their place">
  ];
}

def PlanMemory : Pass<"tenon-plan-memory", "::mlir::ModuleOp"> {
  let summary = "Give every buffer its offset and write the plan";
  let description = [{
    Turns each entry into a `plan.entry`: values become buffers, those between
    kernels get offsets in one arena such that no two overlap while both are
    live, a tied output takes its input's place, and kernels that are alike
    share one `plan.kernel`. States the peak and the lower bound.

    ```mlir
    tenon.entry @predict(...) { %0 = kernel.fused "a" ... }
    ```
    becomes
    ```mlir
    plan.entry @predict arena 4096 peak 4096 lower_bound 4096 {
      %a = plan.arena offset 0 size 4096 live 0 to 1 of tensor<32x32xf32> ...
      plan.launch @a(%in) -> (%a)
    ```
  }];
  let options = [
    Option<"alignment", "alignment", "int64_t", "64",
           "Alignment of arena buffers in bytes">
  ];
  let statistics = [
    Statistic<"launches", "launches", "Launches planned">,
    Statistic<"kernels", "kernels", "Different kernels">,
    Statistic<"arenaBytes", "arena-bytes", "Bytes of all arenas">
  ];
  let dependentDialects = ["::tenon::plan::PlanDialect"];
}

def VerifyPlan : Pass<"tenon-verify-plan", "::mlir::ModuleOp"> {
  let summary = "Prove what the runtime relies on: no two live buffers overlap";
  let description = [{
    Read-only. Buffers lie inside the arena and are aligned, live ranges hold
    every launch that uses them, buffers live at once do not overlap unless
    one is in place of the other, and launches fit their kernel's signature.

    ```mlir
    error: overlaps %a_0 while both are live (launches 2 to 3)
    ```
  }];
}

#endif // TENON_PASSES_PASSES_TD
