"""The test runner itself: no result may be lost, and no failure look green."""

import pathlib
import sys
import tempfile
import unittest
import xml.etree.ElementTree

ROOT = pathlib.Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tools" / "scripts"))

import run_tests
import suites


class CTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.cases = pathlib.Path(folder.name)

    def results(self, name, status, inside="", gtest=None):
        if gtest is not None:
            (self.cases / f"{name}.xml").write_text(gtest)
        entry = xml.etree.ElementTree.fromstring(
            f'<testcase name="{name}" status="{status}">{inside}</testcase>')
        return [(r.name, r.status, r.detail)
                for r in suites._ctest_results(entry, self.cases)]

    def test_a_plain_program_counts_once(self):
        self.assertEqual(self.results("example", "run"), [("example", "passed", "")])

    def test_a_plain_failure_shows_its_output(self):
        self.assertEqual(
            self.results("example", "fail", "<failure/><system-out>boom</system-out>"),
            [("example", "failed", "boom")])

    def test_googletest_cases_count_one_each(self):
        gtest = """<testsuites><testsuite>
          <testcase classname="A" name="ok" status="run"/>
          <testcase classname="A" name="off" status="notrun"/>
          <testcase classname="A" name="no" status="run"><failure>why</failure></testcase>
          <testcase classname="A" name="later" status="run" result="skipped">
            <skipped message="f.cpp:3&#x0A;needs AVX-512"/></testcase>
        </testsuite></testsuites>"""
        self.assertEqual(
            self.results("T", "fail", gtest=gtest),
            [("T: A.ok", "passed", ""), ("T: A.no", "failed", "why"),
             ("T: A.later", "skipped", "needs AVX-512")])

    def test_a_crash_after_green_cases_is_a_failure(self):
        gtest = '<testsuites><testcase classname="A" name="ok" status="run"/></testsuites>'
        self.assertEqual(
            self.results("T", "fail", "<system-out>leaked</system-out>", gtest),
            [("T", "failed", "leaked")])

    def test_a_program_that_was_not_built_is_a_failure(self):
        inside = ('<skipped message=""/><system-out>Unable to find executable: T'
                  "</system-out>")
        self.assertEqual(self.results("T", "notrun", inside)[0][1], "failed")

    def test_a_program_may_skip_itself(self):
        inside = '<skipped message="SKIP_RETURN_CODE=77"/>'
        self.assertEqual(self.results("T", "notrun", inside),
                         [("T", "skipped", "SKIP_RETURN_CODE=77")])


class Lit(unittest.TestCase):
    def result(self, code, output=""):
        result = suites._lit_result({"name": "n", "code": code, "output": output})
        return result.status, result.detail

    def test_every_code_has_a_status(self):
        for code in ("PASS", "XFAIL", "FLAKYPASS"):
            self.assertEqual(self.result(code)[0], "passed")
        for code in ("FAIL", "XPASS", "TIMEOUT", "UNRESOLVED", "A NEW ONE"):
            self.assertEqual(self.result(code)[0], "failed")

    def test_the_reason_of_a_skip_is_the_missing_feature(self):
        text = "Test requires the following unavailable features: avx512, clang-tidy"
        self.assertEqual(self.result("UNSUPPORTED", text),
                         ("skipped", "needs avx512, clang-tidy"))


PYTHON_TESTS = """
import unittest
class T(unittest.TestCase):
    def test_ok(self): pass
    def test_no(self): self.fail("why")
    @unittest.skip("a reason")
    def test_later(self): pass
    def test_parts(self):
        for i in range(3):
            with self.subTest(i=i): self.assertNotEqual(i, 1)
    @unittest.expectedFailure
    def test_surprise(self): pass
"""


class Python(unittest.TestCase):
    def run_file(self, text):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            (root / "test").mkdir()
            (root / "test" / "test_it.py").write_text(text)
            return suites.run_python(suites.Run(root, root / "build", "", 1))

    def test_each_kind_of_result(self):
        statuses = {r.name.partition("T.")[2].partition(" ")[0]: r.status
                    for r in self.run_file(PYTHON_TESTS)}
        self.assertEqual(
            statuses,
            {"test_ok": "passed", "test_no": "failed", "test_later": "skipped",
             "test_parts": "failed", "test_surprise": "failed"})

    def test_a_file_that_ends_early_is_a_failure(self):
        for text in ("import os; os._exit(0)", "import nothing_of_this_name", "syntax error"):
            with self.subTest(text=text):
                results = self.run_file(text)
                self.assertEqual([r.status for r in results], ["failed"])


class Summary(unittest.TestCase):
    def test_counts(self):
        results = [suites.Result("unit", "a", s) for s in ("passed", "passed", "skipped")]
        self.assertEqual(run_tests.count(results, "passed"), 2)
        self.assertEqual(run_tests.count(results, "failed"), 0)


if __name__ == "__main__":
    unittest.main()
