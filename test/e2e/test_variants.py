"""One portable artifact is right on every kind of CPU that it names."""

import pathlib
import shutil
import subprocess
import tempfile
import unittest

import numpy
import onnx

import cases_conv  # noqa: F401, fills CASES
import cases_dense  # noqa: F401
import cli
from cases import CASES
from test_models import check

NAMES = ("classifier", "conv3x3_stride_two", "layer_norm_of_primitives", "attention")
QEMU = shutil.which("qemu-x86_64")
NOT_EMULATED = ("an emulator has no room for a sanitizer's shadow memory" if cli.SANITIZED else
                None if QEMU else "needs qemu-x86_64")


@unittest.skipIf(cli.MISSING, cli.MISSING)
class Variants(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        cls.cases = {name: CASES[name]() for name in NAMES}
        for name, case in cls.cases.items():
            onnx.save(case.model, cls.folder / f"{name}.onnx")
            cli.must("compile", cls.folder / f"{name}.onnx", "--target-cpu=portable",
                     "-o", cls.folder / f"{name}.tenon", *case.flags)

    def outcome(self, name, variant, before=()):
        """Runs one case; (exit code, standard error, outputs)."""
        case = self.cases[name]
        out = self.folder / "out"
        shutil.rmtree(out, ignore_errors=True)
        arguments = []
        for key, array in case.inputs.items():
            numpy.save(self.folder / f"{key}.npy", array)
            arguments += ["--input", f"{key}={self.folder / key}.npy"]
        done = subprocess.run(
            [*before, cli.TENON, "run", self.folder / f"{name}.tenon", *arguments,
             f"--variant={variant}", "--output-dir", out],
            capture_output=True, text=True, check=False, timeout=300)
        return done.returncode, done.stderr, [
            numpy.load(path) for path in sorted(out.glob("output_*.npy"))]

    def assert_right(self, variant, before=(), names=NAMES):
        for name in names:
            with self.subTest(model=name):
                code, why, outputs = self.outcome(name, variant, before)
                if code == 1 and "[T1007]" in why:
                    self.skipTest(f"this CPU lacks what {variant} needs")
                self.assertEqual(code, 0, why)
                check(self, outputs, self.cases[name])

    def test_avx2(self):
        self.assert_right("x86-64-v3")

    def test_avx512(self):
        self.assert_right("x86-64-v4")

    @unittest.skipIf(NOT_EMULATED, NOT_EMULATED)
    def test_avx2_on_an_emulated_haswell(self):
        self.assert_right("x86-64-v3", (QEMU, "-cpu", "Haswell"), NAMES[:2])

    @unittest.skipIf(NOT_EMULATED, NOT_EMULATED)
    def test_avx512_is_refused_on_an_emulated_haswell(self):
        code, why, _ = self.outcome(NAMES[0], "x86-64-v4", (QEMU, "-cpu", "Haswell"))
        self.assertEqual(code, 1, why)
        self.assertIn("[T1007]", why)


if __name__ == "__main__":
    unittest.main()
