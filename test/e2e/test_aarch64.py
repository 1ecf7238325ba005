"""The runtime itself on another kind of machine: aarch64, under qemu."""

import pathlib
import shutil
import tempfile
import unittest

import numpy
import onnx

import cases_attention  # noqa: F401, fills CASES
import cases_conv  # noqa: F401
import cases_dense  # noqa: F401
import cli
from cases import CASES
from test_models import check

# A product, rows, a convolution, and all stages in one kernel.
NAMES = ("classifier", "layer_norm_of_primitives", "conv3x3_stride_two", "attention")
QEMU = shutil.which("qemu-aarch64")
RUNNER = cli.RUNNERS / "run_artifact_aarch64"
WHY = (cli.MISSING
       or (None if QEMU else "needs qemu-aarch64 (qemu-user)")
       or (None if RUNNER.exists() else "the runtime was not built for aarch64: needs clang, "
           "libc6-dev-arm64-cross, libgcc-12-dev-arm64-cross and a build without sanitizers"))


@unittest.skipIf(WHY, WHY)
class Aarch64(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.model = self.folder / "m.onnx"
        self.artifact = self.folder / "m.tenon"

    def compile(self, case, cpu):
        onnx.save(case.model, self.model)
        cli.must("compile", self.model, "-o", self.artifact, *case.flags, f"--target-cpu={cpu}")

    def emulate(self, case, threads=1):
        return cli.run_alone([QEMU, RUNNER], self.artifact, self.folder, threads, case.inputs)

    def outputs(self, case, threads):
        done = self.emulate(case, threads)
        self.assertEqual(done.returncode, 0, done.stderr)
        return cli.alone_outputs(self.folder, case.expected)

    def test_models_compute_what_the_interpreter_does(self):
        for name in NAMES:
            case = CASES[name]()
            self.compile(case, "aarch64")
            truth = cli.run(self.model, self.folder / "truth", case.inputs,
                            "--reference", *case.flags)
            one = self.outputs(case, threads=1)
            three = self.outputs(case, threads=3)
            with self.subTest(model=name):
                check(self, one, case)
                for i, (got, expected) in enumerate(zip(one, truth)):
                    numpy.testing.assert_allclose(
                        got, expected, rtol=0, atol=case.tolerance * numpy.abs(expected).max())
                    numpy.testing.assert_array_equal(got, three[i], "one thread against three")

    def test_code_of_another_machine_is_refused(self):
        case = CASES[NAMES[0]]()
        self.compile(case, "x86-64-v3")
        done = self.emulate(case)
        self.assertEqual(done.returncode, 1)
        self.assertIn("error 1006: ", done.stderr)
        self.assertIn("compiled for x86_64, this machine is aarch64", done.stderr)


if __name__ == "__main__":
    unittest.main()
