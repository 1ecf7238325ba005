"""--compile-to=stablehlo: what is written computes the same when it is read."""

import json
import pathlib
import re
import tempfile
import unittest

import numpy
import onnx
from onnx import TensorProto, helper, numpy_helper

import cli
import training
from test_jax_programs import INPUTS, load, read, run

PROGRAMS = ("exported_convolutions", "exported_movement", "exported_control",
            "jax_rnn", "jax_search", "jax_ranks", "jax_counts")


@unittest.skipIf(cli.MISSING, cli.MISSING)
class StablehloExport(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def export(self, model, *flags):
        path = self.folder / "exported.mlir"
        cli.must("compile", model, *flags, "--compile-to=stablehlo", "-o", path)
        text = path.read_text()
        self.assertNotIn("tenon.", text)
        return path, text

    def test_programs(self):
        for name in PROGRAMS:
            with self.subTest(name):
                path, text = self.export(INPUTS / f"{name}.mlir")
                self.assertIn("func.func @main(", text)
                record = read(name)
                outputs = run(path, self.folder / name, [load(r) for r in record["inputs"]],
                              "--reference")
                self.assertEqual(len(outputs), len(record["outputs"]))
                for mine, theirs in zip(outputs, map(load, record["outputs"])):
                    self.assertEqual((mine.dtype, mine.shape), (theirs.dtype, theirs.shape))
                    numpy.testing.assert_allclose(mine, theirs, rtol=2e-5, atol=2e-6)

    def test_exporting_again_changes_nothing(self):
        _, first = self.export(INPUTS / "exported_control.mlir")
        again = self.folder / "again.mlir"
        again.write_text(first)
        _, second = self.export(again)
        strip = lambda text: re.sub(r" loc\([^)]*\)+|#loc.*", "", text).split()
        self.assertEqual(strip(first), strip(second))

    def onnx_model(self):
        """x @ w + b through erf, with weights of several types."""
        rng = numpy.random.default_rng(3)
        weights = {"w": rng.standard_normal((5, 4)).astype(numpy.float32),
                   "b": rng.standard_normal(4).astype(numpy.float16),
                   "keep": rng.integers(0, 2, 4).astype(bool)}
        nodes = [helper.make_node("MatMul", ["x", "w"], ["p"]),
                 helper.make_node("Cast", ["b"], ["wide"], to=TensorProto.FLOAT),
                 helper.make_node("Add", ["p", "wide"], ["s"]),
                 helper.make_node("Erf", ["s"], ["e"]),
                 helper.make_node("Where", ["keep", "e", "s"], ["y"])]
        graph = helper.make_graph(
            nodes, "g", [helper.make_tensor_value_info("x", TensorProto.FLOAT, [3, 5])],
            [helper.make_tensor_value_info("y", TensorProto.FLOAT, [3, 4])],
            [numpy_helper.from_array(value, name) for name, value in weights.items()])
        path = self.folder / "model.onnx"
        onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)],
                                    ir_version=9), path)
        return path

    def test_weights_and_names(self):
        model = self.onnx_model()
        path, text = self.export(model)
        self.assertIn("chlo.erf", text)
        self.assertRegex(text, r'%arg0: tensor<3x5xf32> loc\("x"\)')
        self.assertIn('jax.result_info = "y"', text)
        x = numpy.random.default_rng(4).standard_normal((3, 5)).astype(numpy.float32)
        expected = run(model, self.folder / "onnx", [x], "--reference")
        numpy.testing.assert_array_equal(run(path, self.folder / "hlo", [x], "--reference"),
                                         expected)
        here, there = (json.loads((self.folder / name / "out" / "signature.json").read_text())
                       for name in ("hlo", "onnx"))
        for part in ("inputs", "outputs"):
            self.assertEqual(here[part], there[part])

    def test_a_training_step(self):
        """The gradient is in the text, and state is tied to its new value."""
        rng = numpy.random.default_rng(6)
        weights = {"w": rng.standard_normal((5, 3)).astype(numpy.float32)}
        graph = helper.make_graph(
            [helper.make_node("MatMul", ["x", "w"], ["y"])], "g",
            [helper.make_tensor_value_info("x", TensorProto.FLOAT, [4, 5])],
            [helper.make_tensor_value_info("y", TensorProto.FLOAT, [4, 3])],
            [numpy_helper.from_array(weights["w"], "w")])
        model = self.folder / "linear.onnx"
        onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)],
                                    ir_version=9), model)
        spec = self.folder / "spec.json"
        spec.write_text(json.dumps({"loss": "mse", "optimizer": {"kind": "sgd"}, "lr": 0.1}))
        path, text = self.export(model, f"--train={spec}")
        step = re.search(r"func.func @train_step\((.*?)\) ->", text)[1]
        self.assertRegex(step, r'tensor<5x3xf32> \{tf.aliasing_output = \d+ : i32\} loc\("w"\)')
        x, target = (rng.standard_normal(shape).astype(numpy.float32) for shape in ((4, 5), (4, 3)))
        names = re.findall(r'loc\("([^"]*)"\)', step)
        values = {"x": x, "target": target, "w": weights["w"], "step": numpy.int64(0)}
        outputs = run(path, self.folder / "run", [values[name] for name in names],
                      "--entry=train_step", "--reference")
        loss, slope = training.losses_and_gradient("mse", x @ weights["w"], target)
        moved = weights["w"] - 0.1 * (x.T @ slope)
        numpy.testing.assert_allclose(float(outputs[0]), loss, rtol=1e-5)
        found = [o for o in outputs if o.shape == (5, 3)]
        numpy.testing.assert_allclose(found[0], moved, rtol=1e-5, atol=1e-6)

    def test_from_a_later_phase(self):
        dump = self.folder / "dump.mlir"
        cli.must("compile", INPUTS / "jax_rnn.mlir", "--compile-to=graph", "-o", dump)
        outcome = cli.tenon("compile", dump, "--compile-from=graph", "--compile-to=stablehlo")
        self.assertEqual(outcome.code, 2, outcome)
        self.assertIn("--compile-to=stablehlo", outcome.err)


if __name__ == "__main__":
    unittest.main()
