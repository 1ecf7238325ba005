"""The three test runners behind run_tests.py, each returning plain results."""

import concurrent.futures
import dataclasses
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree

LIT = "/usr/lib/llvm-22/bin/lit"
HERE = pathlib.Path(__file__).resolve().parent

# A hanging test must end well before whoever waits for the whole run gives up.
TEST_SECONDS = 900
SUITE_SECONDS = 1500

# Sanitizers slow down what is tested, and the compiler's checks of generated
# code the compiler.
SANITIZED_PATIENCE = 6


@dataclasses.dataclass
class Result:
    """One test case. `detail` is the output of a failure or the reason of a
    skip; `status` is passed, failed or skipped."""
    suite: str
    name: str
    status: str
    detail: str = ""


@dataclasses.dataclass
class Run:
    """What to run: the repository, a build of it, a name filter, the tests at
    a time."""
    root: pathlib.Path
    build: pathlib.Path
    filter: str
    jobs: int

    @property
    def patience(self):
        """By how much this build's tests may be slower than a plain one's."""
        cache = self.build / "CMakeCache.txt"
        sanitized = cache.exists() and re.search(
            r"^TENON_SANITIZE:\w+=.+$", cache.read_text(), re.MULTILINE)
        return SANITIZED_PATIENCE if sanitized else 1

    def results_folder(self, name):
        """An empty folder for a suite's own result files."""
        folder = self.build / "test-results" / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        return folder


def _call(command, limit=SUITE_SECONDS, **options):
    """Runs a command to its end or `limit` seconds; returns its exit code and
    everything it printed."""
    try:
        done = subprocess.run(
            [str(part) for part in command], stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=limit,
            check=False, **options)
        code, output = done.returncode, done.stdout
    except subprocess.TimeoutExpired as late:
        code = 124
        output = (late.stdout or b"") + f"\nended after {limit} s".encode()
    return code, output.decode(errors="replace")


def _broken(suite, what, output):
    return Result(suite, what, "failed", output or "it printed nothing")


def run_ctest(run):
    folder = run.results_folder("unit")
    cases = folder / "gtest"
    junit = folder / "ctest.xml"
    command = ["ctest", "--test-dir", run.build, "-j", run.jobs,
               "--timeout", TEST_SECONDS * run.patience, "--output-junit", junit]
    if run.filter:
        command += ["-R", run.filter]
    code, output = _call(command, limit=SUITE_SECONDS * run.patience,
                         env=dict(os.environ, GTEST_OUTPUT=f"xml:{cases}/"))
    if not junit.exists():
        return [_broken("unit", f"ctest ended with {code}", output)]
    results = []
    for entry in xml.etree.ElementTree.parse(junit).iter("testcase"):
        results += _ctest_results(entry, cases)
    return results


def _ctest_results(entry, cases):
    """A CTest entry counts as one, or by its cases if it is a GoogleTest that
    came to its end."""
    name = entry.get("name")
    report = cases / f"{name}.xml"
    if report.exists():
        found = [_gtest_result(name, case) for case in
                 xml.etree.ElementTree.parse(report).iter("testcase")
                 if case.get("status") == "run"]
        if entry.get("status") == "run" or any(r.status == "failed" for r in found):
            return found
    output = entry.findtext("system-out") or ""
    if entry.get("status") == "run":
        return [Result("unit", name, "passed")]
    skipped = entry.find("skipped")
    if skipped is not None and "Unable to find executable" not in output:
        return [Result("unit", name, "skipped", skipped.get("message") or output)]
    return [_broken("unit", name, output)]


def _gtest_result(binary, case):
    name = f"{binary}: {case.get('classname')}.{case.get('name')}"
    failures = case.findall("failure")
    if failures:
        return Result("unit", name, "failed", "\n".join(f.text or "" for f in failures))
    skipped = case.find("skipped")
    if skipped is not None:
        # The message is 'file:line', then the text that the test gave.
        reason = (skipped.get("message") or "").strip().splitlines()
        return Result("unit", name, "skipped", reason[-1] if reason else "")
    return Result("unit", name, "passed")


LIT_STATUS = {
    "PASS": "passed", "XFAIL": "passed", "FLAKYPASS": "passed",
    "UNSUPPORTED": "skipped", "SKIPPED": "skipped",
}


def run_lit(run):
    report = run.results_folder("lit") / "lit.json"
    command = [sys.executable, LIT, "-j", run.jobs, "-q", "--output", report,
               run.build / "test"]
    if run.filter:
        command += ["--filter", run.filter]
    code, output = _call(command, limit=SUITE_SECONDS * run.patience)
    if not report.exists():
        if run.filter and "did not match any tests" in output:
            return []
        return [_broken("lit", f"lit ended with {code}", output)]
    return [_lit_result(test) for test in json.loads(report.read_text())["tests"]
            if test["code"] != "EXCLUDED"]


def _lit_result(test):
    status = LIT_STATUS.get(test["code"], "failed")
    detail = test.get("output", "")
    if status == "skipped":
        needs = re.search(r"requires the following unavailable features: (.*)", detail)
        detail = f"needs {needs[1]}" if needs else detail.strip()
    return Result("lit", test["name"], status, detail)


def run_python(run):
    folder = run.results_folder("python")
    files = [path for path in sorted((run.root / "test").rglob("test_*.py"))
             if re.search(run.filter, str(path.relative_to(run.root)))]
    with concurrent.futures.ThreadPoolExecutor(run.jobs) as pool:
        found = pool.map(lambda path: _run_python_file(run, folder, path), files)
        return [result for results in found for result in results]


def _run_python_file(run, folder, path):
    stem = str(path.relative_to(run.root / "test"))
    report = folder / (stem.replace("/", "-") + ".json")
    code, output = _call(
        [sys.executable, HERE / "unittest_json.py", path, report],
        limit=TEST_SECONDS * run.patience, cwd=path.parent,
        env=dict(os.environ, TENON_BUILD=str(run.build), TENON_PATIENCE=str(run.patience)))
    if not report.exists():
        return [_broken("python", f"{stem} ended with {code}", output)]
    return [Result("python", f"{stem}: {name}", status, detail)
            for name, status, detail in json.loads(report.read_text())]
