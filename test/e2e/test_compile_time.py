"""Compiling a large graph takes time in proportion, and memory for its ops alone."""

import json
import math
import pathlib
import resource
import sys
import tempfile
import unittest

import numpy
import onnx
from onnx import TensorProto, helper, numpy_helper

import cli

sys.path.insert(0, str(cli.ROOT / "test" / "bench"))
import compile_time  # noqa: E402


def cpu_seconds(function):
    """What the processes that `function` runs spend; a busy machine takes longer, not more."""
    def spent():
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        return usage.ru_utime + usage.ru_stime
    start = spent()
    function()
    return spent() - start


@unittest.skipIf(cli.MISSING, cli.MISSING)
class CompileTime(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def compile(self, model, *flags):
        onnx.save(model, self.folder / "m.onnx")
        return cpu_seconds(lambda: cli.must("compile", self.folder / "m.onnx", "-o",
                                            self.folder / "m.tenon", *flags))

    @unittest.skipIf(cli.UNMEASURED, cli.UNMEASURED)
    def test_a_graph_of_twice_the_ops_takes_twice_the_time(self):
        few, many = 2000, 8000
        least = min(self.compile(compile_time.residual_mlp(few)) for _ in range(2))
        most = self.compile(compile_time.residual_mlp(many))
        factor = (most / least) ** (1 / math.log2(many / few))
        self.assertLess(factor, compile_time.MOST_GROWTH, f"{least:.2f} s and {most:.2f} s")

    def test_a_large_graph_computes_what_it_says(self):
        model = compile_time.residual_mlp(3000)
        self.compile(model)
        x = numpy.random.default_rng(1).standard_normal((4, compile_time.WIDTH))
        x = x.astype(numpy.float32)
        got, = cli.run(self.folder / "m.tenon", self.folder / "run", {"x": x})
        weights = {t.name: numpy_helper.to_array(t).astype(numpy.float64)
                   for t in model.graph.initializer}
        want = x.astype(numpy.float64)
        for i in range(len(weights) // 4):
            hidden = numpy.maximum(want @ weights[f"w{i}"] + weights[f"b{i}"], 0)
            want = want + hidden @ weights[f"v{i}"] + weights[f"c{i}"]
        numpy.testing.assert_allclose(got, want, rtol=1e-4, atol=1e-4 * abs(want).max())

    @unittest.skipIf(cli.UNMEASURED, cli.UNMEASURED)
    def test_weights_are_not_copied_into_memory(self):
        """32 weights of 4 MiB, packed while the artifact is written: at any time
        a few of them are in memory that is no page of the model's file."""
        def most_memory(width, layers):
            random = numpy.random.default_rng(0)
            names = [f"w{i}" for i in range(layers)]
            weights = [numpy_helper.from_array(
                random.standard_normal((width, width)).astype(numpy.float32), name)
                for name in names]
            nodes = [helper.make_node("MatMul", ["x" if i == 0 else f"h{i - 1}", name], [f"h{i}"])
                     for i, name in enumerate(names)]
            values = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [2, width])
                      for name in ("x", f"h{layers - 1}")]
            graph = helper.make_graph(nodes, "layers", values[:1], values[1:], weights)
            trace = self.folder / "trace.json"
            self.compile(helper.make_model(graph, ir_version=8,
                                           opset_imports=[helper.make_opsetid("", 17)]),
                         "--trace", trace)
            return max(event["args"]["anonymous"]
                       for event in json.loads(trace.read_text())["traceEvents"]
                       if event["name"] == "memory")
        growth = most_memory(1024, 32) - most_memory(64, 32)
        self.assertLess(growth, 32 << 20, f"{growth / 2**20:.0f} MiB")

    def test_the_trace_tells_time_and_memory_of_passes(self):
        trace = self.folder / "trace.json"
        self.compile(compile_time.residual_mlp(60), "--trace", trace)
        passes = [event for event in json.loads(trace.read_text())["traceEvents"]
                  if event["name"] in ("tenon-hoist-weights", "tenon-plan-memory")]
        self.assertEqual(len(passes), 2)
        for event in passes:
            self.assertGreaterEqual(event["dur"], 0)
            self.assertGreater(event["args"]["memory_after"], 1 << 20)
            self.assertGreater(event["args"]["ops_before"], 0)


if __name__ == "__main__":
    unittest.main()
