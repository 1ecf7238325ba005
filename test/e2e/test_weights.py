"""Weights from safetensors files: named by our own text, or given with
--weights to a model of any kind."""

import json
import pathlib
import tempfile
import unittest

import numpy
import onnx
from onnx import TensorProto, helper, numpy_helper

import cli
import safetensors_writer as safetensors
from test_broken_onnx import assert_plain

TEXT = """tenon.weight @w : tensor<{size}x{kind}>
  {{file = "{file}", tenon.tensor = "{name}"}}
tenon.entry @predict(%x: tensor<{size}x{kind}> {{tenon.name = "x"}}) -> tensor<{size}x{kind}> {{
  %w = tenon.get_weight @w : tensor<{size}x{kind}>
  %y = tenon.{op} %x, %w : tensor<{size}x{kind}>
  tenon.return %y : tensor<{size}x{kind}>
}}
"""

LAYER = """module @m {{
  func.func public @main(
      %x: tensor<{batch}x3xf32> loc("x"),
      %w: tensor<3x4xf32> loc("params['w']"), %b: tensor<4xf32> loc("params['b']"))
      -> tensor<{batch}x4xf32> {{
    %p = stablehlo.dot_general %x, %w, contracting_dims = [1] x [0]
      : (tensor<{batch}x3xf32>, tensor<3x4xf32>) -> tensor<{batch}x4xf32>
    {add}
    return %y : tensor<{batch}x4xf32>
  }}
}}
"""
STATIC = LAYER.format(batch=2, add="""
    %c = stablehlo.broadcast_in_dim %b, dims = [1] : (tensor<4xf32>) -> tensor<2x4xf32>
    %y = stablehlo.add %p, %c : tensor<2x4xf32>""")
OPEN = LAYER.format(batch="?", add="""
    %n = stablehlo.get_dimension_size %x, dim = 0 : (tensor<?x3xf32>) -> tensor<i32>
    %m = stablehlo.reshape %n : (tensor<i32>) -> tensor<1xi32>
    %f = stablehlo.constant dense<4> : tensor<1xi32>
    %s = stablehlo.concatenate %m, %f, dim = 0 : (tensor<1xi32>, tensor<1xi32>) -> tensor<2xi32>
    %c = stablehlo.dynamic_broadcast_in_dim %b, %s, dims = [1]
      : (tensor<4xf32>, tensor<2xi32>) -> tensor<?x4xf32>
    %y = stablehlo.add %p, %c : tensor<?x4xf32>""")

STEP = """module @m {
  func.func public @main(
      %w: tensor<4xf32> {tf.aliasing_output = 1 : i32} loc("w"),
      %x: tensor<4xf32> loc("x")) -> (tensor<f32>, tensor<4xf32>) {
    %d = stablehlo.subtract %x, %w : tensor<4xf32>
    %z = stablehlo.constant dense<0.0> : tensor<f32>
    %q = stablehlo.multiply %d, %d : tensor<4xf32>
    %l = stablehlo.reduce(%q init: %z) applies stablehlo.add across dimensions = [0]
      : (tensor<4xf32>, tensor<f32>) -> tensor<f32>
    %h = stablehlo.constant dense<0.5> : tensor<4xf32>
    %s = stablehlo.multiply %d, %h : tensor<4xf32>
    %n = stablehlo.add %w, %s : tensor<4xf32>
    return %l, %n : tensor<f32>, tensor<4xf32>
  }
}
"""


def random(*shape, seed=0):
    return numpy.random.default_rng(seed).standard_normal(shape).astype(numpy.float32)


class InFolder(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.file = self.folder / "w.safetensors"

    def write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        return path

    def both(self, path, inputs, *flags):
        """The outputs of compiled code and of the interpreter, which agree."""
        got = cli.run(path, self.folder / "run", inputs, *flags)
        reference = cli.run(path, self.folder / "reference", inputs, "--reference", *flags)
        for one, other in zip(got, reference, strict=True):
            numpy.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)
        return got


