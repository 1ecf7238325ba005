"""Every broken model gets one line of reason and the right exit code."""

import pathlib
import re
import tempfile
import unittest

import cli
from broken_onnx import BROKEN, flipped, model, write

REASON = re.compile(r"^tenon: error: .* \[T\d{4}\]$")


def assert_plain(test, outcome, code, words):
    """One reason that holds `words`, no traces of a crash, nothing written."""
    test.assertEqual(outcome.code, code, outcome)
    reasons = [line for line in outcome.err.splitlines() if "error:" in line]
    test.assertEqual(len(reasons), 1, outcome)
    test.assertRegex(reasons[0], REASON)
    test.assertIn(words, outcome.err)
    test.assertNotIn("Stack dump", outcome.err)


@unittest.skipIf(cli.MISSING, cli.MISSING)
class BrokenOnnx(unittest.TestCase):
    def refused(self, code, words, function):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            made = function(folder)
            path, *flags = made if isinstance(made, tuple) else (made,)
            artifact = folder / "out.tenon"
            outcome = cli.tenon("compile", path, "-o", artifact, *flags, cwd=folder)
            assert_plain(self, outcome, code, words)
            self.assertFalse(artifact.exists(), "a refused model left an artifact")

    def test_all_unsupported_operators_are_listed_at_once(self):
        with tempfile.TemporaryDirectory() as name:
            path = write(pathlib.Path(name), model("""(float[2] x) => (float[2] y) {
              a = Frobnicate(x) b = Relu(a) c = Defenestrate(b) y = Relu(c) }"""))
            outcome = cli.tenon("compile", path, "-o", pathlib.Path(name) / "o")
        self.assertEqual(outcome.code, 3, outcome)
        self.assertIn("Frobnicate", outcome.err)
        self.assertIn("Defenestrate", outcome.err)

    def test_a_flipped_bit_never_crashes_the_compiler(self):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            for content in flipped(seed=3, count=60):
                path = write(folder, content)
                outcome = cli.tenon("compile", path, "-o", folder / "o", cwd=folder)
                self.assertIn(outcome.code, (0, 1, 2, 3), f"{content!r}\n{outcome}")


for name, entry in BROKEN.items():
    setattr(BrokenOnnx, f"test_{name}", lambda self, entry=entry: self.refused(*entry))


if __name__ == "__main__":
    unittest.main()
