"""Each small model compiled and run, against numpy in float64."""

import pathlib
import tempfile
import unittest

import numpy
import onnx

import cases_attention
import cases_conv
import cases_dense
import cases_recurrent
import cases_flow
import cases_onnx
import cases_shape
import cli
from cases import CASES


def check(test, got, case):
    test.assertEqual(len(got), len(case.expected))
    for i, (g, e) in enumerate(zip(got, case.expected)):
        test.assertEqual(g.shape, e.shape, f"output {i}")
        if e.dtype.kind in "iub":
            numpy.testing.assert_array_equal(g, e, f"output {i}")
        else:
            largest = numpy.abs(e).max()
            numpy.testing.assert_allclose(
                g, e, rtol=0, atol=case.tolerance * largest, err_msg=f"output {i}")


@unittest.skipIf(cli.MISSING, cli.MISSING)
class Models(unittest.TestCase):
    def compile_and_run(self, make):
        case = make()
        onnx.checker.check_model(case.model)
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            onnx.save(case.model, folder / "m.onnx")
            artifact = folder / "m.tenon"
            cli.must("compile", folder / "m.onnx", "-o", artifact, *case.flags)
            check(self, cli.run(artifact, folder / "run", case.inputs), case)


def add(name, make):
    setattr(Models, f"test_{name}", lambda self: self.compile_and_run(make))


for name, make in CASES.items():
    add(name, make)


if __name__ == "__main__":
    unittest.main()
