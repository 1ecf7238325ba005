"""Models whose dimensions are open: the inputs of a run say their sizes."""

import json
import pathlib
import subprocess
import tempfile
import unittest

import numpy
import onnx
from onnx import external_data_helper, helper, numpy_helper, parser

import cli
from test_broken_onnx import assert_plain

WIDTH = 6

# A layer over a batch, with a mask of the same batch and a length of its own.
GRAPH = f"""(float[batch,seq,{WIDTH}] x, float[batch,seq] mask) => (float[batch,n] y) {{
  ax = Constant <value = int64[1] {{2}}> () m = Unsqueeze(mask, ax)
  k = Mul(x, m) h = MatMul(k, w) t = Tanh(h) one = Constant <value = int64[1] {{1}}> ()
  s = ReduceSum <keepdims = 0> (t, one) y = Add(s, b) }}"""

STABLEHLO = """
func.func public @main(%arg0: tensor<?x?xf32>, %arg1: tensor<?xf32>) -> tensor<?x?xf32> {
  %n = stablehlo.get_dimension_size %arg0, dim = 0 : (tensor<?x?xf32>) -> tensor<i32>
  %k = stablehlo.get_dimension_size %arg0, dim = 1 : (tensor<?x?xf32>) -> tensor<i32>
  %k2 = stablehlo.get_dimension_size %arg1, dim = 0 : (tensor<?xf32>) -> tensor<i32>
  %same = stablehlo.compare EQ, %k, %k2, SIGNED : (tensor<i32>, tensor<i32>) -> tensor<i1>
  stablehlo.custom_call @shape_assertion(%same, %k2, %k) {error_message = "k", has_side_effect = true}
      : (tensor<i1>, tensor<i32>, tensor<i32>) -> ()
  %r = call @sum(%n, %k, %arg0, %arg1) : (tensor<i32>, tensor<i32>, tensor<?x?xf32>, tensor<?xf32>) -> tensor<?x?xf32>
  return %r : tensor<?x?xf32>
}
func.func private @sum(%n: tensor<i32> {jax.global_constant = "n"},
    %k: tensor<i32> {jax.global_constant = "k"}, %x: tensor<?x?xf32>, %v: tensor<?xf32>) -> tensor<?x?xf32> {
  %n1 = stablehlo.reshape %n : (tensor<i32>) -> tensor<1xi32>
  %k1 = stablehlo.reshape %k : (tensor<i32>) -> tensor<1xi32>
  %shape = stablehlo.concatenate %n1, %k1, dim = 0 : (tensor<1xi32>, tensor<1xi32>) -> tensor<2xi32>
  %wide = stablehlo.dynamic_broadcast_in_dim %v, %shape, dims = [1]
      : (tensor<?xf32>, tensor<2xi32>) -> tensor<?x?xf32>
  %r = stablehlo.add %x, %wide : tensor<?x?xf32>
  return %r : tensor<?x?xf32>
}
"""


def layer():
    """The model, and what it computes in float64."""
    random = numpy.random.default_rng(3)
    w = random.standard_normal((WIDTH, 5)).astype(numpy.float32)
    b = random.standard_normal(5).astype(numpy.float32)
    model = parser.parse_model(f'<ir_version: 8, opset_import: ["" : 14]>\nlayer {GRAPH}')
    model.graph.initializer.extend(
        [numpy_helper.from_array(w, "w"), numpy_helper.from_array(b, "b")])

    def compute(x, mask):
        return numpy.tanh((x * mask[..., None]).astype(numpy.float64) @ w).sum(1) + b
    return model, compute


def inputs(batch, seq):
    random = numpy.random.default_rng(batch * 100 + seq)
    return {"x": random.standard_normal((batch, seq, WIDTH)).astype(numpy.float32),
            "mask": random.integers(0, 2, (batch, seq)).astype(numpy.float32)}


