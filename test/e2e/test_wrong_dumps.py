"""A dump that is none of its phase, or was edited into nonsense, is refused."""

import pathlib
import re
import tempfile
import unittest

import onnx

import cases_dense  # noqa: F401, fills CASES
import cli
from cases import CASES
from test_broken_onnx import assert_plain

PHASES = ("input", "graph", "fused", "layout", "scheduled", "plan", "configured")
# Dumps that also stand for a later or earlier phase's end.
ALIKE = {("input", "graph"), ("graph", "input"), ("layout", "scheduled"),
         ("scheduled", "layout"), ("layout", "fused"), ("scheduled", "fused"),
         ("configured", "plan")}

# An edit of a phase's dump: pattern, replacement, what the reason says.
EDITS = {
    "overlapping_buffers": (
        "plan", r"offset [1-9]\d*( size \d+ live)", r"offset 0\1", "overlaps"),
    "a_buffer_behind_the_arena": (
        "plan", r"(plan\.arena offset )0 ", r"\g<1>1073741824 ", "behind the arena"),
    "a_misaligned_buffer": (
        "plan", r"(plan\.arena offset )0 ", r"\g<1>4 ", "no multiple of 64"),
    "a_launch_of_no_kernel": (
        "plan", r"plan\.launch @\w+", "plan.launch @nothing", "names no kernel"),
    "registers_of_no_rows": (
        "configured", r"mr = \d+", "mr = 0", "register tile of 0 rows"),
    "columns_that_are_no_vectors": (
        "configured", r"vl = \d+, (mr = \d+), nr = \d+", r"vl = 8, \1, nr = 9",
        "no multiple of 8 lanes"),
    "a_tile_of_other_extents": (
        "configured", r"tile<domain = \[\d+", "tile<domain = [977", "has a tile over"),
    "a_layout_that_nobody_writes": (
        "layout", r"input_layouts = \[#kernel\.layout<\[0, 1\]>",
        "input_layouts = [#kernel.layout<[1, 0]>", "expects"),
    "an_op_outside_of_its_kernel": (
        "fused", r"(\n  tenon\.entry @predict[^\n]*\{\n)",
        r"\1    %stray = tenon.constant dense<1.0> : tensor<f32>\n"
        r"    %more = tenon.negate %stray : tensor<f32>\n", "stands outside of a kernel"),
}


@unittest.skipIf(cli.MISSING, cli.MISSING)
class WrongDumps(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        case = CASES["attention"]()
        onnx.save(case.model, cls.folder / "m.onnx")
        for phase in PHASES:
            cli.must("compile", cls.folder / "m.onnx", f"--compile-to={phase}",
                     "-o", cls.folder / f"{phase}.mlir", *case.flags)

    def refused(self, path, phase, words):
        outcome = cli.tenon("compile", path, f"--compile-from={phase}",
                            "-o", self.folder / "out.tenon")
        assert_plain(self, outcome, 1, words)
        self.assertIn("[T0105]", outcome.err)
        self.assertNotIn("to replay", outcome.err)

    def test_dumps_of_another_phase(self):
        for phase in PHASES:
            for other in PHASES:
                if phase != other and (other, phase) not in ALIKE:
                    with self.subTest(dump=other, phase=phase):
                        self.refused(self.folder / f"{other}.mlir", phase, phase)

    def test_no_text_at_all(self):
        path = self.folder / "noise.mlir"
        path.write_text("hello")
        self.refused(path, "plan", "noise.mlir")

    def test_a_module_without_entries(self):
        path = self.folder / "empty.mlir"
        path.write_text("module {}\n")
        self.refused(path, "plan", "no entry")
        assert_plain(self, cli.tenon("compile", path, "-o", self.folder / "out.tenon"),
                     1, "no entry")


def add(name, phase, pattern, replacement, words):
    def test(self):
        text = (self.folder / f"{phase}.mlir").read_text()
        edited, count = re.subn(pattern, replacement, text, count=1)
        self.assertEqual(count, 1, "the edit found nothing to change")
        path = self.folder / f"edited-{name}.mlir"
        path.write_text(edited)
        self.refused(path, phase, words)
    setattr(WrongDumps, f"test_{name}", test)


for name, edit in EDITS.items():
    add(name, *edit)


if __name__ == "__main__":
    unittest.main()
