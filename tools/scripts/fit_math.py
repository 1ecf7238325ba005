#!/usr/bin/env python3
"""Fits the polynomials of backends/common/math (needs mpmath).

Each is the weighted minimax polynomial of a function on an interval (Remez'
exchange), its coefficients rounded to the working precision one by one, lowest
degree first, the others fitted again each time. Prints C++ initializers and
the error the rounded polynomial has.
"""

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


def main():
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


if __name__ == "__main__":
    main()
