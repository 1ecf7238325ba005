"""Losses and gradients of whole steps against JAX's, compiled and interpreted.

The bits are the same for any number of threads.
"""

import pathlib
import tempfile
import unittest

import numpy

import cli
import steps

GOLDENS = pathlib.Path(__file__).resolve().parent / "golden" / "steps.npz"


@unittest.skipIf(cli.MISSING, cli.MISSING)
class Steps(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def check(self, name, outputs, inputs):
        goldens = numpy.load(GOLDENS)
        names = ["loss"] + [n for n in inputs if n.startswith("p_")]
        self.assertEqual(len(outputs), len(names))
        for what, actual in zip(names, outputs):
            expected = goldens[f"{name}/{what}"]
            self.assertEqual(actual.shape, expected.shape, what)
            scale = numpy.abs(expected).max()
            self.assertGreater(scale, 0, what)
            self.assertLess(numpy.abs(actual - expected).max(), 2e-5 * scale, what)

    def step(self, name):
        text, inputs = steps.STEPS[name]()
        model = self.folder / f"{name}.mlir"
        model.write_text(text, encoding="utf-8")
        artifact = self.folder / f"{name}.tenon"
        cli.must("compile", model, "-o", artifact)
        first = cli.run(artifact, self.folder / "1", inputs, "--threads", "1")
        self.check(name, first, inputs)
        for threads in ("2", "3", "7"):
            again = cli.run(artifact, self.folder / threads, inputs, "--threads", threads)
            for a, b in zip(first, again):
                self.assertEqual(a.tobytes(), b.tobytes(), f"{threads} threads")
        reference = cli.run(model, self.folder / "reference", inputs, "--reference")
        self.check(name, reference, inputs)

    def test_convolutions_and_pooling(self):
        self.step("digits")

    def test_strides_groups_and_batch_normalization(self):
        self.step("residual")

    def test_a_transformer_block(self):
        self.step("block")


if __name__ == "__main__":
    unittest.main()
