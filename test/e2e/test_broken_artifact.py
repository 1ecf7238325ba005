"""A damaged, foreign or invented artifact is refused before its code runs."""

import pathlib
import random
import tempfile
import unittest

import numpy
import onnx

import cases_dense  # noqa: F401, fills CASES
import cli
from cases import CASES
from test_broken_onnx import assert_plain


@unittest.skipIf(cli.MISSING, cli.MISSING)
class BrokenArtifact(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        cls.case = CASES["classifier"]()
        onnx.save(cls.case.model, cls.folder / "m.onnx")
        artifact = cls.folder / "m.tenon"
        cli.must("compile", cls.folder / "m.onnx", "-o", artifact, *cls.case.flags)
        cls.good = artifact.read_bytes()
        numpy.save(cls.folder / "x.npy", cls.case.inputs["x"])

    def outcome(self, content, name="bad.tenon"):
        path = self.folder / name
        path.write_bytes(content)
        return cli.tenon("run", path, "--input", self.folder / "x.npy",
                         "--output-dir", self.folder / "out")

    def refused(self, content, words=""):
        assert_plain(self, self.outcome(content), 1, words)

    def test_the_whole_file_is_accepted(self):
        self.assertEqual(self.outcome(self.good).code, 0)

    def test_missing(self):
        outcome = cli.tenon("run", self.folder / "no.tenon")
        assert_plain(self, outcome, 1, "no.tenon")

    def test_a_folder(self):
        assert_plain(self, cli.tenon("run", self.folder), 1, "")

    def test_empty(self):
        self.refused(b"")

    def test_text(self):
        self.refused(b"not an artifact\n" * 400)

    def test_an_onnx_file(self):
        self.refused((self.folder / "m.onnx").read_bytes())

    def test_zeros(self):
        self.refused(bytes(len(self.good)))

    def test_truncated_anywhere(self):
        for part in (1, 7, 8, 63, 64, 200, 4095, 4096, 4097, len(self.good) // 2,
                     len(self.good) - 1):
            with self.subTest(bytes=part):
                self.refused(self.good[:part])

    def test_something_appended(self):
        self.refused(self.good + b"more")

    def test_a_version_of_the_future(self):
        # The format's version stands behind the eight bytes of magic.
        changed = bytearray(self.good)
        changed[8] += 1
        self.refused(bytes(changed), "version")

    def test_a_flipped_bit_is_refused_or_changes_nothing(self):
        """Padding between sections is covered by no checksum: there a flip
        must leave the result as it was."""
        expected = self.case.expected[0]
        generator = random.Random(5)
        for _ in range(150):
            position = generator.randrange(len(self.good))
            changed = bytearray(self.good)
            changed[position] ^= 1 << generator.randrange(8)
            with self.subTest(position=position):
                outcome = self.outcome(bytes(changed))
                if outcome.code == 0:
                    got = numpy.load(self.folder / "out" / "output_0.npy")
                    numpy.testing.assert_allclose(got, expected, atol=1e-5)
                else:
                    assert_plain(self, outcome, 1, "")

    def test_code_for_another_processor(self):
        foreign = self.folder / "foreign.tenon"
        outcome = cli.tenon("compile", self.folder / "m.onnx", "-o", foreign,
                            "--target-cpu=aarch64", *self.case.flags)
        if outcome.code == 3:
            self.skipTest("this build compiles for x86-64 only")
        self.assertEqual(outcome.code, 0, outcome)
        self.refused(foreign.read_bytes(), "aarch64")

    def test_inspect_refuses_it_too(self):
        path = self.folder / "short.tenon"
        path.write_bytes(self.good[:len(self.good) // 2])
        assert_plain(self, cli.tenon("inspect", path), 1, "")


if __name__ == "__main__":
    unittest.main()
