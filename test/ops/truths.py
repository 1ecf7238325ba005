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
