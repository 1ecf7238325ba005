#!/usr/bin/env python3
"""Runs the operator tests of the installed `onnx` package through tenon.

    run_onnx_suite.py [--build DIR] [--filter GLOB] [--reference]
    run_onnx_suite.py --record        write what was run into the table of expected failures
    run_onnx_suite.py --peer          run ONNX Runtime over the same cases

Each case is compiled and run on the CPU backend (or by the interpreter) and
compared with the suite's own tolerances. What is known not to work stands in
onnx_expected_failures.txt with its reason; any other failure is an error, and
so is a pass that the table does not expect.

Exit status: 0 when every case ended as expected, 1 otherwise.
"""

import argparse
import collections
import concurrent.futures
import fnmatch
import pathlib
import subprocess
import sys
import tempfile

import numpy
import onnx

import onnx_cases

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
TABLE = HERE / "onnx_expected_failures.txt"
SECONDS = 120
# The last bits of narrow floats depend on where they are rounded.
LEAST_RTOL = {"float16": 5e-3, "bfloat16": 2e-2, "float8_e4m3fn": 0.13, "float8_e5m2": 0.26}

Result = collections.namedtuple("Result", "status reason")


def strings(array):
    texts = [x.decode() if isinstance(x, bytes) else str(x) for x in array.ravel()]
    return numpy.array(texts, numpy.str_).reshape(array.shape)


def save(path, array):
    """As .npy; types that NumPy lacks as raw bytes, strings as Unicode."""
    array = numpy.asarray(array)
    if array.dtype.kind in "OUS":
        array = strings(array)
    if array.dtype.kind == "V" or array.dtype.name in LEAST_RTOL and array.dtype.name != "float16":
        array = array.view(f"V{array.dtype.itemsize}")
    numpy.save(path, array)


def compare(case, index, got):
    expected = numpy.asarray(case.outputs[index])
    if expected.dtype.kind in "OUS":
        same = numpy.array_equal(got, strings(expected))
        return None if same else f"output {index}: wrong strings"
    if got.shape != expected.shape:
        return f"output {index}: shape {got.shape}, expected {expected.shape}"
    if got.dtype.itemsize == expected.dtype.itemsize and "V" in (got.dtype.kind,
                                                                 expected.dtype.kind):
        # Integers below a byte are numbers in a byte each, other types their bits.
        is_integer = "int" in expected.dtype.name
        got = got.astype(expected.dtype) if is_integer else got.view(expected.dtype)
    if got.dtype != expected.dtype:
        return f"output {index}: type {got.dtype}, expected {expected.dtype}"
    if case.is_random:
        return None
    name = expected.dtype.name
    if expected.dtype.kind in "biu":
        same = numpy.array_equal(got, expected)
    else:
        wide = numpy.complex128 if expected.dtype.kind == "c" else numpy.float64
        same = numpy.allclose(got.astype(wide), expected.astype(wide), equal_nan=True,
                              rtol=max(case.rtol, LEAST_RTOL.get(name, 0)),
                              atol=max(case.atol, 1e-7))
    return None if same else f"output {index}: wrong values"


def tenon(command):
    done = subprocess.run(command, check=False, capture_output=True, stdin=subprocess.DEVNULL,
                          timeout=SECONDS)
    text = done.stderr.decode(errors="replace").strip()
    lines = [line for line in text.splitlines() if "to replay:" not in line]
    return done.returncode, lines[-1].strip() if lines else ""


def judge(case, program, reference):
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        model = folder / "model.onnx"
        onnx.save(case.model, model)
        target = model if reference else folder / "model.tenon"
        commands = [] if reference else [[program, "compile", model, "-o", target]]
        run = [program, "run", target, "--output-dir", folder / "out"]
        if reference:
            run.append("--reference")
        for i, array in enumerate(case.inputs):
            # A case with sequences ends before anything reads them.
            if isinstance(array, numpy.ndarray):
                save(folder / f"input_{i}.npy", array)
            run += ["--input", folder / f"input_{i}.npy"]
        for command in [*commands, run]:
            try:
                code, text = tenon(command)
            except subprocess.TimeoutExpired:
                return Result("failed", f"over {SECONDS} s")
            text = text.replace(str(folder), "")
            if code == 3 and text:
                return Result("unsupported", text)
            if code != 0:
                return Result("failed", f"exit code {code}: {text}")
        for i in range(len(case.outputs)):
            path = folder / "out" / f"output_{i}.npy"
            if not path.exists():
                return Result("failed", f"output {i} is missing")
            wrong = compare(case, i, numpy.load(path))
            if wrong:
                return Result("failed", wrong)
    return Result("passed", "")


