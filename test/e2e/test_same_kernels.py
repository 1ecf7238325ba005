"""CPUs and GPUs read the same kernel-level module and the same plan, byte for
byte; the tiles of phase `configured` are the first thing that differs."""

import json
import pathlib
import sys
import tempfile
import unittest

import onnx

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "test" / "gpu"), str(ROOT / "tools" / "demo")]

import cli
import digits_to_onnx
import models

TARGETS = (("cpu", "x86-64-v4"), ("cuda", "sm_80"), ("cuda", "sm_90"))
JAX_STEP = pathlib.Path(__file__).resolve().parent / "inputs" / "jax_step_momentum.mlir"


@unittest.skipIf(cli.MISSING, cli.MISSING)
class SameKernels(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = pathlib.Path(holder.name)

    def modules(self, model, phase, flags):
        texts = []
        for target, cpu in TARGETS:
            path = self.folder / f"{cpu}.mlir"
            cli.must("compile", model, "-o", path, f"--compile-to={phase}",
                     f"--target={target}", f"--target-cpu={cpu}", *flags)
            texts.append(path.read_text())
        return texts

    def check(self, model, contraction, *flags):
        if not isinstance(model, pathlib.Path):
            onnx.save(model, self.folder / "m.onnx")
            model = self.folder / "m.onnx"
        for phase in ("layout", "plan"):
            cpu, *gpus = self.modules(model, phase, flags)
            self.assertIn("kernel.fused", cpu)
            self.assertIn(contraction, cpu)
            for gpu in gpus:
                self.assertEqual(gpu, cpu, phase)
        cpu, *gpus = self.modules(model, "configured", flags)
        for gpu in gpus:
            self.assertNotEqual(gpu, cpu)

    def test_minilm(self):
        self.check(models.encoder(layers=2, hidden=96, heads=3, vocabulary=50, seq=32),
                   "tenon.dot_general")

    def test_resnet18(self):
        self.check(models.resnet18(width=16, size=64, classes=10), "tenon.convolution")

    def test_digits_train_step(self):
        spec = self.folder / "spec.json"
        spec.write_text(json.dumps(digits_to_onnx.spec()))
        self.check(digits_to_onnx.build(), "tenon.convolution", f"--train={spec}")

    def test_step_from_jax(self):
        self.check(JAX_STEP, "tenon.dot_general")


if __name__ == "__main__":
    unittest.main()
