"""Any phase can be left and entered again without changing the artifact."""

import pathlib
import tempfile
import unittest

import onnx

import cases_conv  # noqa: F401, fills CASES
import cases_dense  # noqa: F401
import cli
from cases import CASES

PHASES = ("input", "graph", "fused", "layout", "scheduled", "configured", "plan")


@unittest.skipIf(cli.MISSING, cli.MISSING)
class Dumps(unittest.TestCase):
    def reenter(self, name):
        case = CASES[name]()
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            onnx.save(case.model, folder / "m.onnx")
            cli.must("compile", folder / "m.onnx", "-o", folder / "m.tenon", *case.flags)
            expected = (folder / "m.tenon").read_bytes()
            for phase in PHASES:
                with self.subTest(phase=phase):
                    dump = folder / f"{phase}.mlir"
                    cli.must("compile", folder / "m.onnx", "-o", dump,
                             f"--compile-to={phase}", *case.flags)
                    cli.must("compile", dump, f"--compile-from={phase}",
                             "-o", folder / "again.tenon")
                    self.assertEqual((folder / "again.tenon").read_bytes(), expected)

    def test_attention(self):
        self.reenter("attention")

    def test_residual_block(self):
        self.reenter("residual_block")

    def test_writing_dumps_changes_nothing(self):
        case = CASES["classifier"]()
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            onnx.save(case.model, folder / "m.onnx")
            for name, flags in (("a", []), ("b", ["--dump-ir", folder / "dumps"])):
                cli.must("compile", folder / "m.onnx", "-o", folder / f"{name}.tenon",
                         *case.flags, *flags)
            self.assertEqual((folder / "a.tenon").read_bytes(),
                             (folder / "b.tenon").read_bytes())
            names = sorted(path.name for path in (folder / "dumps").iterdir())
            self.assertGreater(len(names), len(PHASES))
            numbers = [int(name.split("-")[0]) for name in names if name[0].isdigit()]
            self.assertEqual(numbers, sorted(set(numbers)))


if __name__ == "__main__":
    unittest.main()
