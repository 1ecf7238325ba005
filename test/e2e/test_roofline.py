"""`bench --roofline` measures the machine and holds the kernels against it."""

import json
import pathlib
import tempfile
import unittest

import onnx

import cases_dense  # noqa: F401, fills CASES
import cli
from cases import CASES
from test_broken_onnx import assert_plain


@unittest.skipIf(cli.MISSING, cli.MISSING)
class Roofline(unittest.TestCase):
    def test_the_machine_alone(self):
        found = json.loads(cli.must("bench", "--roofline", "--threads=1", "--json").out)
        self.assertEqual(found["runs"], [])
        roofline = found["roofline"]
        self.assertEqual(roofline["threads"], 1)
        # Any core of the last decade does a GFLOP/s and reads a GB/s; none
        # does 2 TFLOP/s, or reads a TB/s.
        self.assertTrue(1e9 < roofline["flops"] < 2e12, roofline)
        self.assertTrue(1e8 < roofline["bandwidth"] < 1e12, roofline)
        text = cli.must("bench", "--roofline", "--threads=1").out
        self.assertRegex(text, r"^roofline: [\d.]+ GFLOP/s .* GB/s from memory, 1 thread\n$")

    def test_each_kernel_has_its_share(self):
        case = CASES["attention"]()
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            onnx.save(case.model, folder / "m.onnx")
            cli.must("compile", folder / "m.onnx", "-o", folder / "m.tenon", *case.flags)
            found = json.loads(cli.must(
                "bench", folder / "m.tenon", "--roofline", "--threads=1",
                "--rounds=3", "--json").out)
            plan = json.loads(cli.must("inspect", folder / "m.tenon", "--json").out)
            text = cli.must("bench", folder / "m.tenon", "--roofline", "--rounds=3").out
        kernels = found["runs"][0]["kernels"]
        self.assertEqual(sum(k["launches"] for k in kernels),
                         len(plan["entries"][0]["steps"]))
        known = {k["name"]: k for k in plan["kernels"]}
        for kernel in kernels:
            self.assertEqual(kernel["flops"], kernel["launches"] * known[kernel["name"]]["flops"])
            self.assertGreater(kernel["seconds"], 0)
            self.assertGreater(kernel["bytes"], 0)
            least = max(kernel["flops"] / found["roofline"]["flops"],
                        kernel["bytes"] / found["roofline"]["bandwidth"])
            self.assertAlmostEqual(kernel["of_roofline"], least / kernel["seconds"])
            self.assertIn(kernel["name"], text)
        times = [k["seconds"] for k in kernels]
        self.assertEqual(times, sorted(times, reverse=True))

    def test_nothing_to_time(self):
        assert_plain(self, cli.tenon("bench"), 2, "ARTIFACT")


if __name__ == "__main__":
    unittest.main()
