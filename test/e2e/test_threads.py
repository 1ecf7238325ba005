"""Whole models on several threads, through the C API alone.

The program is linked with the runtime of the build that is tested, and with its
sanitizer; the artifacts may come from another build's compiler, because the
build with ThreadSanitizer has none.
"""

import pathlib
import tempfile
import unittest

import onnx

import cases_attention  # noqa: F401, fills CASES
import cases_conv  # noqa: F401
import cases_dense  # noqa: F401
import cli
from cases import CASES
from test_models import check

NAMES = ("classifier", "layer_norm_of_primitives", "conv3x3_stride_two", "attention")
RUNNER = cli.RUNNERS / "run_artifact"
COMPILER = next((path for path in (cli.TENON, cli.ROOT / "build" / "default" / "bin" / "tenon")
                 if path.exists()), None)
WHY = ((None if RUNNER.exists() else f"{RUNNER.name} is not built in {cli.BUILD}")
       or (None if COMPILER else "no build has a compiler"))


@unittest.skipIf(WHY, WHY)
class Threads(unittest.TestCase):
    def test_the_same_bytes_on_any_number_of_threads(self):
        for name in NAMES:
            case = CASES[name]()
            with tempfile.TemporaryDirectory() as folder:
                folder = pathlib.Path(folder)
                onnx.save(case.model, folder / "m.onnx")
                cli.must("compile", folder / "m.onnx", "-o", folder / "m.tenon", *case.flags,
                         program=COMPILER)
                first = None
                for threads in (1, 2, 3, 7):
                    with self.subTest(model=name, threads=threads):
                        done = cli.run_alone([RUNNER], folder / "m.tenon", folder, threads,
                                             case.inputs, times=20)
                        self.assertEqual((done.returncode, done.stderr), (0, ""))
                        outputs = cli.alone_outputs(folder, case.expected)
                        check(self, outputs, case)
                        found = [output.tobytes() for output in outputs]
                        first = first or found
                        self.assertEqual(found, first)


if __name__ == "__main__":
    unittest.main()
