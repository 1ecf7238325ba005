#!/usr/bin/env python3
"""Writes inputs/jax_*.mlir and inputs/jax_*.json: programs as JAX prints them,
with their inputs and what XLA:CPU makes of them.

    make_jax_programs.py        needs jax 0.10

The tests read the files and need no JAX. Numbers are stored as decimal text that
names each f32 and f64 exactly.
"""

import json
import os
import pathlib

os.environ.setdefault("JAX_PLATFORMS", "cpu")
import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

HERE = pathlib.Path(__file__).resolve().parent / "inputs"
STEPS = 10


def dump(value):
    value = np.asarray(value)
    return {"type": str(value.dtype), "shape": list(value.shape),
            "values": [float(v) if value.dtype.kind in "fc" else int(v)
                       for v in parts(value).ravel()]}


def parts(value):
    """Complex numbers as pairs."""
    wide = {"complex64": np.float32, "complex128": np.float64}.get(str(value.dtype))
    return value.view(wide) if wide else value


def loss(parameters, batch):
    hidden = batch["x"]
    for layer in ("first", "second"):
        hidden = jnp.maximum(hidden @ parameters[layer]["w"] + parameters[layer]["b"], 0)
    logits = hidden @ parameters["last"]["w"] + parameters["last"]["b"]
    scores = jax.nn.log_softmax(logits)
    return -jnp.take_along_axis(scores, batch["y"][:, None], -1).mean()


def train_step():
    """An MLP trained by momentum and by Adam, its state donated."""
    rng = np.random.default_rng(7)
    sizes = {"first": (12, 16), "second": (16, 16), "last": (16, 5)}
    parameters = {
        name: {"w": (rng.standard_normal(shape) / np.sqrt(shape[0])).astype(np.float32),
               "b": np.zeros(shape[1], np.float32)}
        for name, shape in sizes.items()}
    zeros = lambda: jax.tree.map(np.zeros_like, parameters)
    batch = {"x": rng.standard_normal((8, 12)).astype(np.float32),
             "y": rng.integers(0, 5, 8).astype(np.int32)}

    def momentum(state, batch):
        value, gradient = jax.value_and_grad(loss)(state["p"], batch)
        velocity = jax.tree.map(lambda v, g: 0.9 * v + g, state["v"], gradient)
        moved = jax.tree.map(lambda p, v: p - 0.05 * v, state["p"], velocity)
        return {"p": moved, "v": velocity}, value

    def adam(state, batch):
        value, gradient = jax.value_and_grad(loss)(state["p"], batch)
        step = state["t"] + 1
        first = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, state["m"], gradient)
        second = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, state["v"], gradient)
        scale = jnp.sqrt(1 - 0.999 ** step.astype(jnp.float32)) / (1 - 0.9 ** step.astype(jnp.float32))
        moved = jax.tree.map(lambda p, m, v: p - 1e-2 * scale * m / (jnp.sqrt(v) + 1e-8),
                             state["p"], first, second)
        return {"p": moved, "m": first, "v": second, "t": step}, value

    for name, step, state in (
            ("momentum", momentum, {"p": parameters, "v": zeros()}),
            ("adam", adam, {"p": parameters, "m": zeros(), "v": zeros(), "t": np.int32(0)})):
        jitted = jax.jit(step, donate_argnums=0)
        text = jitted.lower(state, batch).as_text()
        inputs = [dump(leaf) for leaf in jax.tree.leaves((state, batch))]
        losses, now = [], jax.tree.map(jnp.asarray, state)
        for _ in range(STEPS):
            now, value = jitted(now, batch)
            losses.append(float(value))
        write(f"jax_step_{name}", text, {
            "inputs": inputs, "losses": losses,
            "state": len(jax.tree.leaves(state)),
            "final": [dump(leaf) for leaf in jax.tree.leaves(now)]})


