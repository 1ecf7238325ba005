#!/usr/bin/env python3
"""Writes golden/*.txt: what the op table's cases have to give, from mpmath, NumPy and XLA.

    make_goldens.py --cases build/default/bin/tenon-op-cases [--only GLOB]

A row's `truth` is a Python expression over its inputs, by name, in the widest type: float64, complex128, int64, uint64
or bool. It may use
    np, lax, jnp     NumPy, jax.lax and jax.numpy (64-bit types on, on the CPU)
    mp(f, x, ...)    f of mpmath, or of this file, element by element with 60 digits
and whatever truths.py defines. A tuple is one value per result. What comes out is brought into the result's type here:
floats are rounded to nearest even once, integers keep their low bits. Needs numpy, mpmath and jax; nothing of Tenon
takes part but the numbers that went in.
"""

import argparse
import fnmatch
import json
import math
import os
import pathlib
import subprocess
import sys

os.environ.setdefault("JAX_PLATFORMS", "cpu")
import jax

jax.config.update("jax_enable_x64", True)
import numpy as np

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
import truths

# Mantissa bits, least exponent, largest finite value, whether there is an infinity.
NARROW = {
    "bf16": (7, -126, float.fromhex("0x1.fep127"), True),
    "f8E4M3FN": (3, -6, 448.0, False),
    "f8E5M2": (2, -14, 57344.0, True),
}


def wide(element):
    if element == "i1":
        return np.bool_
    if element.startswith("complex"):
        return np.complex128
    if element[0] in "fb":
        return np.float64
    return np.uint64 if element.startswith("ui") else np.int64


def round_narrow(value, element):
    mantissa, least, largest, has_inf = NARROW[element]
    if math.isnan(value) or value == 0:
        return value
    if abs(value) > 2 * largest:
        return math.copysign(math.inf, value) if has_inf else math.nan
    unit = max(math.frexp(value)[1] - 1, least) - mantissa
    rounded = math.copysign(math.ldexp(round(math.ldexp(value, -unit)), unit), value)
    if abs(rounded) > largest:
        return math.copysign(math.inf, value) if has_inf else math.nan
    return rounded


def to_words(value, element, shape):
    """The values of a result in its type, as the table writes them."""
    value = np.broadcast_to(np.asarray(value), shape).ravel()
    if element == "i1":
        return ["true" if x else "false" for x in value]
    if element.startswith("complex"):
        part = np.float32 if element == "complex<f32>" else np.float64
        return [f"({float(part(x.real))!r},{float(part(x.imag))!r})" for x in value.astype(np.complex128)]
    if element in ("f64", "f32", "f16"):
        kind = {"f64": np.float64, "f32": np.float32, "f16": np.float16}[element]
        with np.errstate(over="ignore"):
            return [repr(float(x)) for x in value.astype(np.float64).astype(kind)]
    if element in NARROW:
        return [repr(round_narrow(float(x), element)) for x in value]
    signed, bits = element[0] == "i", int(element.lstrip("ui"))
    low = [int(x) & ((1 << bits) - 1) for x in value]
    return [str(x - (1 << bits) if signed and x >> (bits - 1) else x) for x in low]


def read_input(port):
    element = port["element"]
    kind = wide(element)
    if kind is np.complex128:
        values = [complex(*map(float, word.split())) for word in port["values"]]
    elif kind is np.bool_:
        values = [word == "true" for word in port["values"]]
    else:
        values = [(float if kind is np.float64 else int)(word) for word in port["values"]]
    return np.array(values, kind).reshape(port["shape"])


def evaluate(case):
    names = {port["name"]: read_input(port) for port in case["inputs"]}
    with np.errstate(all="ignore"):
        result = eval(case["truth"], {**vars(truths), **names})
    results = result if isinstance(result, tuple) else (result,)
    if len(results) != len(case["outputs"]):
        raise ValueError(f"{len(results)} values for {len(case['outputs'])} results")
    for port, value in zip(case["outputs"], results):
        if np.shape(value) not in ((), tuple(port["shape"])):
            raise ValueError(f"shape {np.shape(value)} instead of {port['shape']}")
    return [to_words(value, port["element"], port["shape"]) for port, value in zip(case["outputs"], results)]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", required=True, help="the program tenon-op-cases")
    parser.add_argument("--only", default="*", help="cases to write again, as a glob; the others stay")
    args = parser.parse_args()
    text = subprocess.run([args.cases, HERE / "table"], check=True, capture_output=True, text=True).stdout
    files, bad = {}, 0
    for line in text.splitlines():
        case = json.loads(line)
        lines = files.setdefault(case["file"], {})
        if not case["truth"]:
            continue
        if not fnmatch.fnmatch(case["name"], args.only):
            lines[case["name"]] = None
            continue
        try:
            results = evaluate(case)
        except Exception as error:
            print(f"{case['name']} ({case['file']}:{case['line']}): {type(error).__name__}: {str(error)[:400]}")
            bad += 1
            continue
        lines[case["name"]] = [f"{case['name']}:{i} [{', '.join(words)}]" for i, words in enumerate(results)]
    for file, cases in files.items():
        path = HERE / "golden" / (pathlib.Path(file).stem + ".txt")
        old = {}
        if path.exists():
            for line in path.read_text().splitlines():
                old.setdefault(line.split(" ")[0].rpartition(":")[0], []).append(line)
        body = [line for name, lines in cases.items() for line in (old.get(name, []) if lines is None else lines)]
        if body:
            path.write_text("# Written by make_goldens.py.\n" + "\n".join(body) + "\n")
    print(f"{sum(map(len, files.values()))} cases with a truth, {bad} failed")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
