"""Shapes that depend on values: the model declares them, and a run whose values
ask for other ones ends with an error, compiled as by the interpreter."""

import pathlib
import tempfile
import unittest

import numpy
import onnx
from onnx import parser

import cli

X = numpy.arange(12, dtype=numpy.float32).reshape(3, 4)


def ints(*values):
    return numpy.array(values, numpy.int64)


# By name: the graph, values that fit it with what it gives, and values that do not.
CASES = {
    "reshape": ("(float[3,4] x, int64[2] s) => (float[2,6] y) { y = Reshape(x, s) }",
                [({"s": ints(2, 6)}, X.reshape(2, 6)), ({"s": ints(-1, 6)}, X.reshape(2, 6))],
                [{"s": ints(6, 2)}]),
    "expand": ("(float[3,4] x, int64[3] s) => (float[2,3,4] y) { y = Expand(x, s) }",
               [({"s": ints(2, 1, 4)}, numpy.stack([X, X]))], [{"s": ints(1, 3, 4)}]),
    "slice": ("""(float[3,4] x, int64[2] b, int64[2] e) => (float[2,3] y) {
               y = Slice(x, b, e) }""",
              [({"b": ints(1, 0), "e": ints(9, -1)}, X[1:9, 0:-1]),
               ({"b": ints(-3, 1), "e": ints(2, 4)}, X[-3:2, 1:4])],
              [{"b": ints(0, 0), "e": ints(3, 3)}, {"b": ints(1, 2), "e": ints(3, 4)}]),
    "pad": ("(float[3,4] x, int64[4] p) => (float[4,6] y) { y = Pad(x, p) }",
            [({"p": ints(1, 0, 0, 2)}, numpy.pad(X, ((1, 0), (0, 2))))],
            [{"p": ints(0, 0, 0, 2)}]),
    "tile": ("(float[3,4] x, int64[2] r) => (float[3,8] y) { y = Tile(x, r) }",
             [({"r": ints(1, 2)}, numpy.tile(X, (1, 2)))], [{"r": ints(1, 3)}]),
    "range": ("""(int64 b, int64 e, int64 d) => (int64[3] y) { y = Range(b, e, d) }""",
              [({"b": ints(4)[0], "e": ints(9)[0], "d": ints(2)[0]}, ints(4, 6, 8))],
              [{"b": ints(4)[0], "e": ints(8)[0], "d": ints(2)[0]}]),
    "non_zero": ("(float[3,4] x) => (int64[2,11] y) { y = NonZero(x) }",
                 [({}, numpy.array(X.nonzero()))], [{"x": X * 0}]),
    "compress": ("(float[3,4] x, bool[3] c) => (float[2,4] y) { y = Compress<axis=0>(x, c) }",
                 [({"c": numpy.array([True, False, True])}, X[[0, 2]])],
                 [{"c": numpy.array([True, False, False])}]),
    "top_k": ("""(float[3,4] x, int64[1] k) => (float[3,2] y, int64[3,2] i) {
               y, i = TopK(x, k) }""",
              [({"k": ints(2)}, X[:, :1:-1])], [{"k": ints(1)}]),
    "reduce": ("""(float[3,4] x, int64[1] a) => (float[4] y) {
                y = ReduceSum<keepdims=0>(x, a) }""",
               [({"a": ints(-2)}, X.sum(0))], [{"a": ints(1)}]),
}


@unittest.skipIf(cli.MISSING, cli.MISSING)
class DeclaredShapes(unittest.TestCase):
    def check(self, graph, fitting, others):
        model = parser.parse_model(f'<ir_version: 8, opset_import: ["" : 18]>\ng {graph}')
        given = {v.name for v in model.graph.input}
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            onnx.save(model, folder / "m.onnx")
            cli.must("compile", folder / "m.onnx", "-o", folder / "m.tenon")
            for target, flags in ((folder / "m.tenon", ()), (folder / "m.onnx", ["--reference"])):
                def arrays(values):
                    return {k: v for k, v in {"x": X, **values}.items() if k in given}
                for values, expected in fitting:
                    got = cli.run(target, folder / "run", arrays(values), *flags)[0]
                    numpy.testing.assert_array_equal(got, expected)
                for values in others:
                    with self.assertRaises(cli.Failed) as failed:
                        cli.run(target, folder / "run", arrays(values), *flags)
                    self.assertIn("T1025", str(failed.exception))
                    self.assertIn("that the model declares" if "another shape" not in
                                  str(failed.exception) else "than the model declares",
                                  str(failed.exception))


def add(name, case):
    setattr(DeclaredShapes, f"test_{name}", lambda self: self.check(*case))


for name, case in CASES.items():
    add(name, case)


if __name__ == "__main__":
    unittest.main()
