"""`tenon check` says what a model would miss, and the nearest thing that works."""

import json
import pathlib
import tempfile
import unittest

import onnx
from onnx import TensorProto, helper

import cli
from test_broken_onnx import assert_plain


def model(nodes, opset=17, shape=(2, 3), kind=TensorProto.FLOAT, domains=()):
    ends = {o for n in nodes for o in n.output} - {i for n in nodes for i in n.input}
    graph = helper.make_graph(
        nodes, "m", [helper.make_tensor_value_info("x", kind, shape)],
        [helper.make_tensor_value_info(name, kind, None) for name in sorted(ends)])
    sets = [helper.make_opsetid("", opset), *(helper.make_opsetid(d, 1) for d in domains)]
    return helper.make_model(graph, opset_imports=sets)


@unittest.skipIf(cli.MISSING, cli.MISSING)
class Check(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def check(self, built, *flags):
        path = self.folder / "m.onnx"
        onnx.save(built, path)
        return cli.tenon("check", path, *flags)

    def test_each_op_with_its_nodes_and_what_works(self):
        outcome = self.check(model([
            helper.make_node("Rellu", ["x"], ["a"], name="typo"),
            helper.make_node("Gelu", ["x"], ["b"], name="foreign", domain="com.microsoft"),
            helper.make_node("Mine", ["x"], ["c"], name="own", domain="my.domain"),
            helper.make_node("RegexFullMatch", ["x"], ["d"], name="one", pattern="a"),
            helper.make_node("RegexFullMatch", ["x"], ["e"], name="two", pattern="b"),
            helper.make_node("Gelu", ["x"], ["g"], name="young"),
        ], domains=("com.microsoft", "my.domain")))
        assert_plain(self, outcome, 3, "[T0103]")
        lines = dict(line.strip().split(": ", 1) for line in outcome.err.splitlines()[1:])
        self.assertIn("asks for 5 things", outcome.err)
        for op, words in {
                "Rellu": "no such op (node 'typo'); instead: 'Relu', if that is meant",
                "com.microsoft.Gelu": "instead: ONNX's own Gelu",
                "my.domain.Mine": "instead: a model-local function",
                "RegexFullMatch": "(2 nodes 'one', 'two'); instead: a bool as an input",
                "Gelu": "not at operator set 17, only from 20 (node 'young'); instead: the model",
        }.items():
            self.assertIn(words, lines[op])

    def test_what_kernels_lack(self):
        path = self.folder / "m.mlir"
        path.write_text("""func.func @main() -> tensor<20xi8> {
  %y = stablehlo.iota dim = 0 : tensor<20xui4>
  %z = stablehlo.convert %y : (tensor<20xui4>) -> tensor<20xi8>
  return %z : tensor<20xi8>
}""")
        outcome = cli.tenon("check", path)
        assert_plain(self, outcome, 3, "works on element type ui4, which kernels do not hold")
        self.assertIn("instead: a type of at least 8 bits, by a conversion", outcome.err)

    def test_a_newer_operator_set_names_the_newest(self):
        outcome = self.check(model([helper.make_node("Relu", ["x"], ["y"])], opset=99))
        assert_plain(self, outcome, 3, "operator set version 99; versions 1 to")
        self.assertIn("onnx.version_converter", outcome.err)

    def test_open_dimensions_and_the_flag_that_fixes_them(self):
        outcome = self.check(model([helper.make_node("Relu", ["x"], ["y"])], shape=("batch", 3)))
        self.assertEqual(outcome.code, 0)
        self.assertIn("dimension batch is open: --dim batch=SIZE", outcome.out)
        outcome = self.check(model([helper.make_node("Rellu", ["x"], ["y"])], shape=("batch", 3)))
        assert_plain(self, outcome, 3, "'Relu', if that is meant")

    def test_lists_of_ops(self):
        from onnx import defs
        schemas = {f"{s.domain}.{s.name}" if s.domain else s.name
                   for s in defs.get_all_schemas_with_history()}
        for form in ("onnx", "stablehlo"):
            listed = json.loads(cli.must("check", f"--list-ops={form}", "--json").out)
            names = {row["op"] for row in listed}
            text = cli.must("check", f"--list-ops={form}").out.splitlines()
            self.assertEqual(len(text), len(listed))
            if form == "onnx":
                self.assertLessEqual(schemas, names)
            for row in listed:
                self.assertTrue(row["imported"] or row["limits"], row)
        row, = (row for row in listed if row["op"] == "stablehlo.all_reduce")
        self.assertEqual((row["imported"], row["limits"]), (False, "several devices"))

    def test_a_model_or_a_list(self):
        self.assertEqual(cli.tenon("check").code, 2)
        self.assertEqual(cli.tenon("check", "--list-ops=torch").code, 2)
        self.assertEqual(cli.tenon("check", "m.onnx", "--list-ops=onnx").code, 2)


if __name__ == "__main__":
    unittest.main()
