#!/usr/bin/env python3
"""Times Tenon beside ONNX Runtime on one model, in turns within one run.

    compare_ort.py MODEL.onnx [--dim NAME=SIZE]... [--threads 2] [--rounds 7]

Each round gives either side the same seconds, one after the other, so that a
machine that slows down slows both. A result is checked to be the same before
anything is timed. Prints Markdown: the minimum of all runs and the median of the rounds' medians,
in ms.
"""

import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time
from typing import NamedTuple

import numpy
import onnxruntime

ROOT = pathlib.Path(__file__).resolve().parents[2]


class Round(NamedTuple):
    """What one side did in its turn, in ms."""
    least: float
    median: float
    runs: int


class Tenon:
    name = "Tenon"

    def __init__(self, options, folder):
        self.program, self.threads = options.tenon, options.threads
        self.artifact = folder / "model.tenon"
        dims = [part for dim in options.dim for part in ("--dim", dim)]
        subprocess.run([self.program, "compile", options.model, "-o", self.artifact, *dims],
                       check=True, capture_output=True)

    def outputs(self, folder, inputs):
        flags = []
        for name, array in inputs.items():
            path = folder / f"{len(flags)}.npy"
            numpy.save(path, array)
            flags += ["--input", f"{name}={path}"]
        subprocess.run([self.program, "run", self.artifact, *flags,
                        "--output-dir", folder / "out"], check=True, capture_output=True)
        return numpy.load(folder / "out" / "output_0.npy")

    def times(self, seconds):
        done = subprocess.run(
            [self.program, "bench", self.artifact, f"--threads={self.threads}",
             f"--seconds={seconds}", "--json"], check=True, capture_output=True, text=True)
        [times] = json.loads(done.stdout)
        return Round(times["min_ms"], times["median_ms"], times["runs"])


class OnnxRuntime:
    name = f"ONNX Runtime {onnxruntime.__version__}"

    def __init__(self, options, inputs):
        settings = onnxruntime.SessionOptions()
        settings.intra_op_num_threads = options.threads
        settings.inter_op_num_threads = 1
        # Its waiting threads would otherwise spin into the other side's turn.
        settings.add_session_config_entry("session.force_spinning_stop", "1")
        self.session = onnxruntime.InferenceSession(
            str(options.model), settings, providers=["CPUExecutionProvider"])
        self.inputs = inputs

    def outputs(self):
        return self.session.run(None, self.inputs)[0]

    def times(self, seconds):
        end = time.perf_counter() + seconds
        times = []
        self.outputs()
        while time.perf_counter() < end:
            begin = time.perf_counter()
            self.outputs()
            times.append((time.perf_counter() - begin) * 1e3)
        return Round(min(times), statistics.median(times), len(times))


def random_inputs(model, dims):
    """One array per input of the model, with its symbolic sizes from `dims`."""
    import onnx
    generator = numpy.random.default_rng(0)
    inputs = {}
    graph = onnx.load(model, load_external_data=False).graph
    weights = {tensor.name for tensor in graph.initializer}
    for value in graph.input:
        if value.name in weights:
            continue
        kind = value.type.tensor_type
        shape = [d.dim_value or dims[d.dim_param] for d in kind.shape.dim]
        dtype = onnx.helper.tensor_dtype_to_np_dtype(kind.elem_type)
        inputs[value.name] = (
            generator.standard_normal(shape).astype(dtype) if dtype.kind == "f"
            else numpy.ones(shape, dtype))
    return inputs


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=pathlib.Path)
    parser.add_argument("--dim", action="append", default=[], metavar="NAME=SIZE")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=1.0, help="per side and round")
    parser.add_argument("--tenon", default=ROOT / "build/default/bin/tenon")
    options = parser.parse_args()
    dims = {name: int(size) for name, size in (d.split("=") for d in options.dim)}
    inputs = random_inputs(options.model, dims)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        tenon, ort = Tenon(options, folder), OnnxRuntime(options, inputs)
        expected = ort.outputs()
        error = abs(tenon.outputs(folder, inputs) - expected).max() / abs(expected).max()
        if not error < 1e-4:
            print(f"the results differ by {error:.1e} of the largest", file=sys.stderr)
            return 1
        times = {side: [] for side in (tenon, ort)}
        for _ in range(options.rounds):
            for side, found in times.items():
                found.append(side.times(options.seconds))
    print(f"{options.model.name}, {' '.join(options.dim)}, {options.threads} threads, "
          f"largest relative difference {error:.1e}\n")
    print("| | minimum ms | median ms | runs |\n|---|---|---|---|")
    best = {side: min(round.least for round in found) for side, found in times.items()}
    usual = {side: statistics.median(round.median for round in found)
             for side, found in times.items()}
    for side, found in times.items():
        print(f"| {side.name} | {best[side]:.2f} | {usual[side]:.2f} "
              f"| {sum(round.runs for round in found)} |")
    print(f"| ratio | {best[tenon] / best[ort]:.2f} | {usual[tenon] / usual[ort]:.2f} | |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
