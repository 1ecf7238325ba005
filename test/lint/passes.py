#!/usr/bin/env python3
"""Checks that every pass is described, flagged and tested under one name.

    passes.py [--root DIR] [--llvm-tblgen PROGRAM]

For `def FuseElementwise` in passes/fusion/Passes.td that is: the file
passes/fusion/FuseElementwise.cpp, the flag tenon-fuse-elementwise, the test
test/passes/fusion/fuse-elementwise.mlir; a summary in the imperative that says
more than the name; a description with an example; options and statistics
described. And no pass is implemented that no Passes.td defines.
"""

import argparse
import json
import pathlib
import re
import subprocess
import sys

from source_files import report, source_files

HERE = pathlib.Path(__file__).resolve().parent
LLVM = pathlib.Path("/usr/lib/llvm-22")
IMPLEMENTS = re.compile(r"impl::(\w+?)Base<")


def kebab(name):
    """FuseElementwise -> fuse-elementwise, LowerToLLVM -> lower-to-llvm."""
    name = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1-\2", name)
    return re.sub(r"([a-z0-9])([A-Z])", r"\1-\2", name).lower()


def records(tblgen, root, path):
    """Every pass of one Passes.td: {def name: fields}, and all records."""
    done = subprocess.run(
        [tblgen, "--dump-json", "-I", root, "-I", LLVM / "include", root / path],
        check=True, capture_output=True, text=True)
    everything = json.loads(done.stdout)
    names = everything["!instanceof"].get("PassBase", [])
    return {name: everything[name] for name in names}, everything


def plain(text):
    return re.sub(r"[^a-z0-9]", "", text.lower())


class PassCheck:
    """The problems of one pass, each a sentence."""

    def __init__(self, root, td, name, fields, everything):
        self.root, self.td, self.name = root, td, name
        self.fields, self.everything = fields, everything
        self.stem = name.removesuffix("Pass")

    def problems(self):
        problems = [*self._names(), *self._texts()]
        for kind, text in (("options", "description"), ("statistics", "description")):
            for entry in self.fields.get(kind, []):
                record = self.everything[entry["def"]]
                if not record.get(text, "").strip():
                    what = record.get("cppName") or record.get("name") or entry["def"]
                    problems.append(f"{kind[:-1]} '{what}' is not described")
        return [f"{self.td}: {self.name}: {p}" for p in problems]

    def _names(self):
        folder = pathlib.Path(self.td).parent
        flag = f"tenon-{kebab(self.stem)}"
        if self.fields["argument"] != flag:
            yield f"its flag is {self.fields['argument']}, not {flag}"
        # The pass stands in the folder of its Passes.td or in one below, its
        # test in the same place under test/.
        found = list((self.root / folder).rglob(f"{self.stem}.cpp"))
        if not found:
            yield f"{folder}/{self.stem}.cpp is missing"
            return
        home = found[0].parent.relative_to(self.root)
        test = "test" / home / f"{kebab(self.stem)}.mlir"
        if not (self.root / test).is_file():
            yield f"{test} is missing"

    def _texts(self):
        summary = self.fields["summary"].strip()
        if not summary:
            yield "has no summary"
        elif plain(summary) == plain(self.stem):
            yield "the summary only repeats the name"
        elif not summary[0].isupper() or summary.endswith("."):
            yield "the summary is to be a sentence without its full stop"
        description = self.fields["description"].strip()
        if not description:
            yield "has no description"
        elif "```" not in description and not self.stem.startswith("Verify"):
            yield "the description shows no example (a ``` block, before and after)"


def check(root, tblgen):
    problems, defined, count = [], {}, 0
    files = source_files(root, (".td", ".cpp"))
    for td in (f for f in files if pathlib.PurePath(f).name == "Passes.td"):
        passes, everything = records(tblgen, root, td)
        defined[str(pathlib.PurePath(td).parent)] = set(passes)
        count += len(passes)
        for name, fields in passes.items():
            problems += PassCheck(root, td, name, fields, everything).problems()
    for path in (f for f in files if f.endswith(".cpp") and not f.startswith("test/")):
        folder = pathlib.PurePath(path).parent
        known = set().union(*(defined.get(str(p), set()) for p in [folder, *folder.parents]))
        for name in IMPLEMENTS.findall((root / path).read_text("utf-8")):
            if name not in known:
                problems.append(f"{path}: implements {name}, which no Passes.td defines")
    return problems, count


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--root", type=pathlib.Path, default=HERE.parents[1])
    parser.add_argument("--llvm-tblgen", default=LLVM / "bin/llvm-tblgen")
    options = parser.parse_args()
    problems, count = check(options.root.resolve(), options.llvm_tblgen)
    return report(problems, f"passes: {count} passes")


if __name__ == "__main__":
    sys.exit(main())
