"""The demo's digits network, trained: its losses against PyTorch's, and how
well it reads."""

import json
import pathlib
import sys
import tempfile
import unittest

import numpy
import onnx

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "test" / "e2e"), str(ROOT / "tools" / "demo")]

import cli
import digits_data
import digits_show
import digits_to_onnx
import make_digits_golden


def missing():
    if cli.MISSING:
        return cli.MISSING
    try:
        digits_data.digits_file()
    except digits_data.DataNotFound as error:
        return str(error)
    return None


@unittest.skipIf(missing(), missing())
class Digits(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.holder = tempfile.TemporaryDirectory()
        cls.folder = pathlib.Path(cls.holder.name)
        onnx.save(digits_to_onnx.build(), cls.folder / "digits.onnx")
        (cls.folder / "digits.json").write_text(json.dumps(digits_to_onnx.spec()))
        cls.artifact = cls.folder / "digits.tenon"
        cli.must("compile", cls.folder / "digits.onnx", "-o", cls.artifact,
                 f"--train={cls.folder / 'digits.json'}")

    @classmethod
    def tearDownClass(cls):
        cls.holder.cleanup()

    def test_losses_equal_pytorchs(self):
        batches = self.folder / "batches"
        batches.mkdir()
        for name, array in make_digits_golden.digits_batches().items():
            numpy.save(batches / f"{name}.npy", array)
        losses = self.folder / "losses.npy"
        cli.must("train", self.artifact, f"--batches={batches}",
                 f"--losses={losses}", "--quiet")
        numpy.testing.assert_allclose(
            numpy.load(losses), numpy.load(make_digits_golden.GOLDEN), rtol=1e-4)

    def test_reads_digits_that_it_has_not_seen(self):
        images, labels = digits_data.load()
        split = digits_data.TRAINED_ON
        for name, part in (("train", slice(split)), ("test", slice(split, None))):
            numpy.savez(self.folder / f"{name}.npz", x=images[part], digit=labels[part])
        outcome = cli.must(
            "train", self.artifact, f"--data={self.folder / 'train.npz'}",
            f"--validation={self.folder / 'test.npz'}", "--epochs=20", "--seed=1",
            f"--checkpoint={self.folder / 'kept'}", "--keep=1", "--json")
        figures = json.loads(outcome.out)
        accuracy = figures["epochs"][-1]["validation_accuracy"]
        self.assertGreaterEqual(accuracy, 0.97)
        self.assertLess(figures["seconds"], 60)
        scores = digits_show.predict(
            cli.TENON, self.artifact, digits_show.newest(self.folder / "kept"),
            images[split:])
        self.assertAlmostEqual(
            (scores.argmax(axis=1) == labels[split:]).mean(), accuracy, places=6)


if __name__ == "__main__":
    unittest.main()
