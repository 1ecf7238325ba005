"""Runs the tenon program for the end-to-end tests."""

import dataclasses
import os
import pathlib
import re
import subprocess

import numpy

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("TENON_BUILD", ROOT / "build" / "default"))
TENON = BUILD / "bin" / "tenon"
MISSING = None if TENON.exists() else f"{TENON.name} is not built in {BUILD}"

# Nothing here needs more, unless a sanitizer slows it down; a hang is a failure
# of its own.
SECONDS = 120 * int(os.environ.get("TENON_PATIENCE", "1"))



def _build_option(name):
    """A variable that the build was configured with; empty where it has none."""
    cache = BUILD / "CMakeCache.txt"
    found = cache.exists() and re.search(rf"^{name}:\w+=(.*)$", cache.read_text(), re.MULTILINE)
    return found[1] if found else ""


SANITIZED = _build_option("TENON_SANITIZE") != ""

# Why a compile's time and memory say nothing about the compiler in this build.
UNMEASURED = ("a sanitizer's time and memory would be measured" if SANITIZED else
              "the time and memory of checking every pass would be measured"
              if _build_option("TENON_VERIFY_PASSES") == "ON" else None)

# Runs an artifact through the C API alone, see run_artifact.c.
RUNNERS = BUILD / "test" / "runtime"


@dataclasses.dataclass
class Outcome:
    code: int
    out: str
    err: str

    def __str__(self):
        return f"exit code {self.code}\n{self.out}{self.err}"


def tenon(*arguments, cwd=None, program=TENON):
    """Runs `tenon ARGUMENTS...` to its end; never raises for its exit code."""
    done = subprocess.run(
        [program, *(str(a) for a in arguments)], cwd=cwd, check=False,
        capture_output=True, stdin=subprocess.DEVNULL, timeout=SECONDS)
    return Outcome(done.returncode, done.stdout.decode(errors="replace"),
                   done.stderr.decode(errors="replace"))


class Failed(AssertionError):
    """A command that should have worked did not."""


def must(*arguments, cwd=None, program=TENON):
    outcome = tenon(*arguments, cwd=cwd, program=program)
    if outcome.code != 0:
        raise Failed(f"tenon {' '.join(str(a) for a in arguments)}\n{outcome}")
    return outcome


def run(artifact, folder, inputs, *flags):
    """Runs an artifact on {name: array}; returns its outputs in order."""
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    arguments = []
    for name, array in inputs.items():
        path = folder / f"input-{len(arguments)}.npy"
        numpy.save(path, array)
        arguments += ["--input", f"{name}={path}"]
    out = folder / "out"
    must("run", artifact, *arguments, "--output-dir", out, *flags)
    count = len(list(out.glob("output_*.npy")))
    return [numpy.load(out / f"output_{i}.npy") for i in range(count)]


def run_alone(runner, artifact, folder, threads, inputs, times=1):
    """Runs an artifact's one entry by a program of RUNNERS: `runner` is its
    command. Returns the finished process; see alone_outputs."""
    files = []
    for i, array in enumerate(inputs.values()):
        files.append(folder / f"in{i}")
        files[-1].write_bytes(numpy.ascontiguousarray(array).tobytes())
    return subprocess.run(
        [*runner, artifact, str(threads), str(times), folder / "out", *files],
        capture_output=True, text=True, check=False, timeout=SECONDS)


def alone_outputs(folder, expected):
    """The outputs that run_alone left, in the form of the arrays `expected`."""
    return [numpy.frombuffer((folder / f"out{i}").read_bytes(), numpy.float32).reshape(e.shape)
            for i, e in enumerate(expected)]
