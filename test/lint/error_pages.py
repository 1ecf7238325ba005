#!/usr/bin/env python3
"""Checks that every numbered error has a page, and every page an error.

    error_pages.py [--root DIR]

The numbers stand in compiler/report/Error.h and runtime/core/Diagnostic.h;
docs/errors/TNNNN.md is the page, listed in docs/errors/README.md, with the
paragraphs Symptom, Cause and What to try.
"""

import argparse
import pathlib
import re
import sys

from source_files import report

HERE = pathlib.Path(__file__).resolve().parent
SOURCES = ("compiler/report/Error.h", "runtime/core/Diagnostic.h")
CODE = re.compile(r"^\s+\w+ = (\d{3,4}),", re.MULTILINE)
PARAGRAPHS = ("**Symptom.**", "**Cause.**", "**What to try.**")


def check(root):
    folder = root / "docs" / "errors"
    codes = {f"T{int(number):04}": source for source in SOURCES
             for number in CODE.findall((root / source).read_text("utf-8"))}
    pages = {page.stem: page.read_text("utf-8") for page in folder.glob("T*.md")}
    index = (folder / "README.md").read_text("utf-8")
    for name in sorted(codes.keys() - pages.keys()):
        yield f"{codes[name]}: {name} has no page docs/errors/{name}.md"
    for name in sorted(pages.keys() - codes.keys()):
        yield f"docs/errors/{name}.md: no error has this number"
    for name, text in sorted(pages.items()):
        if not text.startswith(f"# {name}: "):
            yield f"docs/errors/{name}.md: the heading does not name it"
        for paragraph in PARAGRAPHS:
            if paragraph not in text:
                yield f"docs/errors/{name}.md: has no paragraph {paragraph}"
        if f"({name}.md)" not in index:
            yield f"docs/errors/README.md: does not list {name}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--root", type=pathlib.Path, default=HERE.parents[1])
    return report(list(check(parser.parse_args().root)), "error pages")


if __name__ == "__main__":
    sys.exit(main())
