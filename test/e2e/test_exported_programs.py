"""Programs as jax.export writes them to disk: portable bytecode, against the
same program as text, and against what XLA:CPU made of it."""

import pathlib
import re
import tempfile
import unittest

import numpy

import cli
from test_jax_programs import INPUTS, load, read, run

PROGRAMS = ("exported_convolutions", "exported_movement", "exported_control")


def graph(path):
    """The graph that a program becomes, without its locations."""
    text = cli.must("compile", path, "--compile-to=input", "-o", "-").out
    text = re.sub(r" loc\([^ ]*\)", "", text)
    return [line for line in text.splitlines() if not line.startswith("#loc")]


@unittest.skipIf(cli.MISSING, cli.MISSING)
class ExportedPrograms(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def test_bytecode_is_the_graph_of_the_text(self):
        for name in PROGRAMS:
            with self.subTest(name):
                self.assertEqual(graph(INPUTS / f"{name}.mlirbc"), graph(INPUTS / f"{name}.mlir"))

    def test_results(self):
        for name in PROGRAMS:
            record = read(name)
            arrays = [load(r) for r in record["inputs"]]
            for flags in (["--reference"], []):
                with self.subTest(name, flags=flags):
                    outputs = run(INPUTS / f"{name}.mlirbc", self.folder / "run", arrays, *flags)
                    self.assertEqual(len(outputs), len(record["outputs"]))
                    for mine, theirs in zip(outputs, map(load, record["outputs"])):
                        self.assertEqual((mine.dtype, mine.shape), (theirs.dtype, theirs.shape))
                        numpy.testing.assert_allclose(mine, theirs, rtol=2e-5, atol=2e-6)

    def test_bytecode_is_known_by_its_first_bytes(self):
        path = self.folder / "program.bin"
        path.write_bytes((INPUTS / "exported_movement.mlirbc").read_bytes())
        self.assertEqual(graph(path), graph(INPUTS / "exported_movement.mlir"))

    def test_cut_files_are_refused(self):
        whole = (INPUTS / "exported_control.mlirbc").read_bytes()
        path = self.folder / "cut.mlirbc"
        for size in range(5, len(whole), len(whole) // 12):
            path.write_bytes(whole[:size])
            outcome = cli.tenon("check", path)
            self.assertEqual(outcome.code, 1, outcome)
            self.assertRegex(outcome.err, r"tenon: error: .*cut\.mlirbc: .* \[T0102\]\n")

    def test_changed_bytes_do_not_crash(self):
        whole = bytearray((INPUTS / "exported_movement.mlirbc").read_bytes())
        path = self.folder / "changed.mlirbc"
        random = numpy.random.default_rng(9)
        codes = set()
        for _ in range(40):
            changed = bytearray(whole)
            changed[random.integers(len(whole))] = random.integers(256)
            path.write_bytes(changed)
            outcome = cli.tenon("check", path)
            self.assertIn(outcome.code, (0, 1, 3), outcome)
            codes.add(outcome.code)
        self.assertIn(1, codes)


if __name__ == "__main__":
    unittest.main()