@unittest.skipIf(cli.MISSING, cli.MISSING)
class OwnText(InFolder):
    def text(self, name="w", kind="f32", size="6", op="add", file="w.safetensors"):
        return self.write("m.mlir", TEXT.format(name=name, kind=kind, size=size, op=op, file=file))

    def test_every_type_of_the_format(self):
        values = numpy.array([3, 1, 0, 2, 5, 4])
        kinds = {"f32": "float32", "f64": "float64", "f16": "float16", "i8": "int8",
                 "i16": "int16", "i32": "int32", "i64": "int64", "ui8": "uint8",
                 "ui16": "uint16", "ui32": "uint32", "ui64": "uint64"}
        tensors = {kind: values.astype(name) for kind, name in kinds.items()}
        # Before the others, so that they stand at odd places.
        odd = {"odd": numpy.zeros(1, numpy.uint8), "i1": values > 2}
        # 3 1 0 2 5 4 as bf16, and in the two types of 8 bits.
        wide = (values.astype(numpy.float32).view(numpy.uint32) >> 16).astype(numpy.uint16)
        odd["bf16"] = safetensors.Raw("BF16", [6], wide.tobytes())
        odd["f8E4M3FN"] = safetensors.Raw("F8_E4M3", [6], bytes([0x44, 0x38, 0, 0x40, 0x4A, 0x48]))
        odd["f8E5M2"] = safetensors.Raw("F8_E5M2", [6], bytes([0x42, 0x3C, 0, 0x40, 0x45, 0x44]))
        safetensors.write(self.file, {**odd, **tensors}, padding=3)
        for kind in kinds:
            with self.subTest(kind=kind):
                got, = self.both(self.text(kind, kind), {"x": tensors[kind]})
                numpy.testing.assert_array_equal(got, tensors[kind] + tensors[kind])
        with self.subTest(kind="i1"):
            got, = self.both(self.text("i1", "i1", op="xor"), {"x": values < 2})
            numpy.testing.assert_array_equal(got, (values > 2) ^ (values < 2))
        for kind in ("bf16", "f8E4M3FN", "f8E5M2"):
            with self.subTest(kind=kind):
                path = self.write("c.mlir", f"""
tenon.weight @w : tensor<6x{kind}> {{file = "w.safetensors", tenon.tensor = "{kind}"}}
tenon.entry @predict(%x: tensor<6xf32> {{tenon.name = "x"}}) -> tensor<6xf32> {{
  %w = tenon.get_weight @w : tensor<6x{kind}>
  %c = tenon.convert %w : (tensor<6x{kind}>) -> tensor<6xf32>
  %y = tenon.add %x, %c : tensor<6xf32>
  tenon.return %y : tensor<6xf32>
}}""")
                got, = self.both(path, {"x": numpy.zeros(6, numpy.float32)})
                numpy.testing.assert_array_equal(got, values)

    def test_dumps_refer_to_the_file_and_notice_its_change(self):
        w = random(6)
        safetensors.write(self.file, {"a": random(5), "w": w})
        text = cli.must("compile", self.text(), "--compile-to=input", cwd=self.folder).out
        self.assertNotIn("tenon.tensor", text)
        self.assertIn('file = "w.safetensors"', text)
        self.assertIn("xxh3:", text)
        dump = self.write("dump.mlir", text)
        got, = self.both(dump, {"x": w})
        numpy.testing.assert_array_equal(got, w + w)
        safetensors.write(self.file, {"a": random(5), "w": w + 1})
        assert_plain(self, cli.tenon("compile", dump, "-o", self.folder / "o.tenon"), 1, "[T0106]")

    @unittest.skipIf(cli.UNMEASURED, cli.UNMEASURED)
    def test_weights_are_not_copied_into_memory(self):
        def most_memory(rows, layers):
            names = [f"w{i}" for i in range(layers)]
            safetensors.write(self.file, {name: random(rows, 256) for name in names})
            lines = [f'tenon.weight @{name} : tensor<{rows}x256xf32> '
                     f'{{file = "w.safetensors", tenon.tensor = "{name}"}}' for name in names]
            kind = f"tensor<{rows}x256xf32>"
            lines.append(f'tenon.entry @predict(%h0: {kind} {{tenon.name = "x"}}) -> {kind} {{')
            for i, name in enumerate(names):
                lines += [f"%{name} = tenon.get_weight @{name} : {kind}",
                          f"%h{i + 1} = tenon.multiply %h{i}, %{name} : {kind}"]
            lines.append(f"tenon.return %h{layers} : {kind}\n}}")
            trace = self.folder / "trace.json"
            cli.must("compile", self.write("m.mlir", "\n".join(lines)), "--trace", trace,
                     "-o", self.folder / "o.tenon")
            return max(event["args"]["anonymous"]
                       for event in json.loads(trace.read_text())["traceEvents"]
                       if event["name"] == "memory")
        # 32 weights of 4 MiB against 32 of 16 KiB.
        growth = most_memory(4096, 32) - most_memory(16, 32)
        self.assertLess(growth, 16 << 20, f"{growth / 2**20:.0f} MiB")

    def test_wrong_references(self):
        safetensors.write(self.file, {"w": random(6), "m": random(2, 3)})
        output = self.folder / "o.tenon"
        for name, kind, reason in (("no", "f32", "has no tensor 'no'"),
                                   ("m", "f32", "tensor<2x3xf32>"),
                                   ("w", "i32", "tensor<6xf32>")):
            outcome = cli.tenon("compile", self.text(name, kind), "-o", output)
            assert_plain(self, outcome, 1, "[T0102]")
            self.assertIn(reason, outcome.err)
        outcome = cli.tenon("compile", self.text(file="gone.safetensors"), "-o", output)
        assert_plain(self, outcome, 1, "gone.safetensors")
        path = self.write("m.mlir", TEXT.format(name="", kind="f32", size="6", op="add",
                                                file="w.safetensors"))
        assert_plain(self, cli.tenon("compile", path, "-o", output), 1, "[T0102]")

    def test_hostile_files(self):
        header, body = safetensors.header_of({"w": random(6), "v": random(6)})

        def changed(name, **fields):
            return {**header, name: {**header[name], **fields}}
        good = safetensors.file_bytes(header, body)
        twice = json.dumps(header)[:-1] + ', "w": ' + json.dumps(header["w"]) + "}"
        hostile = {
            "empty": b"",
            "a length alone": good[:8],
            "a header that is cut": good[:20],
            "data that are cut": good[:-1],
            "bytes behind the data": good + b"\0",
            "a huge header": (1 << 62).to_bytes(8, "little") + good[8:],
            "a header of more than all bits": b"\xff" * 8 + good[8:],
            "no JSON": safetensors.file_bytes(b"{nope", body),
            "a list": safetensors.file_bytes(b"[]", b""),
            "deep nesting": safetensors.file_bytes(b'{"w":' + b"[" * 100000, body),
            "no UTF-8": safetensors.file_bytes(b'{"\xff":{}}', body),
            "overlapping": safetensors.file_bytes(changed("v", data_offsets=[12, 36]), body),
            "the same place": safetensors.file_bytes(changed("v", data_offsets=[0, 24]), body),
            "past the end": safetensors.file_bytes(changed("v", data_offsets=[48, 72]), body),
            "backwards": safetensors.file_bytes(changed("v", data_offsets=[48, 24]), body),
            "negative": safetensors.file_bytes(changed("v", data_offsets=[-24, 0]), body),
            "another type": safetensors.file_bytes(changed("v", dtype="F64"), body),
            "an unknown type": safetensors.file_bytes(changed("v", dtype="X9"), body),
            "another shape": safetensors.file_bytes(changed("v", shape=[7]), body),
            "a shape that overflows": safetensors.file_bytes(
                changed("v", shape=[1 << 62, 1 << 62, 6]), body),
            "the same name twice": safetensors.file_bytes(twice.encode(), body),
        }
        path = self.text()
        output = self.folder / "o.tenon"
        for what, data in hostile.items():
            with self.subTest(what=what):
                self.file.write_bytes(data)
                assert_plain(self, cli.tenon("compile", path, "-o", output), 1, "[T1043]")
                outcome = cli.tenon("check", path, "--weights", self.file)
                assert_plain(self, outcome, 1, "[T1043]")
                self.assertFalse(output.exists())
        self.file.write_bytes(good)
        cli.must("compile", path, "-o", output)


