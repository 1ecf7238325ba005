#!/usr/bin/env python3
"""Fits the polynomials of backends/common/math (needs mpmath).

Those of f32 are weighted minimax polynomials of a function on an interval
(Remez' exchange), those of f64 fits by weighted least squares at Chebyshev
points, which come within a bit of that. Coefficients are rounded to the working
precision one by one, lowest degree first, the others fitted again each time.
Prints C++ initializers and the error the rounded polynomial has.
"""

import functools
import struct
import sys

import mpmath as mp

mp.mp.prec = 200


def to_float(value, bits):
    if bits == 64:
        return mp.mpf(float(value))
    return mp.mpf(struct.unpack("f", struct.pack("f", float(value)))[0])


def remez(target, weight, low, high, degrees):
    """Coefficients for `degrees` that minimize max |weight * (target - p)|."""
    count = len(degrees)
    points = [
        (low + high) / 2 - (high - low) / 2 * mp.cos(mp.pi * i / count)
        for i in range(count + 1)
    ]
    grid = [
        (low + high) / 2 - (high - low) / 2 * mp.cos(mp.pi * i / 1600)
        for i in range(1601)
    ]
    targets = [target(x) for x in grid]
    # A weight of zero would let the polynomial be anything there.
    least = max(weight(x) for x in grid) / 1000
    weights = [max(weight(x), least) for x in grid]
    coefficients = None
    for _ in range(12):
        matrix, right = mp.matrix(count + 1), mp.matrix(count + 1, 1)
        for i, x in enumerate(points):
            for j, degree in enumerate(degrees):
                matrix[i, j] = x**degree
            matrix[i, count] = (-1) ** i / max(weight(x), least)
            right[i] = target(x)
        solution = mp.lu_solve(matrix, right)
        coefficients = [solution[j] for j in range(count)]
        errors = [
            w * (t - sum(c * x**d for c, d in zip(coefficients, degrees)))
            for x, t, w in zip(grid, targets, weights)
        ]
        # The largest error of each run of one sign.
        extremes, start = [], 0
        for i in range(1, len(grid) + 1):
            if i == len(grid) or errors[i] * errors[start] < 0:
                best = max(range(start, i), key=lambda k: abs(errors[k]))
                extremes.append(best)
                start = i
        if len(extremes) < count + 1:
            break
        while len(extremes) > count + 1:
            ends = (abs(errors[extremes[0]]), abs(errors[extremes[-1]]))
            extremes.pop(0 if ends[0] < ends[1] else -1)
        points = [grid[i] for i in extremes]
        sizes = [abs(errors[i]) for i in extremes]
        if max(sizes) < min(sizes) * mp.mpf("1.001"):
            break
    return coefficients


def fit(name, target, weight, low, high, degree, bits=32, first=0):
    """Fits degrees first..degree."""
    low, high = mp.mpf(low), mp.mpf(high)
    fixed = {}
    for lowest in range(first, degree + 1):
        def rest(x):
            return target(x) - sum(c * x**d for d, c in fixed.items())

        degrees = list(range(lowest, degree + 1))
        fixed[lowest] = to_float(
            remez(rest, weight, low, high, degrees)[0], bits)
    worst = max(
        abs(weight(x) * (target(x) - sum(c * x**d for d, c in fixed.items())))
        for x in (low + (high - low) * i / 4001 for i in range(1, 4001)))
    print(f"// {name}: error {mp.nstr(mp.log(worst, 2), 5)} bits")
    print("  {" + ", ".join(float(c).hex() for c in fixed.values()) + "}")
    sys.stdout.flush()


def least_squares(points, weights, values, degrees):
    """Coefficients for `degrees` with the least sum of squared errors."""
    rows = [[w * x**d for d in degrees] for x, w in zip(points, weights)]
    values = [w * v for w, v in zip(weights, values)]
    count = len(degrees)
    matrix, right = mp.matrix(count), mp.matrix(count, 1)
    for row, value in zip(rows, values):
        for i in range(count):
            right[i] += row[i] * value
            for j in range(count):
                matrix[i, j] += row[i] * row[j]
    return mp.lu_solve(matrix, right)


def fit_double(name, target, weight, low, high, degree):
    """Fits degrees 0..degree in f64."""
    low, high = mp.mpf(low), mp.mpf(high)
    count = 16 * (degree + 2)
    points = [
        (low + high) / 2 - (high - low) / 2
        * mp.cos(mp.pi * (2 * i + 1) / (2 * count)) for i in range(count)
    ]
    weights = [weight(x) for x in points]
    least = max(weights) / 10**6
    weights = [max(w, least) for w in weights]
    rest = [target(x) for x in points]
    fixed = []
    for lowest in range(degree + 1):
        degrees = range(lowest, degree + 1)
        best = least_squares(points, weights, rest, degrees)
        fixed.append(to_float(best[0], 64))
        rest = [r - fixed[-1] * x**lowest for r, x in zip(rest, points)]
    worst = max(
        abs(weight(x) * (target(x) - mp.polyval(fixed[::-1], x)))
        for x in (low + (high - low) * i / 801 for i in range(1, 801)))
    print(f"// f64 {name}: error {mp.nstr(mp.log(worst, 2), 5)} bits")
    print("  {" + ", ".join(float(c).hex() for c in fixed) + "}")
    sys.stdout.flush()


