#!/usr/bin/env python3
"""Runs one file of Python unit tests and writes what became of each test.

    unittest_json.py FILE REPORT.json

The report is a list of [name, status, detail]. A sub-test that fails is
reported on its own; one that passes belongs to its test.
"""

import json
import pathlib
import sys
import unittest


class Collector(unittest.TestResult):
    def __init__(self):
        super().__init__()
        self.entries = []

    def _add(self, test, status, detail=""):
        self.entries.append([test.id().split(".", 1)[-1], status, detail])

    def addSuccess(self, test):
        self._add(test, "passed")

    def addSkip(self, test, reason):
        self._add(test, "skipped", reason)

    def addFailure(self, test, err):
        self._add(test, "failed", self._exc_info_to_string(err, test))

    addError = addFailure

    def addSubTest(self, test, subtest, err):
        if err is not None:
            self._add(subtest, "failed", self._exc_info_to_string(err, test))

    def addExpectedFailure(self, test, err):
        self._add(test, "passed")

    def addUnexpectedSuccess(self, test):
        self._add(test, "failed", "was expected to fail, and passed")


def main():
    path, report = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2])
    loader = unittest.TestLoader()
    tests = loader.discover(str(path.parent), path.name, str(path.parent))
    collector = Collector()
    tests.run(collector)
    report.write_text(json.dumps(collector.entries))


if __name__ == "__main__":
    main()