@unittest.skipIf(cli.MISSING, cli.MISSING)
class Onnx(InFolder):
    def setUp(self):
        super().setUp()
        self.w, self.b, self.x = random(3, 4), random(4, seed=1), random(2, 3, seed=2)
        self.expected = self.x @ self.w + self.b

    def model(self, initializers, inputs=()):
        graph = helper.make_graph(
            [helper.make_node("MatMul", ["x", "layer.weight"], ["p"]),
             helper.make_node("Add", ["p", "layer.bias"], ["y"])], "m",
            [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
             for name, shape in (("x", ["batch", 3]), *inputs)],
            [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["batch", 4])],
            [numpy_helper.from_array(value, name) for name, value in initializers.items()])
        path = self.folder / "m.onnx"
        onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)]), path)
        return path

    def check(self, path, *flags):
        for sizes in (["--dim", "batch=2"], []):
            got, = self.both(path, {"x": self.x}, *flags, *sizes, "--no-cache")
            numpy.testing.assert_allclose(got, self.expected, rtol=1e-5, atol=1e-6)

    def test_initializers_are_replaced_and_inputs_become_weights(self):
        safetensors.write(self.file, {"layer.weight": self.w, "layer.bias": self.b})
        zeros = {"layer.weight": numpy.zeros((3, 4), numpy.float32),
                 "layer.bias": numpy.zeros(4, numpy.float32)}
        self.check(self.model(zeros), "--weights", self.file)
        bias = {"layer.bias": zeros["layer.bias"]}
        path = self.model(bias, [("layer.weight", ["rows", 4])])
        self.check(path, "--weights", self.file)
        outcome = cli.must("check", path, "--dim", "batch=2", "--weights", self.file)
        self.assertNotIn("input  layer", outcome.out)

    def test_external_data_need_not_be_there(self):
        path = self.model({"layer.weight": self.w, "layer.bias": self.b})
        model = onnx.load(path)
        onnx.save(model, path, save_as_external_data=True, location="m.bin", size_threshold=0)
        (self.folder / "m.bin").unlink()
        safetensors.write(self.file, {"layer.weight": self.w, "layer.bias": self.b})
        self.check(path, "--weights", self.file)

    def test_names_are_mapped(self):
        path = self.model({"layer.bias": self.b}, [("layer.weight", [3, 4])])
        safetensors.write(self.file, {"model.layer.kernel": self.w, "other": self.b})
        self.check(path, "--weights", self.file,
                   "--weight-map", "layer.weight=model.layer.kernel")
        rules = self.write("map.json", json.dumps({"layer.weight": "model.layer.kernel"}))
        self.check(path, "--weights", self.file, "--weight-map", rules)
        safetensors.write(self.file, {"net/layer.weight": self.w, "net/layer.bias": self.b})
        self.check(path, "--weights", self.file, "--weight-map", "layer.*=net/layer.*")

    def test_several_files_and_an_index(self):
        path = self.model({}, [("layer.weight", [3, 4]), ("layer.bias", [4])])
        parts = self.folder / "parts"
        parts.mkdir()
        one = safetensors.write(parts / "1.safetensors", {"layer.weight": self.w})
        two = safetensors.write(parts / "2.safetensors", {"layer.bias": self.b})
        self.check(path, "--weights", one, "--weights", two)
        index = self.write("parts/model.safetensors.index.json", json.dumps(
            {"metadata": {"total_size": 64},
             "weight_map": {"layer.weight": one.name, "layer.bias": two.name}}))
        self.check(path, "--weights", index)

        output = self.folder / "o.tenon"
        for weights, reason in (
                ({"layer.weight": "../1.safetensors"}, "outside of its folder"),
                ({"layer.weight": "/1.safetensors"}, "outside of its folder"),
                ({"layer.weight": two.name}, "does not hold tensor"),
                ({"layer.weight": 1}, "names no file"), (None, "weight_map")):
            index.write_text(json.dumps({"weight_map": weights}))
            outcome = cli.tenon("compile", path, "--weights", index, "-o", output)
            assert_plain(self, outcome, 1, "[T0107]")
            self.assertIn(reason, outcome.err)
        outcome = cli.tenon("compile", path, "--weights", one, "--weights", one, "-o", output)
        assert_plain(self, outcome, 1, "[T0107]")
        self.assertIn("is in another file", outcome.err)

    def test_an_artifact_of_open_dimensions_holds_its_weights(self):
        safetensors.write(self.file, {"layer.weight": self.w, "layer.bias": self.b})
        path = self.model({}, [("layer.weight", [3, 4]), ("layer.bias", [4])])
        artifact = self.folder / "m.tenon"
        cli.must("compile", path, "--weights", self.file, "-o", artifact)
        self.file.unlink()
        path.unlink()
        got, = cli.run(artifact, self.folder / "run", {"x": self.x}, "--no-cache")
        numpy.testing.assert_allclose(got, self.expected, rtol=1e-5, atol=1e-6)
        got, = cli.run(artifact, self.folder / "ref", {"x": self.x}, "--reference")
        numpy.testing.assert_allclose(got, self.expected, rtol=1e-5, atol=1e-6)
        safetensors.write(self.file, {"layer.weight": self.w})
        outcome = cli.tenon("run", artifact, "--weights", self.file)
        assert_plain(self, outcome, 2, "[T0110]")

    def test_everything_that_does_not_fit_is_listed(self):
        path = self.model({"layer.bias": self.b}, [("layer.weight", [3, 4])])
        safetensors.write(self.file, {"layer.weight": self.w.astype(numpy.float16),
                                      "layer.bias": self.b[:3]})
        outcome = cli.tenon("compile", path, "--weights", self.file, "--weight-map", "no=other",
                            "--dim", "batch=2", "-o", self.folder / "o.tenon")
        self.assertEqual(outcome.code, 1)
        self.assertIn("[T0107]", outcome.err)
        for text in ("'layer.weight' is f32 [3, 4] in the model and f16 [3, 4]",
                     "'layer.bias' is f32 [4] in the model and f32 [3]", "'no' is mapped"):
            self.assertIn(text, outcome.err)
        safetensors.write(self.file, {"one": self.w})
        outcome = cli.tenon("check", path, "--weights", self.file)
        self.assertEqual(outcome.code, 1)
        self.assertIn("none of the tensors, such as 'one'", outcome.err)
        for rule in ("layer.weight", "=a", "a=", "a*=b", "a*b*=c*d*"):
            outcome = cli.tenon("check", path, "--weights", self.file, "--weight-map", rule)
            assert_plain(self, outcome, 2, "[T0110]")
        outcome = cli.tenon("check", path, "--weights", self.file,
                            "--weight-map", "layer.weight=two")
        self.assertIn("mapped to 'two', which no file", outcome.err)

    def test_tensors_that_are_left_over_are_named(self):
        path = self.model({"layer.bias": self.b}, [("layer.weight", [3, 4])])
        safetensors.write(self.file, {"layer.weight": self.w, "left.over": self.b})
        flags = ("--weights", self.file, "--dim", "batch=2", "-o", self.folder / "o.tenon")
        outcome = cli.must("compile", path, *flags)
        self.assertIn("1 tensor of the given weights not used: left.over", outcome.err)
        outcome = cli.must("compile", path, *flags, "--json")
        self.assertEqual(json.loads(outcome.out)["unused_tensors"], ["left.over"])

    def test_weights_are_trained_from(self):
        path = self.model({"layer.bias": self.b}, [("layer.weight", [3, 4])])
        safetensors.write(self.file, {"layer.weight": self.w, "layer.bias": 0 * self.b})
        spec = self.write("spec.json", json.dumps(
            {"loss": "mse", "optimizer": {"kind": "sgd"}, "lr": 0.1}))
        artifact = self.folder / "t.tenon"
        cli.must("compile", path, "--weights", self.file, "--train", spec,
                 "--dim", "batch=2", "-o", artifact)
        got, = cli.run(artifact, self.folder / "run", {"x": self.x}, "--entry=predict")
        numpy.testing.assert_allclose(got, self.x @ self.w, rtol=1e-5, atol=1e-6)


