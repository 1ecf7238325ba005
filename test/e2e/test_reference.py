"""`run --reference` takes what the runtime takes, and refuses what it refuses."""

import pathlib
import tempfile
import unittest

import numpy
import onnx

import cli
from broken_onnx import model
from test_broken_onnx import assert_plain

GRAPH = """(float[2,3] x, int64[2] k) => (float[2,3] y) {
  ax = Constant <value = int64[1] {1}> () u = Unsqueeze(k, ax)
  f = Cast <to = 1> (u) y = Add(x, f) }"""

X = numpy.arange(6, dtype=numpy.float32).reshape(2, 3)
K = numpy.array([1, 2])

# What is wrong: inputs by name, and the words that both refusals hold.
WRONG = {
    "shape": ({"x": numpy.ones((2, 4), numpy.float32), "k": K}, ["T1025", "('x')"]),
    "rank": ({"x": numpy.ones(6, numpy.float32), "k": K}, ["T1025", "('x')"]),
    "shape_of_the_second": ({"x": X, "k": numpy.ones(3, numpy.int64)}, ["T1025", "('k')"]),
    "element_type": ({"x": X.astype(numpy.float64), "k": K}, ["x.npy"]),
    "integer_width": ({"x": X, "k": K.astype(numpy.int32)}, ["k.npy"]),
    "missing": ({"x": X}, ["T0113", "'k'"]),
    "name": ({"x": X, "k": K, "nope": X}, ["T0113", "nope"]),
}


@unittest.skipIf(cli.MISSING, cli.MISSING)
class ReferenceInputs(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        cls.model = cls.folder / "m.onnx"
        onnx.save(model(GRAPH), cls.model)
        cls.artifact = cls.folder / "m.tenon"
        cli.must("compile", cls.model, "-o", cls.artifact)

    def outcome(self, what, inputs, *flags):
        arguments = []
        for name, array in inputs.items():
            numpy.save(self.folder / f"{name}.npy", array)
            arguments += ["--input", f"{name}={self.folder / name}.npy"]
        return cli.tenon("run", what, *arguments, *flags,
                         "--output-dir", self.folder / "out")

    def test_right_inputs(self):
        outcome = self.outcome(self.model, {"x": X, "k": K}, "--reference")
        self.assertEqual(outcome.code, 0, outcome)
        numpy.testing.assert_array_equal(
            numpy.load(self.folder / "out" / "output_0.npy"), X + K[:, None])

    def test_an_unknown_entry(self):
        for what, flags in ((self.model, ["--reference"]), (self.artifact, [])):
            assert_plain(self, self.outcome(what, {"x": X, "k": K}, *flags, "--entry=nope"),
                         1, "T0112")


def add(name, inputs, words):
    def test(self):
        for what, flags in ((self.artifact, []), (self.model, ["--reference"])):
            with self.subTest(flags=flags):
                for word in words:
                    assert_plain(self, self.outcome(what, inputs, *flags), 1, word)
    setattr(ReferenceInputs, f"test_wrong_{name}", test)


for name, (inputs, words) in WRONG.items():
    add(name, inputs, words)


if __name__ == "__main__":
    unittest.main()