@unittest.skipIf(cli.MISSING, cli.MISSING)
class OpenDims(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        cls.cache = cls.folder / "cache"
        model, cls.compute = layer()
        cls.model = cls.folder / "m.onnx"
        onnx.save(model, cls.model)
        cls.artifact = cls.folder / "m.tenon"
        cls.said = cli.must("compile", cls.model, "-o", cls.artifact).err
        cls.dialect = cls.folder / "p.mlir"
        cls.dialect.write_text(STABLEHLO)

    def check(self, program, given, *flags):
        got, = cli.run(program, self.folder / "run", given, "--cache-dir", self.cache, *flags)
        numpy.testing.assert_allclose(got, type(self).compute(**given), rtol=1e-5, atol=1e-5)

    def arguments(self, given):
        words = []
        for name, array in given.items():
            numpy.save(self.folder / f"{name}.npy", array)
            words += ["--input", f"{name}={self.folder / name}.npy"]
        return [*words, "--output-dir", self.folder / "out"]

    def kept(self):
        return {path.name: path.stat().st_ino for path in self.cache.glob("*.tenon")}

    def test_compile_says_what_is_open(self):
        self.assertIn("dimensions 'batch', 'seq' are open", self.said)
        self.assertIn("--dim batch=SIZE --dim seq=SIZE", self.said)
        summary = json.loads(cli.must("compile", self.model, "-o", self.folder / "j.tenon",
                                      "--json").out)
        self.assertEqual(summary["open_dims"], ["batch", "seq"])
        self.assertEqual((self.folder / "j.tenon").read_bytes(), self.artifact.read_bytes())

    def test_any_sizes_run(self):
        for batch, seq in ((1, 1), (3, 7), (8, 2), (2, 33)):
            with self.subTest(batch=batch, seq=seq):
                self.check(self.artifact, inputs(batch, seq))

    def test_no_elements_are_a_size_too(self):
        got, = cli.run(self.artifact, self.folder / "run", inputs(0, 3), "--no-cache")
        self.assertEqual(got.shape, (0, 5))
        self.check(self.artifact, inputs(2, 0))

    def test_a_model_runs_as_its_artifact_does(self):
        self.check(self.model, inputs(4, 3))
        self.check(self.model, inputs(4, 3), "--dim", "batch=4")
        self.assertEqual(list(self.folder.glob(".tenon*")), [])

    def test_the_reference_takes_sizes_too(self):
        self.check(self.artifact, inputs(2, 5), "--reference")
        self.check(self.model, inputs(2, 5), "--reference")

    def test_guards(self):
        self.check(self.artifact, inputs(3, 5), "--guard")

    def test_the_second_run_does_not_compile(self):
        self.check(self.artifact, inputs(5, 4))
        before = self.kept()
        self.check(self.artifact, inputs(5, 4))
        self.assertEqual(self.kept(), before)
        self.check(self.artifact, inputs(5, 5))
        self.assertEqual(len(self.kept()), len(before) + 1)
        self.assertEqual([p for p in self.cache.iterdir() if p.suffix != ".tenon"], [])

    def test_a_damaged_cache_is_made_anew(self):
        cache = self.folder / "damaged"
        given = inputs(2, 2)
        for _ in range(2):
            got, = cli.run(self.artifact, self.folder / "run", given, "--cache-dir", cache)
            numpy.testing.assert_allclose(got, type(self).compute(**given), rtol=1e-5)
            path, = cache.glob("*.tenon")
            path.write_bytes(path.read_bytes()[:5000])

    def test_the_cache_stands_in_the_users_folder(self):
        home = self.folder / "home"
        for variables, place in (({"HOME": home}, home / ".cache" / "tenon"),
                                 ({"HOME": home, "XDG_CACHE_HOME": home / "x"},
                                  home / "x" / "tenon")):
            done = subprocess.run(
                [cli.TENON, "run", self.artifact, *self.arguments(inputs(1, 2))], check=False,
                env={key: str(value) for key, value in variables.items()}, cwd=self.folder)
            self.assertEqual(done.returncode, 0)
            self.assertEqual(len(list(place.glob("*.tenon"))), 1)
        # Without any such folder there is no cache, and no reason to fail.
        done = subprocess.run([cli.TENON, "run", self.artifact, *self.arguments(inputs(1, 2))],
                              check=False, env={}, cwd=self.folder)
        self.assertEqual(done.returncode, 0)
        self.assertEqual(list(self.folder.glob(".tenon*")), [])

    def test_a_cache_that_cannot_be(self):
        (self.folder / "taken").write_text("here")
        assert_plain(self, cli.tenon("run", self.artifact, *self.arguments(inputs(1, 1)),
                                     "--cache-dir", self.folder / "taken" / "in"), 1, "T0301")

    def refused(self, given, words, code=1, *flags):
        assert_plain(self, cli.tenon("run", self.artifact, *self.arguments(given), "--cache-dir",
                                     self.cache, *flags), code, words)

    def test_sizes_that_contradict_each_other(self):
        given = {"x": inputs(2, 3)["x"], "mask": inputs(4, 3)["mask"]}
        self.refused(given, "dimension 'batch' is 2 in input 'x' and 4 in input 'mask' [T0115]")
        self.refused(inputs(2, 3), "T0115", 1, "--dim", "seq=4")
        self.refused(inputs(2, 3), "T0110", 2, "--dim", "nope=4")

    def test_shapes_that_are_wrong_at_any_size(self):
        given = inputs(2, 3)
        self.refused({**given, "x": given["x"][..., 1:]}, "f32 [batch, seq, 6], not f32 [2, 3, 5]")
        self.refused({**given, "mask": given["mask"][0]}, "T1025")
        self.refused({"x": given["x"]}, "'mask'")
        self.refused({}, "'batch' (of 'x', 'mask')", 2)

    def test_inspect_shows_it(self):
        text = cli.must("inspect", self.artifact).out
        for word in ("open dimensions: batch seq", "x: f32 [batch, seq, 6]", "m.onnx"):
            self.assertIn(word, text)
        source = json.loads(cli.must("inspect", "--json", self.artifact).out)["source"]
        self.assertEqual(source["files"], [{"path": "m.onnx",
                                            "size": self.model.stat().st_size}])
        sized = json.loads(cli.must("inspect", "--json", self.artifact, "--dim", "batch=2", "--dim",
                                    "seq=3,4", "--cache-dir", self.cache).out)
        self.assertEqual([entry["dims"]["seq"] for entry in sized["entries"]], [3, 4])

    def test_bench_takes_sizes(self):
        found, = json.loads(cli.must("bench", self.artifact, "--dim", "batch=2", "--dim", "seq=3",
                                     "--rounds=1", "--json", "--cache-dir", self.cache).out)
        self.assertEqual(found["dims"], {"batch": 2, "seq": 3})
        assert_plain(self, cli.tenon("bench", self.artifact, "--dim", "seq=3", "--rounds=1"), 2,
                     "'batch'")

    def test_some_dimensions_may_be_given(self):
        artifact = self.folder / "some.tenon"
        said = cli.must("compile", self.model, "-o", artifact, "--dim", "seq=3,5").err
        self.assertIn("dimension 'batch' is open", said)
        self.check(artifact, inputs(7, 3))
        before = self.kept()
        self.check(artifact, inputs(7, 5))
        self.assertEqual(self.kept(), before)
        assert_plain(self, cli.tenon("run", artifact, *self.arguments(inputs(7, 4)),
                                     "--cache-dir", self.cache), 1, "T1025")

    def test_a_target_is_kept(self):
        artifact = self.folder / "portable.tenon"
        cli.must("compile", self.model, "-o", artifact, "--target-cpu=portable")
        facts = json.loads(cli.must("inspect", "--json", artifact, "--dim", "batch=1", "--dim",
                                    "seq=1", "--no-cache").out)
        self.assertEqual([variant["name"] for variant in facts["variants"]],
                         ["x86-64-v4", "x86-64-v3"])

    def test_files_beside_the_model_come_along(self):
        folder = self.folder / "external"
        (folder / "data").mkdir(parents=True)
        model, _ = layer()
        for tensor in model.graph.initializer:
            external_data_helper.set_external_data(tensor, f"data/{tensor.name}.bin")
        onnx.save(model, folder / "e.onnx")
        artifact = self.folder / "external.tenon"
        cli.must("compile", folder / "e.onnx", "-o", artifact)
        for path in [*folder.rglob("*.bin"), folder / "e.onnx"]:
            path.unlink()
        self.check(artifact, inputs(3, 4))

    def test_stablehlo(self):
        artifact = self.folder / "p.tenon"
        said = cli.must("compile", self.dialect, "-o", artifact).err
        self.assertIn("dimensions 'k', 'n' are open", said)
        random = numpy.random.default_rng(5)
        for rows, columns in ((1, 4), (5, 3)):
            x, v = (random.standard_normal(s).astype(numpy.float32)
                    for s in ((rows, columns), columns))
            got, = cli.run(artifact, self.folder / "hlo", {"arg0": x, "arg1": v},
                           "--cache-dir", self.cache)
            numpy.testing.assert_array_equal(got, x + v)
        assert_plain(self, cli.tenon("run", artifact, *self.arguments(
            {"arg0": numpy.zeros((2, 3), numpy.float32), "arg1": numpy.zeros(4, numpy.float32)}),
            "--cache-dir", self.cache), 1, "T0115")

    def test_check_tells_what_is_open(self):
        text = cli.must("check", self.model).out
        self.assertIn("dimension batch is open", text)
        self.assertIn("x: f32 [batch, seq, 6]", text)

    def test_what_is_unsupported_is_listed_at_once(self):
        model, _ = layer()
        model.graph.node.extend([helper.make_node("Nonsense", ["y"], ["q"], name="first"),
                                 helper.make_node("Humbug", ["q"], ["z"], name="second")])
        onnx.save(model, self.folder / "u.onnx")
        for command in (["compile", self.folder / "u.onnx", "-o", self.folder / "u.tenon"],
                        ["check", self.folder / "u.onnx"]):
            outcome = cli.tenon(*command)
            self.assertEqual(outcome.code, 3, outcome)
            for word in ("Nonsense", "first", "Humbug", "second"):
                self.assertIn(word, outcome.err)
        self.assertFalse((self.folder / "u.tenon").exists())
        program = STABLEHLO.replace("stablehlo.add", "stablehlo.all_reduce_of_a_kind")
        (self.folder / "u.mlir").write_text(program)
        outcome = cli.tenon("compile", self.folder / "u.mlir", "-o", self.folder / "u.tenon")
        self.assertIn(outcome.code, (1, 3), outcome)

    def test_what_needs_sizes_says_so(self):
        spec = self.folder / "spec.json"
        spec.write_text(json.dumps({"loss": "mse", "optimizer": {"kind": "sgd"}, "lr": 0.1}))
        assert_plain(self, cli.tenon("compile", self.model, "--train", spec, "-o",
                                     self.folder / "t.tenon"), 2, "T0114")
        assert_plain(self, cli.tenon("compile", self.model, "--compile-to=graph"), 2, "T0114")
        assert_plain(self, cli.tenon("train", self.artifact, "--data", "d.npz"), 1, "T1017")

    def test_damage_is_found(self):
        good = self.artifact.read_bytes()
        at = good.find(b"MatMul")
        flipped = good[:at] + bytes([good[at] ^ 4]) + good[at + 1:]
        for content in (flipped, good[:-1], good[:at], good + b"x"):
            path = self.folder / "bad.tenon"
            path.write_bytes(content)
            for command in (["run", path, *self.arguments(inputs(1, 1))], ["inspect", path],
                            ["bench", path, "--dim", "batch=1", "--dim", "seq=1"]):
                assert_plain(self, cli.tenon(*command), 1, "T1004")


if __name__ == "__main__":
    unittest.main()
