#!/usr/bin/env python3
"""Writes inputs/exported_*: programs as jax.export writes them to disk (portable
StableHLO bytecode), the same as text, their inputs, and what XLA:CPU makes of them.

    make_exported_programs.py        needs jax 0.10

The tests read the files and need no JAX.
"""

import json

from make_jax_programs import HERE, dump

import jax
import jax.numpy as jnp
import numpy as np
from jax import export, lax
from jax._src.interpreters.mlir import make_ir_context
from jaxlib.mlir import ir
from jaxlib.mlir.dialects import stablehlo


def convolutions(x, w):
    dims = ("NHWC", "HWIO", "NHWC")
    y = lax.conv_general_dilated(x, w, (2, 1), ((1, 0), (2, 1)), rhs_dilation=(1, 2),
                                 dimension_numbers=dims)
    grouped = lax.conv_general_dilated(x, jnp.tile(w[:, :, :1], (1, 1, 1, 2)), (1, 1), ((1, 1), (1, 0)),
                                       lhs_dilation=(2, 1), dimension_numbers=dims,
                                       feature_group_count=2)
    pooled = lambda v: lax.reduce_window(v, -jnp.inf, lax.max, (1, 2, 3, 1), (1, 2, 1, 1), "SAME")
    return y, grouped, pooled(x), jax.grad(lambda v: (pooled(v) ** 2).sum())(x)


def movement(x, i):
    padded = lax.pad(x, np.float32(-1), ((1, 2, 0), (0, -1, 2)))
    taken = x[i, 1:4][:, ::-1]
    batched = jnp.take_along_axis(x, i[:, None] % 6, 1)
    return (padded, lax.slice(padded, (1, 2), (5, 9), (2, 3)), taken, batched,
            x.at[i].max(taken.sum()), lax.dynamic_update_slice(x, taken[:2], (i[0], i[1])),
            jnp.where(np.array([True, False, True, False, True, True]), x, 1),
            jnp.where(np.arange(24).reshape(4, 6) % 5 == 0, x, 0),
            lax.broadcasted_iota(jnp.uint8, (3, 2), 1), lax.reduce_precision(x, 5, 7))


def control(x, n):
    total = lax.fori_loop(0, n, lambda k, v: v * 0.5 + k, x)
    chosen = lax.switch(n, (jnp.sin, jnp.cos, lambda v: v * 2), x)
    order = jnp.argsort(x, axis=1, stable=True)
    solved = lax.linalg.triangular_solve(jnp.eye(4) + jnp.tril(x[:, :4], -1), x, left_side=True,
                                         lower=True, unit_diagonal=True)
    return (total, chosen, order, solved, jnp.cumsum(x, 1), jax.scipy.special.erf(x),
            lax.top_k(x, 2)[1], jnp.einsum("ab,cb->ca", x, x, precision="highest"),
            lax.shift_right_logical(n, np.int32(1)), x.argmin(0))


def programs():
    rng = np.random.default_rng(5)
    normal = lambda *shape: rng.standard_normal(shape).astype(np.float32)
    return {"convolutions": (convolutions, (normal(2, 5, 6, 2), normal(3, 2, 2, 4))),
            "movement": (movement, (normal(4, 6), np.array([2, 0, 3, 1], np.int32))),
            "control": (control, (normal(4, 6), np.int32(2)))}


def without_locations(text):
    with make_ir_context():
        return str(ir.Module.parse(text)).rstrip() + "\n"


if __name__ == "__main__":
    for name, (function, arguments) in programs().items():
        jitted = jax.jit(function)
        # On a CPU, JAX calls LAPACK where other platforms get StableHLO's own op.
        exported = export.export(jitted, platforms=["tpu"])(*arguments)
        # As in exported.mlir_module_serialized, but for where this file stands.
        text = without_locations(exported.mlir_module())
        (HERE / f"exported_{name}.mlir").write_text(text)
        (HERE / f"exported_{name}.mlirbc").write_bytes(
            stablehlo.serialize_portable_artifact_str(text, stablehlo.get_current_version()))
        record = {"inputs": [dump(a) for a in arguments],
                  "outputs": [dump(o) for o in jax.tree.leaves(jitted(*arguments))]}
        (HERE / f"exported_{name}.json").write_text(json.dumps(record) + "\n")
