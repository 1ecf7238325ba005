"""Rows of the op table as GPU cases: many entries in one artifact, each with its
inputs and what the interpreter gives for them."""

import fnmatch
import itertools
import json
import re
import subprocess

import numpy

# How far a GPU's value may be off, as a share of the largest one.
TYPES = {"f64": (numpy.float64, 1e-12), "f32": (numpy.float32, 5e-6),
         "f16": (numpy.float16, 2e-3), "i8": (numpy.int8, 0), "i16": (numpy.int16, 0),
         "i32": (numpy.int32, 0), "i64": (numpy.int64, 0), "ui8": (numpy.uint8, 0),
         "ui16": (numpy.uint16, 0), "ui32": (numpy.uint32, 0), "ui64": (numpy.uint64, 0),
         "i1": (numpy.bool_, 0)}


def read_globs(path):
    """The patterns of not_compiled.txt and its like; braces become several."""
    globs = []
    for line in path.read_text().splitlines():
        if line.strip() and not line.startswith("#"):
            parts = re.split(r"\{([^}]*)\}", line.split()[0])
            choices = [part.split(",") if i % 2 else [part] for i, part in enumerate(parts)]
            globs += ["".join(choice) for choice in itertools.product(*choices)]
    return globs


def read_cases(program, root, every=False):
    """One case of each row that kernels can hold, f32 where there is one, or every
    such case; and how many rows are left out."""
    done = subprocess.run([program, root / "table"], capture_output=True, text=True, check=True)
    globs = [glob for name in ("not_on_gpus.txt", "not_compiled.txt")
             for glob in read_globs(root / name)]
    rows = {}
    for line in done.stdout.splitlines():
        case = json.loads(line)
        rows.setdefault((case["file"], case["line"]), []).append(case)
    chosen, left_out = [], 0
    for cases in rows.values():
        fitting = [case for case in cases if fits(case, globs)]
        fitting.sort(key=lambda case: not any(i["element"] == "f32" for i in case["inputs"]))
        chosen += fitting if every else fitting[:1]
        left_out += not fitting
    return chosen, left_out


def fits(case, globs):
    """Whether it is one entry of types that numpy has, and not refused."""
    return (case["module"].startswith("tenon.entry @main(")
            and all(port["element"] in TYPES for port in case["inputs"] + case["outputs"])
            and not any(fnmatch.fnmatchcase(case["name"], glob) for glob in globs))


def entry_name(case):
    return re.sub(r"\W", "_", case["name"])


def module_of(case):
    """The case's module with an entry of its own name."""
    return case["module"].replace("@main(", f"@{entry_name(case)}(", 1) + "\n"


def make_input(port):
    if port["element"] == "i1":
        values = [word in ("true", "1") for word in port["values"]]
    elif port["element"][0] == "f":
        values = [float(word) for word in port["values"]]
    else:
        values = [int(word) for word in port["values"]]
    return numpy.array(values, TYPES[port["element"]][0]).reshape(port["shape"])


def tolerance_of(case):
    return max(TYPES[port["element"]][1] for port in case["outputs"])
