//===- KernelAttrs.td - Layouts, tiles and lowering configs ----*- tablegen -*-===//

#ifndef TENON_IR_KERNEL_ATTRS_TD
#define TENON_IR_KERNEL_ATTRS_TD

include "ir/kernel/KernelBase.td"

def Kernel_LayoutAttr : Kernel_Attr<"Layout", "layout"> {
  let summary = "The physical layout of a tensor";
  let description = [{
    Lists the physical dimensions from the outermost to the innermost. Each
    names a logical dimension and a block: `0` is the whole dimension, `b > 0`
    is its quotient by `b`, and `-b` its remainder modulo `b`.

    `haloLow` and `haloHigh` (one number per logical dimension, empty when all
    are zero) are elements that are stored before and after the logical extent;
    they hold zeros, written by the kernel that produces the tensor. A blocked
    dimension has no halo, and its last block is filled up with zeros.

    ```mlir
    #kernel.layout<[0, 1]>                            // row major matrix
    #kernel.layout<[1, 0]>                            // column major matrix
    #kernel.layout<[1 floordiv 32, 0, 1 mod 32]>      // [N/32][K][32]
    #kernel.layout<[0, 2, 3, 1], halo_low = [0, 0, 1, 1],
                   halo_high = [0, 0, 1, 1]>          // NHWC, one pixel around
    ```
  }];
  let parameters = (ins
    ArrayRefParameter<"int64_t">:$dims,
    ArrayRefParameter<"int64_t">:$blocks,
    OptionalArrayRefParameter<"int64_t">:$haloLow,
    OptionalArrayRefParameter<"int64_t">:$haloHigh);
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
  let extraClassDeclaration = [{
    /// Row major, without blocks or halo.
    static LayoutAttr getRowMajor(::mlir::MLIRContext *context, int64_t rank);
    /// Dense, with the logical dimensions stored in `order`, outermost first.
    static LayoutAttr getPermuted(::mlir::MLIRContext *context,
                                  ::llvm::ArrayRef<int64_t> order);
    /// Number of logical dimensions.
    int64_t getRank() const;
    bool hasHalo() const;
    bool isBlocked() const;
    /// True when elements stand in row major order with nothing between them.
    bool isRowMajor() const;
    /// Extents of the physical dimensions for a logical `shape`, halo and the
    /// filling of the last block included.
    ::llvm::SmallVector<int64_t>
    getPhysicalShape(::llvm::ArrayRef<int64_t> shape) const;
    /// Elements of storage for a logical `shape`.
    int64_t getNumElements(::llvm::ArrayRef<int64_t> shape) const;
    /// Maps logical indices to the element offset in the storage.
    ::mlir::AffineMap getOffsetMap(::llvm::ArrayRef<int64_t> shape) const;
    /// Maps physical indices (one per physical dimension) to logical indices.
    /// Points in the halo or the filling map outside of the logical shape.
    ::mlir::AffineMap getLogicalMap() const;
    /// The logical dimension that is contiguous in storage, or -1 (rank 0).
    int64_t getInnermostDim() const;
  }];
}

def Kernel_TileAttr : Kernel_Attr<"Tile", "tile"> {
  let summary = "The outer parallel tile of a kernel";
  let description = [{
    `domain` is the iteration space that all stages share, `sizes` the extent of
    one tile in each of its dimensions. Tiles are numbered in row major order;
    the last one of a dimension may be smaller. A tile is the unit of
    parallel work: what it computes depends on its number alone.
  }];
  let parameters = (ins ArrayRefParameter<"int64_t">:$domain,
                        ArrayRefParameter<"int64_t">:$sizes);
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
  let extraClassDeclaration = [{
    /// Number of tiles in each dimension.
    ::llvm::SmallVector<int64_t> getGrid() const;
    /// Number of tiles in all.
    int64_t getNumTiles() const;
  }];
}

def Kernel_StageKind : I32EnumAttr<"StageKind", "What a stage is emitted as", [
    I32EnumAttrCase<"Contraction", 0, "contraction">,
    I32EnumAttrCase<"Row", 1, "row">,
    I32EnumAttrCase<"Loop", 2, "loop">,
    I32EnumAttrCase<"Special", 3, "special">]> {
  let cppNamespace = "::tenon::kernel";
  let genSpecializedAttr = 0;
}

def Kernel_StageKindAttr
    : EnumAttr<KernelDialect, Kernel_StageKind, "stage_kind">;

def Kernel_ContractionConfigAttr
    : Kernel_Attr<"ContractionConfig", "contraction_config"> {
  let summary = "How a contraction stage is emitted";
  let description = [{
    Written by a backend's strategy, read by its emitter. `vl` lanes of a
    vector; the register tile is `mr` rows by `nr` columns; `kc` is the depth
    of one pass over K (0: all of it); `unroll` steps of K per iteration;
    `prefetch` is how many K steps ahead B is fetched (0: not at all);
    `packA`: the row panel of A is copied into tile scratch first; `rowsOuter`:
    rows of A stay close while the panels of B pass, instead of the reverse.
  }];
  let parameters = (ins "int64_t":$vl, "int64_t":$mr, "int64_t":$nr,
                        "int64_t":$kc, "int64_t":$unroll, "int64_t":$prefetch,
                        "bool":$packA, "bool":$rowsOuter);
  let assemblyFormat = "`<` struct(params) `>`";
}

def Kernel_VectorConfigAttr : Kernel_Attr<"VectorConfig", "vector_config"> {
  let summary = "How a row or loop stage is emitted";
  let description = [{
    `vl` lanes of a vector; `unroll` independent vectors per iteration of the
    innermost loop; `vectorDim`: the logical dimension of the stage's widest
    value that the lanes run along.
  }];
  let parameters = (ins "int64_t":$vl, "int64_t":$unroll, "int64_t":$vectorDim);
  let assemblyFormat = "`<` struct(params) `>`";
}

def Kernel_ThreadConfigAttr : Kernel_Attr<"ThreadConfig", "thread_config"> {
  let summary = "How a row or loop stage is spread over a block of threads";
  let description = [{
    `threads` of a block, the same for all stages of a kernel. In a row stage
    `group` of them share one row: with `alongRow` they are neighbours and read
    neighbouring elements of the row, a warp or the whole block; without it
    neighbours read neighbouring rows, and the row is cut into `group` parts. A
    loop stage has `group` 1.
  }];
  let parameters = (ins "int64_t":$threads, "int64_t":$group, "bool":$alongRow);
  let assemblyFormat = "`<` struct(params) `>`";
}

def Kernel_BlockContractionConfigAttr
    : Kernel_Attr<"BlockContractionConfig", "block_contraction_config"> {
  let summary = "How a contraction stage is spread over a block of threads";
  let description = [{
    A block of `threads` computes `rows` by `columns` sums at a time, and reads
    `depth` steps of K of both operands into shared memory before it multiplies
    them. A thread keeps `threadRows` by `threadColumns` sums in registers. With
    `mma` warps multiply with tensor cores instead, 16 x 8 x 16 at a time.
  }];
  let parameters = (ins "int64_t":$threads, "int64_t":$rows,
                        "int64_t":$columns, "int64_t":$depth,
                        "int64_t":$threadRows, "int64_t":$threadColumns,
                        "bool":$mma);
  let assemblyFormat = "`<` struct(params) `>`";
}

#endif // TENON_IR_KERNEL_ATTRS_TD