def programs():
    rng = np.random.default_rng(11)
    normal = lambda *shape: rng.standard_normal(shape).astype(np.float32)

    def rnn(x, h, w, u):
        def cell(h, x):
            h = jnp.tanh(x @ w + h @ u)
            return h, h.sum()
        return lax.scan(cell, h, x)

    def search(x, k):
        def body(s):
            lo, hi = s
            mid = (lo + hi) // 2
            return lax.cond(x[mid] < k, lambda: (mid + 1, hi), lambda: (lo, mid))
        return lax.while_loop(lambda s: s[0] < s[1], body, (jnp.int32(0), jnp.int32(x.size)))[0]

    def ranks(x):
        values, places = lax.top_k(x, 3)
        return values, places, jnp.sort(x, axis=0), jnp.argsort(-x, axis=1)

    def counts(x, i):
        return jnp.zeros((4, 3), x.dtype).at[i].add(x), jnp.bincount(i, length=4)

    def special(x):
        return (lax.lgamma(x), lax.digamma(x), jnp.arcsinh(x), jnp.sinh(x),
                jnp.arctan(x), jax.scipy.special.i1e(x))

    def bits(key):
        philox = lax.rng_bit_generator(key, (3, 5), dtype=jnp.uint32)
        threefry = lax.rng_bit_generator(key, (6, 3), dtype=jnp.uint16,
                                         algorithm=lax.RandomAlgorithm.RNG_THREE_FRY)
        return *philox, *threefry, lax.bitcast_convert_type(key, jnp.uint8)

    def spectrum(x, c):
        z = jnp.fft.rfft(x)
        orbit = lax.fori_loop(0, 4, lambda i, z: z * z + c, jnp.zeros_like(c))
        return jnp.abs(z), jnp.fft.irfft(z * 1j, n=12), orbit.real, jnp.exp(c).imag, c * c

    for name, function, arguments in (
            ("rnn", rnn, (normal(6, 2, 3), normal(2, 4), normal(3, 4), normal(4, 4))),
            ("search", search, (np.sort(normal(9)), np.float32(0.25))),
            ("ranks", ranks, (normal(4, 6),)),
            ("counts", counts, (normal(7, 3), rng.integers(0, 4, 7).astype(np.int32))),
            ("special", special, (np.linspace(-3.6, 5.0, 17, dtype=np.float32),)),
            ("bits", bits, (np.array([7, 8, 9, 2**32 - 1], np.uint32),)),
            ("spectrum", spectrum, (normal(2, 12), (normal(5) + 1j * normal(5)) / 2))):
        write_program(name, function, arguments)


def double_programs():
    """Programs in f64 and complex<f64>."""
    rng = np.random.default_rng(13)
    normal = lambda *shape: rng.standard_normal(shape)

    def functions(x, p):
        return (jnp.exp(x), jnp.expm1(x), jnp.log(p), jnp.log1p(p), p ** x, jnp.cbrt(x),
                jnp.sin(x), jnp.cos(x * 1e9), jnp.tan(x), jnp.arctan2(x, p), jnp.tanh(x),
                jnp.sinh(x), jnp.arcsinh(x), jax.nn.sigmoid(x), lax.erf(x), lax.erfc(x),
                lax.erf_inv(x / 9), jnp.cosh(x), jnp.arccosh(1 + p), lax.lgamma(p),
                lax.digamma(p), jnp.fmod(x, p))

    def attention(q, k, v, g):
        scores = jax.nn.softmax(q @ k.T / 2)
        y = jax.nn.gelu(scores @ v, approximate=False)
        y = (y - y.mean(-1, keepdims=True)) / jnp.sqrt(y.var(-1, keepdims=True) + 1e-9)
        return y * g, jax.nn.logsumexp(y, axis=0), jax.nn.softplus(y)

    def gradient(w, x):
        return jax.value_and_grad(
            lambda w: (jnp.tanh(x @ w) ** 2 * jnp.exp(-jnp.abs(x @ w))).sum())(w)

    def angles(c, d):
        return (jnp.exp(c), jnp.log(c), jnp.sqrt(c), jnp.tanh(c), c ** d, jnp.abs(c),
                jnp.fft.fft(c), jnp.sin(c) / d)

    with jax.enable_x64(True):
        for name, function, arguments in (
                ("f64_functions", functions,
                 (np.linspace(-7.3, 8.1, 29), np.exp(normal(29)))),
                ("f64_attention", attention,
                 (normal(5, 4), normal(7, 4), normal(7, 6), normal(6))),
                ("f64_gradient", gradient, (normal(4, 3), normal(6, 4))),
                ("f64_complex", angles,
                 (normal(9) + 1j * normal(9), normal(9) + 1j * normal(9)))):
            write_program(name, function, arguments)


def write_program(name, function, arguments):
    jitted = jax.jit(function)
    outputs = jax.tree.leaves(jitted(*arguments))
    write(f"jax_{name}", jitted.lower(*arguments).as_text(), {
        "inputs": [dump(a) for a in arguments], "outputs": [dump(o) for o in outputs]})


def write(name, text, record):
    HERE.mkdir(exist_ok=True)
    (HERE / f"{name}.mlir").write_text(text.rstrip() + "\n")
    (HERE / f"{name}.json").write_text(json.dumps(record) + "\n")


if __name__ == "__main__":
    train_step()
    programs()
    double_programs()
