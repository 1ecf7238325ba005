#!/usr/bin/env python3
"""Writes steps.npz: losses and gradients of the steps in steps.py, by JAX.

    test/e2e/golden/make_step_goldens.py        # needs jax, in double precision

The steps are written here a second time, in JAX's own words; only the inputs
come from steps.py.
"""

import pathlib
import sys

import jax
import jax.numpy as jnp
import numpy
from jax import lax

FOLDER = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parent))
import steps  # noqa: E402

jax.config.update("jax_enable_x64", True)


def convolution(x, w, stride=1, groups=1):
    pad = w.shape[2] // 2
    return lax.conv_general_dilated(
        x, w, (stride, stride), [(pad, pad)] * 2, feature_group_count=groups,
        dimension_numbers=("NCHW", "OIHW", "NCHW"))


def cross_entropy(logits, y):
    return -jnp.take_along_axis(jax.nn.log_softmax(logits), y, 1).mean()


def digits(p, x, y):
    for n in "12":
        x = jax.nn.relu(convolution(x, p["p_w" + n]) + p["p_b" + n][:, None, None])
    x = lax.reduce_window(x, -jnp.inf, lax.max, (1, 1, 2, 2), (1, 1, 2, 2), "VALID")
    return cross_entropy(x.reshape(len(x), -1) @ p["p_w3"].T + p["p_b3"], y)


def residual(p, x, y):
    h = convolution(x, p["p_w1"], 2)
    mean = h.mean((0, 2, 3), keepdims=True)
    variance = ((h - mean) ** 2).mean((0, 2, 3), keepdims=True)
    h = (h - mean) / jnp.sqrt(variance + 1e-3)
    h = jax.nn.relu(h * p["p_s1"][:, None, None] + p["p_o1"][:, None, None])
    h = convolution(h, p["p_w2"], groups=4) + convolution(x, p["p_ws"], 2)
    h = lax.reduce_window(h, 0.0, lax.add, (1, 1, 2, 2), (1, 1, 2, 2), "VALID") / 4
    return cross_entropy(h.reshape(len(h), -1) @ p["p_wd"].T + p["p_bd"], y)


def block(p, ids, y, heads=2):
    x = p["p_table"][ids]
    mean = x.mean(-1, keepdims=True)
    n = (x - mean) / jnp.sqrt(((x - mean) ** 2).mean(-1, keepdims=True) + 1e-5)
    n = n * p["p_s1"] + p["p_b1"]
    q, k, v = jnp.split(n @ p["p_qkv"].T + p["p_bqkv"], 3, -1)
    b, t, w = x.shape
    q, k, v = (a.reshape(b, t, heads, -1).transpose(0, 2, 1, 3) for a in (q, k, v))
    score = jnp.einsum("bhid,bhjd->bhij", q, k) / numpy.sqrt(w // heads)
    score = jnp.where(jnp.tril(jnp.ones((t, t), bool)), score, -jnp.inf)
    a = jnp.einsum("bhij,bhjd->bhid", jax.nn.softmax(score), v)
    x = (x + a.transpose(0, 2, 1, 3).reshape(b, t, w)).reshape(b * t, w)
    h = jax.nn.gelu(x @ p["p_fc"].T + p["p_bfc"], approximate=True)
    x = x + h @ p["p_out"].T + p["p_bout"]
    n = x / jnp.sqrt((x * x).mean(-1, keepdims=True) + 1e-5) * p["p_s2"]
    return cross_entropy(n @ p["p_table"].T, y)


def main():
    arrays = {}
    for name, function in {"digits": digits, "residual": residual, "block": block}.items():
        _, inputs = steps.STEPS[name]()
        p = {k: v.astype(float) for k, v in inputs.items() if k.startswith("p_")}
        data = [v.astype(float) if v.dtype.kind == "f" else v
                for k, v in inputs.items() if k not in p]
        loss, gradients = jax.value_and_grad(function)(p, *data)
        arrays[f"{name}/loss"] = numpy.float32(loss)
        for k, gradient in gradients.items():
            arrays[f"{name}/{k}"] = numpy.asarray(gradient, numpy.float32)
    numpy.savez_compressed(FOLDER / "steps.npz", **arrays)


if __name__ == "__main__":
    main()
