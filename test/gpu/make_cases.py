#!/usr/bin/env python3
"""Makes the cases that gpu_runner runs: artifacts for GPUs, inputs, and what the
outputs must be, which this machine's CPU code or the interpreter computes.

    make_cases.py OUTPUT --build build/default [--only PART]... [--target-cpu sm_80] [--full]

Each case is a folder of OUTPUT/cases; gpu_runner.cpp describes it.
"""

import argparse
import pathlib
import shutil
import subprocess
import sys
import tempfile

import numpy
import onnx

import models
import op_rows
import train_step

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "test" / "e2e"))

from cases import CASES  # noqa: E402  (found through the line above)
import cases_conv  # noqa: E402,F401
import cases_dense  # noqa: E402,F401
import cases_shape  # noqa: E402,F401


class Maker:
    def __init__(self, options):
        self.tenon = options.build / "bin" / "tenon"
        self.folder = options.output / "cases"
        self.only = options.only
        self.target_cpu = options.target_cpu
        self.work = pathlib.Path(tempfile.mkdtemp(prefix="tenon-gpu-"))
        self.made, self.failed = 0, []

    def run(self, *arguments):
        done = subprocess.run([self.tenon, *map(str, arguments)], capture_output=True,
                              text=True, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"tenon {' '.join(map(str, arguments))}\n{done.stderr}")

    def add(self, name, model, inputs, tolerance=1e-5, flags=(), expected=None,
            reference=False, kernels=False, steps=1):
        """`inputs` by name; without `expected` the CPU, or the interpreter where
        `reference`, says what is right."""
        if self.only and not any(part in name for part in self.only):
            return
        case = self.folder / name
        shutil.rmtree(case, ignore_errors=True)
        try:
            case.mkdir(parents=True)
            self.write(case, model, inputs, flags, expected, reference)
            (case / "case.txt").write_text(
                f"tolerance {tolerance}\nsteps {steps}\n"
                + ("kernels\n" if kernels else ""))
            self.made += 1
            print(f"{name}: {(case / 'model.tenon').stat().st_size / 1e6:.2f} MB", flush=True)
        except RuntimeError as error:
            shutil.rmtree(case, ignore_errors=True)
            self.failed.append(name)
            print(f"{name}: {error}", file=sys.stderr, flush=True)

    def add_rows(self, name, cases):
        """Cases of the op table as entries of one artifact. Where that does not
        compile, halves of them."""
        if self.only and not any(part in name for part in self.only):
            return
        folder = self.folder / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        source = self.work / "rows.mlir"
        source.write_text("".join(map(op_rows.module_of, cases)))
        target = [f"--target-cpu={self.target_cpu}"] if self.target_cpu else []
        try:
            self.run("compile", source, "-o", folder / "model.tenon", "--target=cuda", *target)
        except RuntimeError as error:
            shutil.rmtree(folder)
            if len(cases) == 1:
                self.failed.append(cases[0]["name"])
                print(f"{cases[0]['name']}: {error}", file=sys.stderr, flush=True)
                return
            half = len(cases) // 2
            self.add_rows(name + "a", cases[:half])
            self.add_rows(name + "b", cases[half:])
            return
        for case in cases:
            entry = op_rows.entry_name(case)
            inputs = {port["name"]: op_rows.make_input(port) for port in case["inputs"]}
            expected = self.compute(source, inputs, ["--entry", entry], reference=True)
            for kind, arrays in (("input", inputs.values()), ("output", expected)):
                for i, array in enumerate(arrays):
                    (folder / f"{entry}_{kind}_{i}.bin").write_bytes(
                        numpy.ascontiguousarray(array).tobytes())
        (folder / "rows.txt").write_text("".join(
            f"{op_rows.entry_name(case)} {op_rows.tolerance_of(case)}\n" for case in cases))
        self.made += 1
        print(f"{name}: {len(cases)} rows", flush=True)

    def write(self, case, model, inputs, flags, expected, reference):
        if isinstance(model, str):
            source = self.work / "model.mlir"
            source.write_text(model)
        else:
            source = self.work / "model.onnx"
            onnx.save(model, source)
        target = ["--target=cuda"]
        if self.target_cpu:
            target.append(f"--target-cpu={self.target_cpu}")
        self.run("compile", source, "-o", case / "model.tenon", *target, *flags)
        for i, array in enumerate(inputs.values()):
            (case / f"input_{i}.bin").write_bytes(numpy.ascontiguousarray(array).tobytes())
        if expected is None:
            expected = self.compute(source, inputs, flags, reference)
        for i, array in enumerate(expected):
            (case / f"output_{i}.bin").write_bytes(numpy.ascontiguousarray(array).tobytes())

    def compute(self, source, inputs, flags, reference):
        arguments = []
        for i, array in enumerate(inputs.values()):
            numpy.save(self.work / f"{i}.npy", array)
            arguments += ["--input", self.work / f"{i}.npy"]
        out = self.work / "out"
        shutil.rmtree(out, ignore_errors=True)
        if reference:
            self.run("run", source, "--reference", *flags, *arguments, "--output-dir", out)
        else:
            self.run("compile", source, "-o", self.work / "cpu.tenon", *flags)
            self.run("run", self.work / "cpu.tenon", *arguments, "--output-dir", out)
        count = len(list(out.glob("output_*.npy")))
        return [numpy.load(out / f"output_{i}.npy") for i in range(count)]


