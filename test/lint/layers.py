#!/usr/bin/env python3
"""Checks every #include against the layers of layers.toml.

    layers.py [--root DIR]

Quoted includes name files from the repository's root; each must follow an
arrow of the table. Headers of other projects are checked by their prefix.
"""

import argparse
import pathlib
import re
import sys
import tomllib

from source_files import report, source_files

HERE = pathlib.Path(__file__).resolve().parent
TOP = ("ir/", "passes/", "backends/", "compiler/", "runtime/", "tools/")
INCLUDE = re.compile(r'^\s*(?:#\s*)?include\s*["<]([^">]+)[">]', re.MULTILINE)


def within(path, layers):
    return any(path.startswith(layer + "/") for layer in layers)


class Table:
    def __init__(self, data):
        self.layers = data["layers"]
        self.external = data["external"]

    def layer(self, path):
        owners = [name for name in self.layers if path.startswith(name + "/")]
        return max(owners, key=len, default=None)

    def problem(self, path, header):
        """What is wrong with including `header` in `path`, or None."""
        layer = self.layer(path)
        if layer is None:
            return "is in no layer of the table"
        if header.startswith(TOP):
            if within(header, [layer, *self.layers[layer]]):
                return None
            return f"{layer} may not include {self.layer(header) or 'it'}"
        if header.startswith("test/"):
            return "test/ may not be included from outside it"
        for group in self.external:
            if not header.startswith(tuple(group["headers"])):
                continue
            if within(path, group.get("never", [])):
                return f"{layer} may not include {group['name']}"
            if "only" in group and not within(path, group["only"]):
                return f"{group['name']} is for {' and '.join(group['only'])} only"
        return None


def check(root, table):
    files = [p for p in source_files(root, (".h", ".hpp", ".c", ".cpp", ".td"))
             if p.startswith(TOP)]
    problems = []
    for path in files:
        text = (root / path).read_text("utf-8")
        for match in INCLUDE.finditer(text):
            problem = table.problem(path, match[1])
            if problem:
                line = text.count("\n", 0, match.start(1)) + 1
                problems.append(f'{path}:{line}: "{match[1]}": {problem}')
    return problems, len(files)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--root", type=pathlib.Path, default=HERE.parents[1])
    root = parser.parse_args().root
    table = Table(tomllib.loads((HERE / "layers.toml").read_text()))
    problems, files = check(root, table)
    return report(problems, f"layers: {files} files")


if __name__ == "__main__":
    sys.exit(main())
