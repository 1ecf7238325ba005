"""Compiles each phase's dump in FOLDER and compares the bytes with ARTIFACT.

    reenter.py ARTIFACT FOLDER [FLAG...]
"""

import filecmp
import pathlib
import subprocess
import sys

PHASES = ("input", "graph", "fused", "layout", "scheduled", "plan", "configured")


def main():
    artifact, folder, *flags = sys.argv[1:]
    for phase in PHASES:
        dump, = pathlib.Path(folder).glob(f"[0-9][0-9]-{phase}.mlir")
        again = f"{artifact}.{phase}"
        subprocess.run(["tenon", "compile", dump, f"--compile-from={phase}",
                        "-o", again, *flags], check=True)
        if not filecmp.cmp(artifact, again, shallow=False):
            sys.exit(f"from the dump of {phase} comes another artifact")


if __name__ == "__main__":
    main()
