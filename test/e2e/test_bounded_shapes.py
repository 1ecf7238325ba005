"""Results whose shape the values decide and no model declares: within a bound, and
the actual shape comes back with the output, compiled as by the interpreter."""

import pathlib
import tempfile
import unittest

import numpy
import onnx
from onnx import parser

import cli

RANDOM = numpy.random.default_rng(5)
SIGNS = numpy.where(RANDOM.random((4, 5)) < 0.5, -1, 1)
X = (SIGNS * RANDOM.random((4, 5))).astype(numpy.float32)
NONE, ALL = -numpy.abs(X), numpy.abs(X)
MASK = "z = Constant <value = float {0}> () m = Greater(x, z)"
# x[x > 0], as exporters write it.
POSITIVE = MASK + " i = NonZero(m) t = Transpose(i) p = GatherND(x, t)"


def flat(x):
    return x[x > 0]


def summed(x):
    p = flat(x).astype(numpy.float64)
    if p.size == 0:
        return numpy.float32(0), numpy.float32(1), numpy.float32(-numpy.inf)
    return (p.sum(dtype=numpy.float32), p.prod(dtype=numpy.float32), p.max().astype(numpy.float32))


def softmax(x):
    p = numpy.exp(flat(x))
    return (p / p.sum(),)


def rows(x):
    return (x[x[:, 0] > 0] @ numpy.ones((5, 3), numpy.float32),)


def sliced(x):
    n = int((x > 0).sum())
    return flat(x)[1:3], flat(x)[::-2], numpy.int64(n), numpy.array([n])


# By name: the graph, what it gives, and the inputs it is asked with.
CASES = {
    "non_zero": (f"(float[4,5] x) => (int64[2,n] i) {{ {MASK} i = NonZero(m) }}",
                 lambda x: (numpy.array((x > 0).nonzero()),), [X, NONE, ALL]),
    "masked_select": (f"(float[4,5] x) => (float[n] p) {{ {POSITIVE} }}",
                      lambda x: (flat(x),), [X, NONE, ALL]),
    "elementwise": (f"""(float[4,5] x) => (float[n] y) {{ {POSITIVE}
                    a = Constant <value = float {{2}}> () b = Mul(p, a) c = Exp(b) y = Add(c, p) }}""",
                    lambda x: (numpy.exp(2 * flat(x)) + flat(x),), [X, NONE]),
    "reductions": (f"""(float[4,5] x) => (float s, float q, float g) {{ {POSITIVE}
                   s = ReduceSum <keepdims = 0> (p) q = ReduceProd <keepdims = 0> (p)
                   g = ReduceMax <keepdims = 0> (p) }}""", summed, [X, NONE, ALL]),
    "mean_and_places": (f"""(float[4,5] x) => (float s, int64 k) {{ {POSITIVE}
                        s = ReduceMean <keepdims = 0> (p) k = ArgMin <keepdims = 0> (p) }}""",
                        lambda x: (flat(x).mean(), flat(x).argmin()), [X, ALL]),
    "softmax": (f"""(float[4,5] x) => (float[n] y) {{ {POSITIVE} y = Softmax <axis = 0> (p) }}""",
                softmax, [X, ALL]),
    "rows": ("""(float[4,5] x) => (float[n,3] y) { z = Constant <value = float {0}> ()
             o = Constant <value = int64 {0}> () c = Gather <axis = 1> (x, o) m = Greater(c, z)
             i = NonZero(m) t = Transpose(i) r = GatherND(x, t)
             s = Constant <value_ints = [5, 3]> () w = ConstantOfShape
               <value = float[1] {1}> (s) y = MatMul(r, w) }""", rows, [X, NONE]),
    "contracted": (f"""(float[4,5] x) => (float[1,1] y) {{ {POSITIVE}
                   r = Constant <value_ints = [1, -1]> () c = Constant <value_ints = [-1, 1]> ()
                   a = Reshape(p, r) b = Reshape(p, c) y = MatMul(a, b) }}""",
                   lambda x: ((flat(x) @ flat(x)).reshape(1, 1),), [X, NONE, ALL]),
    "slices": (f"""(float[4,5] x) => (float[a] u, float[b] v, int64 n, int64[1] s) {{ {POSITIVE}
               one = Constant <value_ints = [1]> () three = Constant <value_ints = [3]> ()
               u = Slice(p, one, three)
               last = Constant <value_ints = [-1]> () low = Constant <value_ints = [-99]> ()
               axis = Constant <value_ints = [0]> () two = Constant <value_ints = [-2]> ()
               v = Slice(p, last, low, axis, two) n = Size(p) s = Shape(p) }}""",
               sliced, [X, ALL]),
    "joined": (f"""(float[4,5] x) => (float[n] y) {{ {POSITIVE}
               g = Neg(p) y = Concat <axis = 0> (p, g, p) }}""",
               lambda x: (numpy.concatenate([flat(x), -flat(x), flat(x)]),), [X, NONE, ALL]),
    "compress": ("""(float[4,5] x) => (float[4,n] y) { z = Constant <value = float {0}> ()
                 o = Constant <value = int64 {0}> () c = Gather <axis = 0> (x, o)
                 m = Greater(c, z) y = Compress <axis = 1> (x, m) }""",
                 lambda x: (x[:, x[0] > 0],), [X, NONE, ALL]),
    "put_back": (f"""(float[4,5] x) => (float[4,5] y) {{ {POSITIVE} d = Add(p, p)
                 y = ScatterND(x, t, d) }}""",
                 lambda x: (numpy.where(x > 0, 2 * x, x),), [X, NONE, ALL]),
    "unique": ("""(float[4,5] x) => (float[n] u, int64[n] f, int64[20] i, int64[n] c) {
               r = Round(x) u, f, i, c = Unique(r) }""",
               lambda x: numpy.unique(numpy.round(x.ravel()) + 0.0, return_index=True,
                                      return_inverse=True, return_counts=True), [X, ALL]),
    "branches": ("""(float[4,5] x) => (float[n,5] y) { z = Constant <value = float {0}> ()
                 g = ReduceSum <keepdims = 0> (x) c = Greater(g, z)
                 y = If (c) <then_branch = t () => (float[k,5] a) {
                   b = Constant <value_ints = [1]> () e = Constant <value_ints = [3]> ()
                   a = Slice(x, b, e) }, else_branch = f () => (float[4,5] b) { b = Neg(x) }> }""",
                 lambda x: (x[1:3] if x.sum() > 0 else -x,), [NONE, ALL]),
}

