"""A list of sizes gives one artifact: one name, one set of weights, the same bits."""

import json
import pathlib
import tempfile
import unittest

import numpy
import onnx

import cases_dense  # noqa: F401, fills CASES
import cli
from cases import _make
from test_broken_onnx import assert_plain

SIZES = (3, 8, 16)
WIDTH = 32


def block(x, mask, w, b, v):
    """A layer with a softmax over the symbolic dimension, and one without."""
    scores = x @ x.transpose(0, 2, 1) + mask[:, None, :]
    weights = numpy.exp(scores - scores.max(-1, keepdims=True))
    weights /= weights.sum(-1, keepdims=True)
    return numpy.tanh(weights @ x @ w + b) @ v


GRAPH = f"""(float[batch,seq,{WIDTH}] x, float[batch,seq] mask) => (float[batch,seq,24] y) {{
  t = Transpose <perm = [0, 2, 1]> (x) s = MatMul(x, t)
  ax = Constant <value = int64[1] {{1}}> () m = Unsqueeze(mask, ax)
  z = Add(s, m) p = Softmax <axis = -1> (z) h = MatMul(p, x)
  k = MatMul(h, w) c = Add(k, b) a = Tanh(c) y = MatMul(a, v) }}"""


def sized(seq):
    return _make("block", block, GRAPH, [], {"batch": 1, "seq": seq}, 1e-5, {}, 14,
                 {"w": (WIDTH, 64), "b": (64,), "v": (64, 24)})


@unittest.skipIf(cli.MISSING, cli.MISSING)
class Sizes(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        cls.cases = {seq: sized(seq) for seq in SIZES}
        cls.model = cls.folder / "m.onnx"
        onnx.save(cls.cases[SIZES[0]].model, cls.model)
        cls.all = cls.compile("all", ",".join(map(str, SIZES)))
        cls.single = {seq: cls.compile(f"one{seq}", seq) for seq in SIZES}

    @classmethod
    def compile(cls, name, sizes):
        artifact = cls.folder / f"{name}.tenon"
        cli.must("compile", cls.model, "-o", artifact, "--dim", "batch=1",
                 "--dim", f"seq={sizes}")
        return artifact

    def inspect(self, artifact):
        return json.loads(cli.must("inspect", "--json", artifact).out)

    def test_the_shapes_pick_the_specialization(self):
        for seq, case in self.cases.items():
            with self.subTest(seq=seq):
                got, = cli.run(self.all, self.folder / "all", case.inputs)
                self.assertEqual(got.shape, (1, seq, 24))
                error = abs(got - case.expected[0]).max() / abs(case.expected[0]).max()
                self.assertLess(error, case.tolerance)

    def test_the_bits_are_those_of_an_artifact_for_one_size(self):
        for seq, case in self.cases.items():
            for flags in ([], ["--threads=3"], ["--guard"]):
                with self.subTest(seq=seq, flags=flags):
                    got, = cli.run(self.all, self.folder / "all", case.inputs, *flags)
                    want, = cli.run(self.single[seq], self.folder / "one", case.inputs)
                    numpy.testing.assert_array_equal(
                        got.view(numpy.uint32), want.view(numpy.uint32))

    def test_there_is_one_entry_with_three_plans(self):
        entries = self.inspect(self.all)["entries"]
        self.assertEqual([e["name"] for e in entries], ["predict"] * len(SIZES))
        self.assertEqual([e["dims"]["seq"] for e in entries], list(SIZES))

    def test_weights_are_stored_once(self):
        weights = self.inspect(self.all)["weights"]
        one = self.inspect(self.single[SIZES[-1]])["weights"]
        def key(weight):
            return weight["shape"], weight["layout"], weight["stored_size"]
        self.assertEqual(sorted(map(key, weights)), sorted(map(key, one)))

    def test_the_arena_is_that_of_the_largest(self):
        # A session's memory is the most over the plans, as the summary tells.
        arenas = [e["memory"]["arena_size"] for e in self.inspect(self.all)["entries"]]
        largest = self.inspect(self.single[SIZES[-1]])["entries"][0]["memory"]
        self.assertEqual(max(arenas), largest["arena_size"])

    def test_dumps_keep_the_name(self):
        for phase in ("input", "layout", "plan"):
            with self.subTest(phase=phase):
                dump = self.folder / f"{phase}.mlir"
                cli.must("compile", self.model, "-o", dump, f"--compile-to={phase}",
                         "--dim", "batch=1", "--dim", "seq=3,8,16")
                cli.must("compile", dump, f"--compile-from={phase}",
                         "-o", self.folder / "again.tenon")
                self.assertEqual((self.folder / "again.tenon").read_bytes(),
                                 self.all.read_bytes())

    def test_the_reference_picks_too(self):
        for seq, case in self.cases.items():
            with self.subTest(seq=seq):
                got, = cli.run(self.model, self.folder / "ref", case.inputs,
                               "--reference", "--dim", "batch=1", "--dim", "seq=3,8,16")
                error = abs(got - case.expected[0]).max() / abs(case.expected[0]).max()
                self.assertLess(error, case.tolerance)

    def refused(self, inputs, *words):
        arguments = []
        for name, array in inputs.items():
            numpy.save(self.folder / f"{name}.npy", array)
            arguments += ["--input", f"{name}={self.folder / name}.npy"]
        for word in words:
            assert_plain(self, cli.tenon("run", self.all, *arguments), 1, word)

    def test_a_size_that_was_not_compiled(self):
        self.refused(sized(5).inputs, "T1025", "another compiled shape")

    def test_sizes_that_do_not_go_together(self):
        self.refused({"x": self.cases[3].inputs["x"], "mask": self.cases[8].inputs["mask"]},
                     "T1025", "do not go together")

    def test_bench_takes_a_size(self):
        for seq in SIZES:
            found = json.loads(cli.must("bench", self.all, "--dim", f"seq={seq}",
                                        "--rounds=1", "--json").out)
            self.assertEqual(found[0]["dims"], {"batch": 1, "seq": seq})
        assert_plain(self, cli.tenon("bench", self.all, "--dim", "seq=5", "--rounds=1"),
                     2, "seq=16")


if __name__ == "__main__":
    unittest.main()
