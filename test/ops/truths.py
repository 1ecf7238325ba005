"""What the truths of the op table may use besides NumPy and JAX: formulas in mpmath, and helpers around lax."""

import jax
import jax.numpy as jnp
import mpmath
import numpy as np
from jax import lax

mpmath.mp.dps = 60


def mp(function, *arrays):
    """function of mpmath numbers, element by element, rounded to float64 or complex128 once."""
    def one(*values):
        result = function(*map(mpmath.mpmathify, values))
        return complex(result) if isinstance(result, mpmath.mpc) else float(result)

    results = [one(*(complex(v) if np.iscomplexobj(v) else float(v) for v in values))
               for values in zip(*(np.ravel(a) for a in arrays))]
    kind = np.complex128 if any(isinstance(r, complex) for r in results) else np.float64
    return np.array(results, kind).reshape(np.shape(arrays[0]))


def complex_mp(function, *arrays):
    """The same where a real result stands for a complex number."""
    return mp(lambda *values: mpmath.mpc(function(*values)), *arrays)


def logistic(x):
    return 1 / (1 + mpmath.exp(-x))


def expm1(x):
    return mpmath.expm1(x)


def log1p(x):
    return mpmath.log(1 + x)


def rsqrt(x):
    return 1 / mpmath.sqrt(x)


def cbrt(x):
    return -mpmath.cbrt(-x) if not isinstance(x, mpmath.mpc) and x < 0 else mpmath.cbrt(x)


def atan2(y, x):
    if isinstance(x, mpmath.mpc):
        return -1j * mpmath.log((x + 1j * y) / mpmath.sqrt(x * x + y * y))
    return mpmath.atan2(y, x)


def csign(x):
    return x / abs(x) if x else x


def int_div(a, b):
    """Quotient towards zero, for int64 and uint64 without special cases."""
    return np.where((a < 0) != (b < 0), -(np.abs(a) // np.abs(b)), np.abs(a) // np.abs(b)) if a.dtype.kind == "i" else a // b


def int_rem(a, b):
    return a - b * int_div(a, b)


def int_pow(a, b):
    """Exact powers as Python integers; the writer cuts them to their width."""
    return np.array([int(x) ** int(y) for x, y in zip(a.ravel(), b.ravel())], object).reshape(a.shape)


def round_half_away(x):
    return np.trunc(x + np.copysign(0.5, x))


def mp_dot(a, b):
    """The exact matrix product, rounded to float64 once."""
    return np.array([[float(mpmath.fdot(row, column)) for column in b.T] for row in a])


def convolve(x, w, layouts, strides=None, padding=None, lhs_dilation=None, rhs_dilation=None, groups=1, batch_groups=1):
    """XLA's convolution in float64, int64 or complex128."""
    spatial = len(layouts[0]) - 2
    numbers = lax.conv_dimension_numbers(x.shape, w.shape, layouts)
    if x.dtype.kind == "u":
        x, w = x.astype(np.int64), w.astype(np.int64)
    return np.asarray(lax.conv_general_dilated(
        jnp.asarray(x), jnp.asarray(w), strides or (1,) * spatial, padding or ((0, 0),) * spatial, lhs_dilation,
        rhs_dilation, numbers, feature_group_count=groups, batch_group_count=batch_groups))


REDUCERS = {
    "add": lax.add, "multiply": lax.mul, "maximum": lax.max, "minimum": lax.min,
}


def pool(kind, x, init, window, strides, padding=None, base_dilation=None, window_dilation=None):
    """XLA's reduce_window. Padding and the holes of dilation hold the initial value, as StableHLO says."""
    rank = x.ndim
    padding = padding or ((0, 0),) * rank
    dilation = base_dilation or (1,) * rank
    # XLA leaves such places out; spelled out, they take part.
    x = lax.pad(jnp.asarray(x), jnp.asarray(init, x.dtype), [(lo, hi, d - 1) for (lo, hi), d in zip(padding, dilation)])
    return np.asarray(lax.reduce_window(x, np.asarray(init, x.dtype)[()], REDUCERS[kind], window, strides,
                                        ((0, 0),) * rank, None, window_dilation))


def unpool(x, source, init, window, strides, padding):
    """XLA's select_and_scatter with GE and add."""
    from jax._src.lax.windowed_reductions import _select_and_scatter
    return np.asarray(_select_and_scatter(jnp.asarray(x), lax.ge, window, strides, padding, jnp.asarray(source),
                                          np.float64(init), lax.add))


def gather(x, indices, offset_dims, collapsed, index_map, sizes, batching=(), indices_batching=()):
    """XLA's gather, with places outside clamped. The index vector stands last."""
    numbers = lax.GatherDimensionNumbers(offset_dims, collapsed, index_map, batching, indices_batching)
    return np.asarray(lax.gather(jnp.asarray(x), jnp.asarray(indices), numbers, sizes, mode="clip"))


def scatter(kind, x, indices, updates, window, inserted, index_map, batching=(), indices_batching=()):
    """XLA's scatter, with places outside dropped. The index vector stands last."""
    numbers = lax.ScatterDimensionNumbers(window, inserted, index_map, batching, indices_batching)
    function = {"add": lax.scatter_add, "multiply": lax.scatter_mul, "maximum": lax.scatter_max, "minimum": lax.scatter_min}
    return np.asarray(function[kind](jnp.asarray(x), jnp.asarray(indices), jnp.asarray(updates), numbers,
                                     mode=lax.GatherScatterMode.FILL_OR_DROP))


def softmax(x, axis):
    e = np.exp(x - x.max(axis, keepdims=True))
    return e / e.sum(axis, keepdims=True)


def layer_norm(x, axes, epsilon):
    centered = x - x.mean(axes, keepdims=True)
    return centered / np.sqrt((centered * centered).mean(axes, keepdims=True) + epsilon)


def batch_norm_grad(x, scale, mean, variance, grad, epsilon):
    """The gradients that JAX derives of the formula, where the statistics are the batch's own, and by hand elsewhere."""
    axes, n = (0, 1), x.shape[0] * x.shape[1]
    spread = variance + epsilon
    product = (grad * (x - mean)).sum(axes)
    grad_x = scale / np.sqrt(spread) / n * (n * grad - grad.sum(axes) - (x - mean) * product / spread)
    return grad_x, product / np.sqrt(spread), grad.sum(axes)


def gelu_exact(x):
    return x * mpmath.erfc(-x / mpmath.sqrt(2)) / 2


def gelu_tanh(x):
    return x / 2 * (1 + mpmath.tanh(mpmath.sqrt(2 / mpmath.pi) * (x + mpmath.mpf("0.044715") * x ** 3)))


def attention(q, k, v, scale, element, mask=0):
    """softmax(scale * q k^T + mask), rounded to the element type, times v."""
    import make_goldens
    shares = softmax(scale * np.einsum("...sd,...td->...st", q, k) + mask, -1)
    rounded = [float(word) for word in make_goldens.to_words(shares, element, shares.shape)]
    return np.reshape(rounded, shares.shape) @ v