# Bags of rows, each from one offset to the next, reduced to one row. The loop ends by
# a condition on a counter that it carries.
BAGS = """(float[9,3] x, int64[4] o) => (float[3,3] y) {{
  seq = SequenceEmpty () go = Constant <value = bool {{1}}> ()
  first = Constant <value = int64 {{0}}> () one = Constant <value = int64 {{1}}> ()
  count = Constant <value = int64 {{3}}> ()
  last, rows = Loop ( , go, first, seq) <body = b (int64 k, bool g, int64 i, seq(float) s) =>
    (bool again, int64 next, seq(float) t) {{
      flat = Constant <value_ints = [-1]> () axes = Constant <value_ints = [0]> ()
      next = Add(i, one) again = Less(next, count)
      from = Reshape(i, flat) till = Reshape(next, flat) end = Add(till, one)
      start = Slice(o, from, till) stop = Slice(o, till, end) none = Equal(start, stop)
      row = If (none) <then_branch = t () => (float[1,3] r) {{
          r = Constant <value = float[1,3] {{0, 0, 0}}> () }},
        else_branch = f () => (float[1,3] r) {{
          part = Slice(x, start, stop) r = {reduction}(part, axes) }}>
      t = SequenceInsert(s, row) }}>
  y = ConcatFromSequence <axis = 0> (rows) }}"""
ROWS = RANDOM.random((9, 3)).astype(numpy.float32) - 0.75
BOUNDS = [(0, 2, 5, 9), (0, 0, 9, 9), (1, 4, 4, 8), (3, 4, 5, 6)]


@unittest.skipIf(cli.MISSING, cli.MISSING)
class BoundedShapes(unittest.TestCase):
    def targets(self, graph, folder):
        text = f'<ir_version: 8, opset_import: ["" : 18]>\ng {graph}'
        onnx.save(parser.parse_model(text), folder / "m.onnx")
        cli.must("compile", folder / "m.onnx", "-o", folder / "m.tenon")
        return ((folder / "m.tenon", ("--guard",)), (folder / "m.onnx", ("--reference",)))

    def compare(self, got, expected):
        self.assertEqual(len(got), len(expected))
        for a, b in zip(got, expected):
            self.assertEqual(a.shape, numpy.shape(b))
            numpy.testing.assert_allclose(a, b, rtol=2e-6, atol=1e-6)

    def check(self, graph, function, inputs):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            for target, flags in self.targets(graph, folder):
                for x in inputs:
                    self.compare(cli.run(target, folder / "run", {"x": x}, *flags), function(x))

    def test_bags(self):
        for reduction, function in (("ReduceSum", numpy.sum), ("ReduceMean", numpy.mean),
                                    ("ReduceMax", numpy.max), ("ReduceMin", numpy.min)):
            with self.subTest(reduction), tempfile.TemporaryDirectory() as name:
                folder = pathlib.Path(name)
                for target, flags in self.targets(BAGS.format(reduction=reduction), folder):
                    for bounds in BOUNDS:
                        expected = [function(ROWS[a:b], axis=0) if a != b else numpy.zeros(3)
                                    for a, b in zip(bounds, bounds[1:])]
                        got = cli.run(target, folder / "run",
                                      {"x": ROWS, "o": numpy.array(bounds, numpy.int64)}, *flags)
                        self.compare(got, [numpy.stack(expected)])

    def test_two_lengths_that_differ(self):
        graph = f"""(float[4,5] x) => (float[n] y) {{ {POSITIVE} k = Less(x, z) j = NonZero(k)
                 s = Transpose(j) q = GatherND(x, s) y = Add(p, q) }}"""
        even = numpy.arange(20, dtype=numpy.float32).reshape(4, 5) - 9.5
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            for target, flags in self.targets(graph, folder):
                self.compare(cli.run(target, folder / "run", {"x": even}, *flags),
                             [even[even > 0] + even[even < 0]])
                with self.assertRaises(cli.Failed) as failed:
                    cli.run(target, folder / "run", {"x": even + 1}, *flags)
                self.assertIn("two sizes that have to be equal differ", str(failed.exception))
                self.assertIn("T1025", str(failed.exception))

    def test_no_rule(self):
        graph = f"""(float[4,5] x) => (float[1,1,m] y) {{ {POSITIVE}
                 r = Constant <value_ints = [1, 1, -1]> () a = Reshape(p, r)
                 y = MaxPool <kernel_shape = [2]> (a) }}"""
        with tempfile.TemporaryDirectory() as name:
            with self.assertRaises(cli.Failed) as failed:
                self.targets(graph, pathlib.Path(name))
            self.assertIn("MaxPool: an input whose shape depends on values", str(failed.exception))
            self.assertIn("T0103", str(failed.exception))


def add(name, case):
    setattr(BoundedShapes, f"test_{name}", lambda self: self.check(*case))


for name, case in CASES.items():
    add(name, case)


if __name__ == "__main__":
    unittest.main()
