"""The digits network's training step: the same bits however its tiles are
spread, and memory at the lower bound."""

import json
import pathlib
import sys
import tempfile
import unittest

import numpy
import onnx

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools" / "demo"))

import capi
import cli
import digits_to_onnx

STEPS = 3
JAX_STEP = pathlib.Path(__file__).resolve().parent / "inputs" / "jax_step_momentum.mlir"


@unittest.skipIf(capi.MISSING, capi.MISSING)
class DigitsStep(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        holder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(holder.cleanup)
        cls.folder = pathlib.Path(holder.name)
        onnx.save(digits_to_onnx.build(), cls.folder / "m.onnx")
        (cls.folder / "spec.json").write_text(json.dumps(digits_to_onnx.spec()))
        cls.artifact = cls.folder / "m.tenon"
        cli.must("compile", cls.folder / "m.onnx", "-o", cls.artifact,
                 f"--train={cls.folder / 'spec.json'}")

    def train(self, seed, workers):
        """Losses, and all state after each step. What the first step leaves in the
        momentum's slots is the gradients."""
        random = numpy.random.default_rng(6)
        session = capi.Session(self.artifact, seed, workers)
        entry = session.find_entry("train_step")
        seen = []
        for _ in range(STEPS):
            x = random.uniform(0, 1, (digits_to_onnx.BATCH, 1, 8, 8)).astype(numpy.float32)
            digit = random.integers(0, 10, digits_to_onnx.BATCH)
            loss = numpy.full((), numpy.nan, numpy.float32)
            session.run([x, digit], [loss], entry)
            seen.append((loss.tobytes(), session.variables()))
        launches = session.launches
        session.close()
        return seen, launches

    def test_gradients_have_the_same_bits_however_tiles_are_spread(self):
        right, _ = self.train(None, 1)
        gradients = [name for name in right[0][1] if name.startswith("sgd.")]
        self.assertEqual(len(gradients), 6, sorted(right[0][1]))
        for name in gradients:
            self.assertTrue(numpy.frombuffer(right[0][1][name], numpy.float32).any(), name)
        for threads in (2, 3, 7):
            self.assertEqual(self.train(None, threads)[0], right, f"{threads} threads")
        for seed in range(4):
            seen, launches = self.train(seed, 2 + seed)
            self.assertEqual(seen, right, f"tiles in order {seed}")
            self.assertGreater(launches, STEPS)

    def assert_tight(self, artifact, name):
        entries = json.loads(cli.must("inspect", artifact, "--json").out)["entries"]
        memory = next(e["memory"] for e in entries if e["name"] == name)
        self.assertGreater(memory["lower_bound"], 0)
        self.assertLessEqual(memory["arena_size"], 1.05 * memory["lower_bound"], memory)

    def test_memory_is_at_the_lower_bound(self):
        self.assert_tight(self.artifact, "train_step")
        artifact = self.folder / "jax.tenon"
        cli.must("compile", JAX_STEP, "-o", artifact)
        self.assert_tight(artifact, "main")


if __name__ == "__main__":
    unittest.main()