def tiny(x):
    return abs(x) < mp.mpf(2) ** -60


def exp_rest(x):
    return mp.mpf("0.5") + x / 6 if tiny(x) else (mp.expm1(x) - x) / x**2


def log_rest(x):
    if tiny(x):
        return mp.mpf(1) / 3 - x / 4
    return (mp.log1p(x) - x + x**2 / 2) / x**3


def odd_rest(function, slope):
    """(f(x) / x - slope) / x^2 as a function of x^2."""
    def rest(square):
        if tiny(square):
            square = mp.mpf(2) ** -60
        x = mp.sqrt(square)
        return (function(x) / x - slope) / square
    return rest


def weight_of_odd(function):
    def weight(square):
        if tiny(square):
            square = mp.mpf(2) ** -60
        x = mp.sqrt(square)
        return square * x / function(x)
    return weight


def atanh_rest(square, terms):
    """(atanh s / s less that many terms of its series) / s^(2 terms)."""
    if square < mp.mpf(2) ** -40:
        return sum(square**i / (2 * (i + terms) + 1) for i in range(6))
    s = mp.sqrt(square)
    head = sum(square**i / mp.mpf(2 * i + 1) for i in range(terms))
    return (mp.atanh(s) / s - head) / square**terms


def erfc_quotient(t):
    """erfc x e^(x^2) (x + 4) at t = (x - 4) / (x + 4)."""
    x = 4 * (1 + t) / (1 - t)
    return mp.exp(x * x) * mp.erfc(x) * (x + 4)


def fit_inverse_error():
    """erfinv x / x by w = -log(1 - x^2), or by sqrt(w)."""
    @functools.cache
    def quotient(w):
        if tiny(w):
            return mp.sqrt(mp.pi) / 2
        # 1 - x without the cancellation.
        rest = mp.exp(-w)
        rest = rest / (1 + mp.sqrt(1 - rest))
        y = mp.erfinv(1 - rest)
        for _ in range(3):
            slope = 2 / mp.sqrt(mp.pi) * mp.exp(-y * y)
            y += (mp.erfc(y) - rest) / slope
        return y / (1 - rest)

    middle = quotient(mp.mpf(3))
    high = to_float(middle, 64)
    low = to_float(middle - high, 64)
    print(f"// f64 erfInverse: {float(high).hex()} and {float(low).hex()}")

    def near(z):
        if tiny(z):
            z = mp.mpf(2) ** -60
        return (quotient(z + 3) - high - low) / z

    fit_double("erfInverse: p in y / x = middle + z p(z), z = w - 3", near,
               lambda z: abs(z) / quotient(z + 3), -3, 3, 22)
    for center, low, high in (("3", mp.sqrt(6), "3.75"), ("5", "3.75", "6.01")):
        def far(z):
            return quotient((z + int(center))**2)

        fit_double(f"erfInverse: p in y / x = p(sqrt(w) - {center})", far,
                   lambda z: 1 / far(z),
                   mp.mpf(low) * mp.mpf("0.9999") - int(center),
                   mp.mpf(high) * mp.mpf("1.0001") - int(center), 18)


