#!/usr/bin/env python3
"""Checks the names that headers declare, with clang-tidy's naming check.

    naming.py --build DIR [--root DIR]

All headers are included into one translation unit: MLIR's own headers, which
cost most of the time, are then read once. Headers in C, which have lower-case
file names, declare tn_ names and are checked for that prefix instead.
"""

import argparse
import pathlib
import re
import subprocess
import sys

from source_files import report, source_files

HERE = pathlib.Path(__file__).resolve().parent
TOP = ("ir/", "passes/", "backends/", "compiler/", "runtime/", "tools/")
C_FOLDERS = ("runtime/abi/", "runtime/capi/", "runtime/io/")
C_FUNCTION = re.compile(r"^(?!typedef|static|#|//|extern|return)[\w\s*]*?\b(\w+)\(", re.MULTILINE)


def flags(build):
    """Include folders and the language, as the build compiles with."""
    return ["-std=c++20", f"-I{build}", "-isystem", "/usr/lib/llvm-22/include"]


def cpp_problems(root, build, headers, c_headers):
    unit = build / "test-results" / "naming.cpp"
    unit.parent.mkdir(parents=True, exist_ok=True)
    unit.write_text("".join(f'#include "{h}"\n' for h in headers))
    done = subprocess.run(
        ["clang-tidy-22", "--quiet", f"--config-file={HERE.parents[1] / '.clang-tidy'}",
         f"--header-filter=^{re.escape(str(root))}/({'|'.join(t[:-1] for t in TOP)})/",
         unit, "--",
         f"-I{root}", *flags(build)],
        check=False, capture_output=True, text=True)
    found = [line.removeprefix(f"{root}/") for line in done.stdout.splitlines()
             if ": error: " in line]
    if done.returncode != 0 and not found:
        found.append(f"clang-tidy ended with {done.returncode}: {done.stderr.strip()}")
    return sorted({line for line in found if line.partition(":")[0] not in c_headers})


def c_problems(root, headers):
    for header in headers:
        text = re.sub(r"/\*.*?\*/|//[^\n]*", "", (root / header).read_text("utf-8"), flags=re.S)
        for match in C_FUNCTION.finditer(text):
            if not match[1].lower().startswith("tn_"):
                yield f"{header}: '{match[1]}' has no tn_ prefix"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--root", type=pathlib.Path, default=HERE.parents[1])
    parser.add_argument("--build", type=pathlib.Path, required=True)
    options = parser.parse_args()
    root, build = options.root.resolve(), options.build.resolve()
    headers = [h for h in source_files(root, (".h",)) if h.startswith(TOP)]
    c_headers = [h for h in headers if h.startswith(C_FOLDERS) and pathlib.Path(h).name.islower()]
    cpp_headers = [h for h in headers if h not in c_headers]
    problems = [*cpp_problems(root, build, cpp_headers, c_headers), *c_problems(root, c_headers)]
    return report(problems, f"naming: {len(headers)} headers")


if __name__ == "__main__":
    sys.exit(main())
