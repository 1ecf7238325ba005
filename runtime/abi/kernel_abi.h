/* The kernel ABI, version 1: the one contract between generated code and
 * whoever calls it (the loader, static embedding, wasm, microcontrollers).
 *
 * Rules
 * - Freestanding C99: needs <stdint.h> only.
 * - A kernel is a pure function of its operands and the tile index. It calls
 *   nothing, allocates nothing, has no globals and keeps no state between
 *   calls. It returns nothing and cannot fail.
 * - The same tile writes the same bits, whatever range and worker it was
 *   called with. Tiles of one launch write disjoint elements and may run in
 *   any order and at the same time.
 * - The version changes when the meaning of an argument changes. Adding
 *   contents behind `scalars` does not change it.
 */
#ifndef TENON_RUNTIME_ABI_KERNEL_ABI_H
#define TENON_RUNTIME_ABI_KERNEL_ABI_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Stated by an artifact, compared for equality by the loader. */
#define TN_KERNEL_ABI_VERSION 1

/** Alignment in bytes of `scratch`, and of every buffer that the runtime
 * places (arena, weight, variable, constant). A caller's input or output is
 * aligned to what its signature states, by default its element size. */
#define TN_BUFFER_ALIGNMENT 64

/** Runs tiles [tile_begin, tile_end) of one kernel.
 *
 * buffers     one pointer per kernel operand, then one per result, in order;
 *             two of them are equal where the plan ties a result to an operand
 * scalars     dynamic sizes in the order that the kernel states; may be NULL
 *             when it states none
 * scratch     memory of the calling worker alone, of the size that the plan
 *             states, aligned to TN_BUFFER_ALIGNMENT, contents undefined on
 *             entry; may be NULL when the size is 0
 * tile_begin  first linear tile index, 0 <= tile_begin
 * tile_end    one past the last, tile_begin < tile_end <= the tile count
 */
typedef void (*tn_kernel_fn)(void *const *buffers, const int64_t *scalars,
                             void *scratch, int64_t tile_begin,
                             int64_t tile_end);

#ifdef __cplusplus
}
#endif

#endif /* TENON_RUNTIME_ABI_KERNEL_ABI_H */