def fit_doubles():
    ln2half = mp.log(2) / 2 * mp.mpf("1.003")
    root = mp.sqrt(2)
    slope = 2 / mp.sqrt(mp.pi)
    fit_double("exp: q in e^r = 1 + r + r^2 q(r)", exp_rest,
               lambda x: x**2 / mp.exp(x), -ln2half, ln2half, 10)
    fit_double("exp2: q in 2^r = 1 + r q(r)",
               lambda x: mp.log(2) if tiny(x) else (mp.mpf(2)**x - 1) / x,
               lambda x: abs(x) / mp.mpf(2)**x, "-0.5005", "0.5005", 10)
    bound = ((root - 1) / (root + 1)) ** 2 * mp.mpf("1.001")
    fit_double("log: r in log((1 + s) / (1 - s)) = 2 s + s^3 r(s^2)",
               lambda s: 2 * atanh_rest(s, 1), lambda s: s, 0, bound, 6)
    fit_double("pow: r in log((1 + s) / (1 - s)) / 2 s = "
               "1 + s^2 / 3 + s^4 r(s^2)",
               lambda s: atanh_rest(s, 2), lambda s: s**2, 0, bound, 7)
    fit_double("cbrt: 1 / cbrt m", lambda x: 1 / mp.cbrt(x), mp.cbrt, 1, 8, 6)
    bound = (mp.pi / 4 * mp.mpf("1.001")) ** 2
    fit_double("sin: p in sin x = x + x^3 p(x^2)", odd_rest(mp.sin, 1),
               weight_of_odd(mp.sin), 0, bound, 5)
    fit_double("cos: p in cos x = 1 - x^2/2 + x^4 p(x^2)",
               lambda s: (mp.cos(mp.sqrt(s)) - 1 + s / 2) / s**2
               if not tiny(s) else mp.mpf(1) / 24,
               lambda s: s**2 / mp.cos(mp.sqrt(s)), 0, bound, 5)
    fit_double("atan: p in atan x = x + x^3 p(x^2)", odd_rest(mp.atan, 1),
               weight_of_odd(mp.atan), 0, (root - 1) ** 2 * mp.mpf("1.001"),
               11)
    fit_double("erf: p in erf x = x + x p(x^2)",
               lambda s: mp.erf(mp.sqrt(s)) / mp.sqrt(s) - 1
               if not tiny(s) else slope - 1,
               lambda s: mp.sqrt(s) / mp.erf(mp.sqrt(s))
               if not tiny(s) else 1 / slope, 0, mp.mpf("0.75") ** 2, 10)
    # The first coefficient is the sum of two.
    head = erfc_quotient(mp.mpf(0))
    high = to_float(head, 64)
    low = to_float(head - high, 64)
    print(f"// f64 erfc: q0 {float(high).hex()}, q0Rest {float(low).hex()}")

    def erfc_rest(t):
        if tiny(t):
            t = mp.mpf(2) ** -60
        return (erfc_quotient(t) - high - low) / t

    fit_double("erfc: p in erfc x e^(x^2) (x + 4) = q0 + t p(t)", erfc_rest,
               lambda t: abs(t) / erfc_quotient(t), mp.mpf("-3.25") / mp.mpf(
                   "4.75"), mp.mpf(24) / 32, 19)


def fit_floats():
    ln2half = mp.log(2) / 2 * mp.mpf("1.003")
    root = mp.sqrt(2)
    fit("exp: q in e^r = 1 + r + r^2 q(r)", exp_rest,
        lambda x: x**2 / mp.exp(x), -ln2half, ln2half, 4)
    fit("log: q in log(1+f) = f - f^2/2 + f^3 q(f)", log_rest,
        lambda x: x**3 / mp.log1p(x) if not tiny(x) else x**2,
        1 / root - 1, root - 1, 8)
    fit("tanh: p in tanh x = x + x^3 p(x^2)", odd_rest(mp.tanh, 1),
        weight_of_odd(mp.tanh), 0, mp.mpf("0.625") ** 2, 4)
    slope = 2 / mp.sqrt(mp.pi)
    head = to_float(slope - 1, 32)
    fit("erf: p in erf x = x + x p(x^2)",
        lambda s: mp.erf(mp.sqrt(s)) / mp.sqrt(s) - 1 if not tiny(s)
        else slope - 1,
        lambda s: mp.sqrt(s) / mp.erf(mp.sqrt(s)) if not tiny(s) else 1 / slope,
        0, mp.mpf("0.9375") ** 2, 6)
    fit("erf tail: q in erfc x = e^-(x q(x))",
        lambda x: -mp.log(mp.erfc(x)) / x,
        lambda x: x * mp.erfc(x), mp.mpf("0.9375"), 4, 7)
    fit("sin: p in sin x = x + x^3 p(x^2)", odd_rest(mp.sin, 1),
        weight_of_odd(mp.sin), 0, (mp.pi / 4 * mp.mpf("1.001")) ** 2, 3)
    fit("cos: p in cos x = 1 - x^2/2 + x^4 p(x^2)",
        lambda s: (mp.cos(mp.sqrt(s)) - 1 + s / 2) / s**2 if not tiny(s)
        else mp.mpf(1) / 24,
        lambda s: s**2 / mp.cos(mp.sqrt(s)), 0,
        (mp.pi / 4 * mp.mpf("1.001")) ** 2, 2)
    fit("atan: p in atan x = x + x^3 p(x^2)", odd_rest(mp.atan, 1),
        weight_of_odd(mp.atan), 0,
        (mp.sqrt(2) - 1) ** 2 * mp.mpf("1.001"), 4)
    fit("exp2 in double, for pow: q in 2^r = 1 + r q(r)",
        lambda x: mp.log(2) if tiny(x) else (mp.mpf(2) ** x - 1) / x,
        lambda x: abs(x), mp.mpf("-0.502"), mp.mpf("0.502"), 6, 64)
    fit("log2 in double, for pow: q in log2((1+s)/(1-s)) = s q(s^2)",
        lambda s: 2 / mp.log(2) if tiny(s)
        else mp.log((1 + mp.sqrt(s)) / (1 - mp.sqrt(s)), 2) / mp.sqrt(s),
        lambda s: 1, 0, ((root - 1) / (root + 1)) ** 2 * mp.mpf("1.001"), 5, 64)


def main():
    mp.mp.prec = 240
    fit_doubles()
    fit_inverse_error()
    mp.mp.prec = 200
    fit_floats()


if __name__ == "__main__":
    main()