@unittest.skipIf(cli.MISSING, cli.MISSING)
class Stablehlo(InFolder):
    def test_arguments_become_weights(self):
        w, b, x = random(3, 4), random(4, seed=1), random(2, 3, seed=2)
        safetensors.write(self.file, {"params['w']": w, "params['b']": b}, padding=1)
        for name, text in (("static.mlir", STATIC), ("open.mlir", OPEN)):
            with self.subTest(name):
                path = self.write(name, text)
                got, = self.both(path, {"x": x}, "--weights", self.file, "--no-cache")
                numpy.testing.assert_allclose(got, x @ w + b, rtol=1e-5, atol=1e-6)
        # A dump refers to the file and compiles to the same bytes.
        path = self.folder / "static.mlir"
        one, two = self.folder / "1.tenon", self.folder / "2.tenon"
        cli.must("compile", path, "--weights", self.file, "-o", one)
        dump = self.folder / "dump.mlir"
        cli.must("compile", path, "--weights", self.file, "--compile-to=input", "-o", dump)
        cli.must("compile", dump, "--compile-from=input", "-o", two)
        self.assertEqual(one.read_bytes(), two.read_bytes())
        outcome = cli.tenon("compile", dump, "--compile-from=input", "--weights", self.file)
        assert_plain(self, outcome, 2, "[T0110]")

    def test_a_donated_argument_becomes_state(self):
        w, x = random(4), random(4, seed=1)
        safetensors.write(self.file, {"w": w})
        path = self.write("step.mlir", STEP)
        text = cli.must("compile", path, "--weights", self.file, "--compile-to=input").out
        self.assertRegex(text, r"tenon\.variable @w : tensor<4xf32> = @w\.initial")
        artifact = self.folder / "step.tenon"
        cli.must("compile", path, "--weights", self.file, "-o", artifact)
        got = cli.run(artifact, self.folder / "run", {"x": x})
        self.assertEqual(len(got), 1)
        numpy.testing.assert_allclose(got[0], ((x - w) ** 2).sum(), rtol=1e-5)


