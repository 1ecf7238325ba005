#!/usr/bin/env python3
"""Checks the rules of the house that hold for every file.

    house.py [--root DIR]

No file of code is longer than 800 lines; nothing is put off with a marker; no
path of somebody's machine stands anywhere; no tabs, no trailing white space,
one newline at the end; every link of a page leads somewhere in the tree.
"""

import argparse
import pathlib
import re
import sys

from source_files import CODE, report, source_files

HERE = pathlib.Path(__file__).resolve().parent
LONGEST = 800

# Put together here so that this file passes its own check.
LATER = re.compile(r"\b(" + "|".join(["TO" + "DO", "FIX" + "ME", "XX" + "X"]) + r")\b")
MACHINE = re.compile("(?<![\\w.}])/(" + "|".join(
    ["wo" + "rk", "ro" + "ot", "ho" + "me/\\w+", "opt/" + "peers", "Us" + "ers"]) + ")/\\w")


LINK = re.compile(r"\]\((?!\w+:|#)([^)#\s]+)")


def dead_links(root, path, text):
    for link in LINK.findall(text):
        if not (root / path).parent.joinpath(link).exists():
            yield f"{path}: links to {link}, which is not there"


def line_problems(text):
    for number, line in enumerate(text.splitlines(), 1):
        if LATER.search(line):
            yield number, "puts something off; do it, or write an issue"
        if MACHINE.search(line):
            yield number, "names a path of one machine"
        if line != line.rstrip():
            yield number, "ends in white space"
        if "\t" in line:
            yield number, "holds a tab"


def check(root):
    paths = source_files(root)
    problems, checked = [], 0
    for path in paths:
        try:
            text = (root / path).read_text("utf-8")
        except UnicodeDecodeError:
            continue
        checked += 1
        problems += [f"{path}:{n}: {what}" for n, what in line_problems(text)]
        if text and (not text.endswith("\n") or text.endswith("\n\n")):
            problems.append(f"{path}: does not end in exactly one newline")
        if path.endswith(".md"):
            problems += dead_links(root, path, text)
        lines = text.count("\n")
        if lines > LONGEST and path.endswith(CODE):
            problems.append(f"{path}: {lines} lines, {LONGEST} are the most")
    return problems, checked


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--root", type=pathlib.Path, default=HERE.parents[1])
    problems, checked = check(parser.parse_args().root)
    return report(problems, f"house: {checked} files")


if __name__ == "__main__":
    sys.exit(main())