def small_cases(maker):
    """The models of the end-to-end tests, against numpy."""
    for name, make in CASES.items():
        case = make()
        inputs = case.inputs
        dtypes = [onnx.helper.tensor_dtype_to_np_dtype(o.type.tensor_type.elem_type)
                  for o in case.model.graph.output]
        expected = [e.astype(t) for e, t in zip(case.expected, dtypes)]
        maker.add(f"e2e_{name}", case.model, inputs, max(case.tolerance, 2e-6),
                  case.flags, expected)


def product_cases(maker):
    random = numpy.random.default_rng(7)

    def draw(shape, dtype):
        return random.uniform(-1, 1, shape).astype(dtype)

    for rows, columns, depth in ((1024, 1024, 1024), (128, 1536, 384), (1, 1000, 512)):
        maker.add(f"product_f32_{rows}x{columns}x{depth}",
                  models.product(rows, columns, depth, "f32", "f32"),
                  {"x": draw((rows, depth), numpy.float32),
                   "w": draw((depth, columns), numpy.float32)}, kernels=True)
    # Sums of f16 products differ from the interpreter's by their order only.
    for rows, columns, depth in ((512, 512, 512), (70, 90, 50)):
        x, w = draw((rows, depth), numpy.float16), draw((depth, columns), numpy.float16)
        wide = x.astype(numpy.float64) @ w.astype(numpy.float64)
        maker.add(f"product_f16_{rows}x{columns}x{depth}",
                  models.product(rows, columns, depth, "f16", "f32"),
                  {"x": x, "w": w}, 1e-5, expected=[wide.astype(numpy.float32)], kernels=True)
        words = [(a.astype(numpy.float32).view(numpy.uint32) >> 16).astype(numpy.uint16)
                 for a in (x, w)]
        wide = [(a.astype(numpy.uint32) << 16).view(numpy.float32).astype(numpy.float64)
                for a in words]
        maker.add(f"product_bf16_{rows}x{columns}x{depth}",
                  models.product(rows, columns, depth, "bf16", "f32"),
                  {"x": words[0], "w": words[1]}, 1e-5,
                  expected=[(wide[0] @ wide[1]).astype(numpy.float32)], kernels=True)


def full_cases(maker):
    """The models of gpu_peers.py in their real sizes: 92 MB of weights."""
    random = numpy.random.default_rng(12)
    ids = random.integers(0, 2000, (1, 128))
    # The table of words is cut to 2000 of 30522 rows, of which 128 are read.
    maker.add("full_encoder_6_layers", models.encoder(layers=6),
              {"input_ids": ids, "attention_mask": numpy.ones((1, 128), numpy.int64)},
              2e-5, kernels=True)
    image = random.standard_normal((1, 3, 224, 224)).astype(numpy.float32)
    maker.add("full_resnet18", models.resnet18(), {"image": image}, 2e-5, kernels=True)


def model_cases(maker):
    random = numpy.random.default_rng(11)
    ids = random.integers(0, 2000, (1, 128))
    mask = numpy.ones((1, 128), numpy.int64)
    mask[0, 100:] = 0
    maker.add("model_encoder", models.encoder(), {"input_ids": ids, "attention_mask": mask},
              2e-5, kernels=True)
    image = random.standard_normal((1, 3, 224, 224)).astype(numpy.float32)
    maker.add("model_resnet18_width32", models.resnet18(width=32), {"image": image}, 2e-5,
              kernels=True)


def row_cases(maker, build, every):
    cases, left_out = op_rows.read_cases(build / "bin" / "tenon-op-cases",
                                         ROOT / "test" / "ops", every)
    print(f"op table: {len(cases)} cases, {left_out} rows left out")
    for begin in range(0, len(cases), 40):
        maker.add_rows(f"rows_{begin:04}", cases[begin:begin + 40])


def training_cases(maker, steps=20):
    """Steps of training against the interpreter's."""
    random = numpy.random.default_rng(5)
    inputs = {"x": random.uniform(0, 1, (64, 1, 8, 8)).astype(numpy.float32),
              "y": numpy.eye(10, dtype=numpy.float32)[random.integers(0, 10, 64)]}
    text = train_step.train_step()
    maker.add("training_digits", text, inputs, 1e-4, expected=[
        train_step.reference_losses(inputs["x"], inputs["y"], steps)], steps=steps)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("output", type=pathlib.Path)
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--only", action="append", default=[],
                        help="make only cases with this in their name")
    parser.add_argument("--target-cpu", default="", help="one GPU only, sm_80 or sm_90")
    parser.add_argument("--full", action="store_true",
                        help="make models of real sizes as well (ResNet-18, six layers of MiniLM), "
                        "and every case of the op table")
    options = parser.parse_args()
    maker = Maker(options)
    small_cases(maker)
    product_cases(maker)
    model_cases(maker)
    if options.full:
        full_cases(maker)
    training_cases(maker)
    row_cases(maker, options.build, options.full)
    shutil.rmtree(maker.work)
    print(f"{maker.made} cases made, {len(maker.failed)} failed")
    return 1 if maker.failed else 0


if __name__ == "__main__":
    sys.exit(main())
