#!/usr/bin/env python3
"""Checks that C and C++ files are as clang-format 22 leaves them.

    format.py [--root DIR] [--fix]
"""

import argparse
import pathlib
import subprocess
import sys

from source_files import report, source_files

HERE = pathlib.Path(__file__).resolve().parent


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--root", type=pathlib.Path, default=HERE.parents[1])
    parser.add_argument("--fix", action="store_true", help="format them instead")
    options = parser.parse_args()
    style = HERE.parents[1] / ".clang-format"
    files = source_files(options.root, (".h", ".hpp", ".c", ".cpp"))
    problems = []
    for begin in range(0, len(files), 50):
        command = ["clang-format-22", f"--style=file:{style}"]
        command += ["-i"] if options.fix else ["--dry-run", "-Werror"]
        done = subprocess.run(
            command + files[begin:begin + 50], cwd=options.root, check=False,
            capture_output=True, text=True)
        problems += sorted({line.split(" error: ")[0] + " is not formatted"
                            for line in done.stderr.splitlines() if " error: " in line})
        if done.returncode != 0 and not problems:
            problems.append(done.stderr.strip())
    return report(problems, f"format: {len(files)} files")


if __name__ == "__main__":
    sys.exit(main())