@unittest.skipIf(cli.MISSING, cli.MISSING)
class TextAndWeights(InFolder):
    def test_weights_and_variables_of_text(self):
        w = random(4)
        safetensors.write(self.file, {"w": w, "v": w + 1})
        path = self.write("m.mlir", """
tenon.weight @w : tensor<4xf32> {splat = dense<0.0> : tensor<4xf32>}
tenon.weight @old : tensor<4xf32> {file = "gone.bin", offset = 0 : i64}
tenon.variable @v : tensor<4xf32> = @old
tenon.entry @predict(%x: tensor<4xf32> {tenon.name = "x"},
    %v: tensor<4xf32> {tenon.variable = @v})
    -> (tensor<4xf32>, tensor<4xf32> {tenon.tied = 1 : i64}) {
  %w = tenon.get_weight @w : tensor<4xf32>
  %p = tenon.multiply %x, %w : tensor<4xf32>
  %y = tenon.add %p, %v : tensor<4xf32>
  %n = tenon.add %v, %x : tensor<4xf32>
  tenon.return %y, %n : tensor<4xf32>, tensor<4xf32>
}""")
        artifact = self.folder / "m.tenon"
        cli.must("compile", path, "--weights", self.file, "-o", artifact)
        x = random(4, seed=1)
        got, = cli.run(artifact, self.folder / "run", {"x": x})
        numpy.testing.assert_allclose(got, x * w + w + 1, rtol=1e-6)


if __name__ == "__main__":
    unittest.main()
