"""MiniLM's, ResNet-18's and the digits' kernels without a GPU: compiled for both
GPUs, assembled where ptxas is installed, and run in emulation. The models have
their real structure and small sizes; emulate.py takes the large ones."""

import json
import pathlib
import sys
import tempfile
import unittest

import numpy
import onnx

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "test" / "e2e"), str(ROOT / "test" / "gpu"),
                str(ROOT / "tools" / "demo")]

import cli
import digits_to_onnx
import emulate
import models

BUILD = cli.BUILD.resolve()
EMULATOR = BUILD / "test" / "gpu" / "gpu_emulator"
MISSING = cli.MISSING or (None if EMULATOR.exists() else f"{EMULATOR.name} is not built")


@unittest.skipIf(MISSING, MISSING)
class EmulatedModels(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = pathlib.Path(holder.name)

    def tearDown(self):
        if not emulate.PTXAS:
            self.skipTest("ptxas is not installed: kernels are emulated, not assembled")

    def save(self, model):
        onnx.save(model, self.folder / "m.onnx")
        return self.folder / "m.onnx"

    def test_minilm(self):
        path = self.save(models.encoder(layers=1, hidden=48, heads=3, vocabulary=40, seq=12))
        ids = numpy.random.default_rng(2).integers(0, 40, (1, 12))
        mask = numpy.ones((1, 12), numpy.int64)
        mask[0, 9:] = 0
        emulate.check(BUILD, path, self.folder, inputs=[ids, mask], tolerance=2e-5)

    def test_resnet18(self):
        path = self.save(models.resnet18(width=8, size=32, classes=10))
        emulate.check(BUILD, path, self.folder, tolerance=2e-5)

    def test_digits_train_step(self):
        """Three steps, against the CPU's."""
        steps, batch = 3, 8
        path = self.save(digits_to_onnx.build(batch=batch))
        spec = self.folder / "spec.json"
        spec.write_text(json.dumps(digits_to_onnx.spec(batch=batch)))
        random = numpy.random.default_rng(3)
        arrays = {"x": random.uniform(0, 1, (steps, batch, 1, 8, 8)).astype(numpy.float32),
                  "digit": random.integers(0, 10, (steps, batch))}
        batches = self.folder / "batches"
        batches.mkdir()
        for name, array in arrays.items():
            numpy.save(batches / f"{name}.npy", array)
        tenon = cli.TENON
        emulate.run(tenon, "compile", path, f"--train={spec}", "-o", self.folder / "cpu.tenon")
        emulate.run(tenon, "train", self.folder / "cpu.tenon", f"--batches={batches}",
                    f"--losses={self.folder / 'losses.npy'}", "--quiet")
        losses = numpy.load(self.folder / "losses.npy")
        for processor in emulate.PROCESSORS:
            emulate.assemble(tenon, path, processor, self.folder, [f"--train={spec}"])
            entry = emulate.entry_of(tenon, self.folder / f"{processor}.tenon", "train_step")
            got, = emulate.emulate(
                BUILD, path, processor, self.folder,
                [arrays[port["name"]] for port in entry["inputs"]], entry, steps, train=spec)
            numpy.testing.assert_allclose(got, losses, rtol=1e-5)


if __name__ == "__main__":
    unittest.main()
