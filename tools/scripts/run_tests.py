#!/usr/bin/env python3
"""Runs every test of a build and closes with one count.

Three suites: `unit` (what CTest knows; each GoogleTest case counts), `lit`
(the .mlir and .test files under test/) and `python` (the test_*.py files
there). Skipped tests are listed with their reasons. The very last line reads
'N passed, N failed, N skipped'; the exit code is 0 only if something passed
and nothing failed.
"""

import argparse
import os
import pathlib
import sys
import time

import suites

ROOT = pathlib.Path(__file__).resolve().parents[2]

SUITES = {
    "unit": suites.run_ctest,
    "lit": suites.run_lit,
    "python": suites.run_python,
}

SHOWN_LINES = 60


def print_failures(failed):
    for result in failed:
        print(f"\n---- failed: {result.suite}: {result.name}")
        lines = result.detail.rstrip().splitlines()
        if len(lines) > SHOWN_LINES:
            print(f"| ... {len(lines) - SHOWN_LINES} lines before ...")
        for line in lines[-SHOWN_LINES:]:
            print(f"| {line}")


def print_skipped(skipped):
    if not skipped:
        return
    print("\nSkipped, by reason:")
    reasons = {}
    for result in skipped:
        reasons.setdefault(result.detail or "no reason given", []).append(result)
    for reason, results in sorted(reasons.items()):
        print(f"  {reason}")
        for result in results:
            print(f"    {result.suite}: {result.name}")


def count(results, status):
    return sum(result.status == status for result in results)


def print_summary(results, seconds):
    print("\nsuite     passed  failed  skipped      time")
    for suite, spent in seconds.items():
        own = [r for r in results if r.suite == suite]
        numbers = [count(own, s) for s in ("passed", "failed", "skipped")]
        print("{:<8}{:>8}{:>8}{:>9}{:>8.0f} s".format(suite, *numbers, spent))


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, required=True,
                        help="the build folder, such as build/default")
    parser.add_argument("--suite", action="append", choices=SUITES,
                        help="run this suite only (repeatable)")
    parser.add_argument("--filter", default="",
                        help="run only tests whose name matches this expression")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(),
                        help="tests at a time (default: one per core)")
    options = parser.parse_args()
    run = suites.Run(ROOT, options.build.resolve(), options.filter, options.jobs)
    results, seconds = [], {}
    for suite in options.suite or SUITES:
        print(f"== Running the {suite} tests ...", end=" ", flush=True)
        begin = time.monotonic()
        found = SUITES[suite](run)
        seconds[suite] = time.monotonic() - begin
        results += found
        print(f"{len(found)} in {seconds[suite]:.0f} s, "
              f"{count(found, 'failed')} failed", flush=True)
    print_failures([r for r in results if r.status == "failed"])
    print_skipped([r for r in results if r.status == "skipped"])
    print_summary(results, seconds)
    passed, failed, skipped = (
        count(results, s) for s in ("passed", "failed", "skipped"))
    print(f"\n{passed} passed, {failed} failed, {skipped} skipped", flush=True)
    return 0 if passed and not failed else 1


if __name__ == "__main__":
    sys.exit(main())
