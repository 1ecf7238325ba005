#!/usr/bin/env python3
"""Compiles a model for GPUs, checks that ptxas takes every kernel, runs it on an
emulated GPU, and holds the results against the interpreter's.

    emulate.py MODEL [--dim NAME=SIZE]... [--target-cpu sm_80]... [--build DIR]

No GPU is needed; sums of a large model take minutes.
"""

import argparse
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import numpy

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("TENON_BUILD", ROOT / "build" / "default"))
PROCESSORS = ("sm_80", "sm_90")
TYPES = {"f32": numpy.float32, "f64": numpy.float64, "f16": numpy.float16, "i64": numpy.int64,
         "i32": numpy.int32, "i1": numpy.bool_}
PTXAS = shutil.which("ptxas") or shutil.which("ptxas", path="/usr/local/cuda/bin")


class Failed(AssertionError):
    """A command that should have worked did not, or a result is wrong."""


def run(*arguments):
    done = subprocess.run([str(a) for a in arguments], capture_output=True, text=True,
                          check=False, stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        raise Failed(f"{' '.join(map(str, arguments))}\n{done.stdout}{done.stderr}")
    return done.stdout


def assemble(tenon, model, processor, folder, flags):
    """Compiles; the number of kernels, each of which ptxas has assembled."""
    dumps = folder / f"dumps-{processor}"
    run(tenon, "compile", model, "-o", folder / f"{processor}.tenon", "--target=cuda",
        f"--target-cpu={processor}", f"--dump-ir={dumps}", *flags)
    ptx, = dumps.glob("*-ptx.ptx")
    kernels = set(re.findall(r"\.entry (\w+)", ptx.read_text()))
    shutil.copy(ptx, folder / f"{processor}.ptx")
    if PTXAS:
        report, = dumps.glob("*-ptxas.txt")
        assembled = set(re.findall(rf"Compiling entry function '(\w+)' for '{processor}'",
                                   report.read_text()))
        if not kernels or assembled != kernels:
            raise Failed(f"ptxas left out {sorted(kernels - assembled)} of {len(kernels)}")
    shutil.rmtree(dumps)
    return len(kernels)


def entry_of(tenon, artifact, name=None):
    entries = json.loads(run(tenon, "inspect", artifact, "--json"))["entries"]
    return next(e for e in entries if name in (None, e["name"]))


def emulate(build, model, processor, folder, inputs, entry, steps=1, dims=(), train=None):
    """The outputs' tensors, [steps, ...]; `inputs` are of that form too."""
    lines = [f"model {model}", f"target {processor}", f"entry {entry['name']}",
             f"steps {steps}", *(f"dim {name} {size}" for name, size in dims)]
    if train:
        lines.append(f"train {train}")
    case = folder / f"emulated-{processor}"
    case.mkdir()
    (case / "case.txt").write_text("\n".join(lines) + "\n")
    for i, array in enumerate(inputs):
        (case / f"input_{i}.bin").write_bytes(numpy.ascontiguousarray(array).tobytes())
    run(build / "test" / "gpu" / "gpu_emulator", case)
    return [numpy.frombuffer((case / f"output_{i}.bin").read_bytes(), TYPES[port["dtype"]])
            .reshape([steps, *port["shape"]]) for i, port in enumerate(entry["outputs"])]


def reference(tenon, model, folder, inputs, flags):
    arguments = []
    for i, array in enumerate(inputs):
        numpy.save(folder / f"{i}.npy", array)
        arguments += ["--input", folder / f"{i}.npy"]
    out = folder / "reference"
    run(tenon, "run", model, "--reference", *arguments, "--output-dir", out, *flags)
    return [numpy.load(out / f"output_{i}.npy") for i in range(len(list(out.glob("*.npy"))))]


def random_inputs(entry, seed=1):
    """Integers are indices and masks: 0 and 1; numbers are normal."""
    random = numpy.random.default_rng(seed)
    arrays = []
    for port in entry["inputs"]:
        kind = TYPES[port["dtype"]]
        draw = (random.standard_normal(port["shape"]) if numpy.issubdtype(kind, numpy.floating)
                else random.integers(0, 2, port["shape"]))
        arrays.append(draw.astype(kind))
    return arrays


def check(build, model, folder, dims=(), inputs=None, tolerance=1e-4, processors=PROCESSORS):
    """Compiles, assembles, emulates and compares; lines of what was seen. The
    tolerance is a share of the largest value."""
    tenon = build / "bin" / "tenon"
    flags = [f"--dim={name}={size}" for name, size in dims]
    lines = []
    for processor in processors:
        kernels = assemble(tenon, model, processor, folder, flags)
        entry = entry_of(tenon, folder / f"{processor}.tenon")
        arrays = inputs or random_inputs(entry)
        right = reference(tenon, model, folder, arrays, flags)
        got = emulate(build, model, processor, folder, [a[None] for a in arrays], entry,
                      dims=dims)
        worst = 0.0
        for mine, theirs in zip(got, right, strict=True):
            difference = numpy.abs(mine[0].astype(float) - theirs.astype(float)).max()
            worst = max(worst, difference / max(numpy.abs(theirs).max(), 1e-30))
        if not worst <= tolerance:
            raise Failed(f"{processor}: {worst:.2e} of the largest value away from the oracle")
        lines.append(f"{processor}: {kernels} kernels{' assembled' if PTXAS else ''}, "
                     f"{worst:.1e} of the largest value away from the oracle")
    return lines


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=pathlib.Path)
    parser.add_argument("--dim", action="append", default=[], metavar="NAME=SIZE")
    parser.add_argument("--target-cpu", action="append", choices=PROCESSORS)
    parser.add_argument("--build", type=pathlib.Path, default=BUILD)
    options = parser.parse_args()
    dims = [(name, int(size)) for name, size in (dim.split("=") for dim in options.dim)]
    if not PTXAS:
        print("ptxas is not installed: kernels are not assembled")
    with tempfile.TemporaryDirectory() as folder:
        try:
            for line in check(options.build.resolve(), options.model, pathlib.Path(folder), dims,
                              processors=options.target_cpu or PROCESSORS):
                print(line)
        except Failed as error:
            print(error, file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
