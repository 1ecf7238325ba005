"""Runs the tenon program for the end-to-end tests."""

import dataclasses
import os
import pathlib
import subprocess

import numpy

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("TENON_BUILD", ROOT / "build" / "default"))
TENON = BUILD / "bin" / "tenon"
MISSING = None if TENON.exists() else f"{TENON.name} is not built in {BUILD}"

# Nothing here needs more; a hang is a failure of its own.
SECONDS = 120


@dataclasses.dataclass
class Outcome:
    code: int
    out: str
    err: str

    def __str__(self):
        return f"exit code {self.code}\n{self.out}{self.err}"


def tenon(*arguments, cwd=None):
    """Runs `tenon ARGUMENTS...` to its end; never raises for its exit code."""
    done = subprocess.run(
        [TENON, *(str(a) for a in arguments)], cwd=cwd, check=False,
        capture_output=True, stdin=subprocess.DEVNULL, timeout=SECONDS)
    return Outcome(done.returncode, done.stdout.decode(errors="replace"),
                   done.stderr.decode(errors="replace"))


class Failed(AssertionError):
    """A command that should have worked did not."""


def must(*arguments, cwd=None):
    outcome = tenon(*arguments, cwd=cwd)
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