def judge_peer(case):
    """ONNX Runtime on the same case, by the same comparison."""
    import onnxruntime
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    try:
        session = onnxruntime.InferenceSession(case.model.SerializeToString(), options,
                                               providers=["CPUExecutionProvider"])
        names = [i.name for i in session.get_inputs()]
        outputs = session.run(None, dict(zip(names, case.inputs)))
    except Exception as error:  # every kind of refusal counts the same
        return Result("unsupported", str(error).splitlines()[0])
    for i, output in enumerate(outputs):
        if not isinstance(output, numpy.ndarray) or output.dtype.kind in "OUS":
            continue
        wrong = compare(case, i, output)
        if wrong:
            return Result("failed", wrong)
    return Result("passed", "")


def read_table():
    """Of each case that is known not to pass: how it ends, and why."""
    table = {}
    if TABLE.exists():
        for line in TABLE.read_text().splitlines():
            if line and not line.startswith("#"):
                name, status, reason = line.split(None, 2)
                table[name] = Result(status, reason)
    return table


def write_table(results):
    """What was not run stays as it is."""
    results = {**read_table(), **results}
    lines = ["# Cases of onnx.backend.test that do not pass: name, how it ends, reason.",
             "# run_onnx_suite.py --record writes it anew; it should only shrink."]
    for name, result in sorted(results.items()):
        if result.status != "passed":
            reason = result.reason.split(" (node")[0].strip() or "no message"
            lines.append(f"{name} {result.status} {reason[:160]}")
    TABLE.write_text("\n".join(lines) + "\n")


def print_counts(cases, results):
    groups = {"node, core, operator sets up to 26":
              lambda c: c.kind == "node" and c.is_core and c.opset <= 26,
              "node, core": lambda c: c.kind == "node" and c.is_core,
              "node, operator sets up to 26": lambda c: c.kind == "node" and c.opset <= 26}
    groups |= {kind: (lambda c, kind=kind: c.kind == kind) for kind in onnx_cases.KINDS}
    width = max(map(len, groups))
    print(f"{'':{width}}  passed  failed  unsupported   share")
    for name, belongs in groups.items():
        count = collections.Counter(results[c.name].status for c in cases if belongs(c))
        total = sum(count.values())
        if total:
            print(f"{name:{width}}  {count['passed']:6}  {count['failed']:6}  "
                  f"{count['unsupported']:11}  {count['passed'] / total:6.1%}")


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build" / "default")
    parser.add_argument("--filter", default="*", help="only cases whose name matches")
    parser.add_argument("--names", type=pathlib.Path, help="only the cases that a file lists")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--reference", action="store_true", help="the interpreter")
    parser.add_argument("--record", action="store_true")
    parser.add_argument("--peer", action="store_true")
    parser.add_argument("--verbose", action="store_true", help="a line per case as it ends")
    args = parser.parse_args()
    program = args.build / "bin" / "tenon"
    if not args.peer and not program.exists():
        parser.error(f"{program} is not built")
    cases = [c for c in onnx_cases.load() if fnmatch.fnmatch(c.name, args.filter)]
    if args.names:
        names = set(args.names.read_text().split())
        cases = [c for c in cases if c.name in names]
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        judged = pool.map(
            judge_peer if args.peer else lambda c: judge(c, program, args.reference), cases)
        results = {}
        for case, result in zip(cases, judged):
            results[case.name] = result
            if args.verbose:
                print(case.name, result.status, result.reason, flush=True)
    print_counts(cases, results)
    if args.peer:
        return 0
    if args.record:
        write_table(results)
        return 0
    expected = read_table()
    surprises = 0
    for name, result in results.items():
        wanted = expected.get(name, Result("passed", ""))
        if result.status != wanted.status:
            surprises += 1
            print(f"{name}: {result.status}, expected {wanted.status}: "
                  f"{result.reason or wanted.reason}")
    print(f"{len(results)} cases, {surprises} not as expected")
    return 1 if surprises else 0


if __name__ == "__main__":
    sys.exit(main())
