"""The main job: MiniLM with its real weights, compiled and run."""

import json
import pathlib
import re
import sys
import tempfile
import unittest

import numpy

import capi
import cli

sys.path[:0] = [str(cli.ROOT / "tools" / "demo"), str(cli.ROOT / "test" / "demo")]

import minilm_to_onnx
import search
from minilm_files import ModelNotFound, minilm_file
from minilm_reference import Reference
from onnx_graph import save
from safetensors_file import read_safetensors
from wordpiece import WordPiece

try:
    WEIGHTS = minilm_file("model.safetensors")
    WHY = cli.MISSING
except ModelNotFound as error:
    WHY = str(error)

LENGTH = 64


class Unfilled(minilm_to_onnx.MiniLM):
    """The same graph with zeros for weights, all by the names of the published file."""

    def __init__(self, config, weights):
        zeros = {name: numpy.zeros_like(weight) for name, weight in weights.items()}
        super().__init__(config, zeros)

    def linear(self, x, name):
        g = self.graph
        with g.scope(name.rsplit(".", 1)[1]):
            kernel = g.weight(name + ".weight", self.weights[name + ".weight"])
            product = g.op("MatMul", x, g.op("Transpose", kernel, perm=[1, 0]))
            bias = g.weight(name + ".bias", self.weights[name + ".bias"])
            return g.op("Add", bias, product)


@unittest.skipIf(WHY, WHY)
class MiniLM(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        cls.model = cls.folder / "minilm.onnx"
        assert minilm_to_onnx.main([str(cls.model)]) == 0
        cls.artifact = cls.compile("minilm.tenon")
        cls.texts = [t for _, t in search.read_sentences(search.HERE / "sentences.txt")]
        cls.tokenizer = WordPiece(minilm_file("vocab.txt"))
        cls.embeddings = search.Embedder(
            cli.TENON, cls.artifact, minilm_file("vocab.txt")).embed(cls.texts)

    @classmethod
    def compile(cls, name):
        artifact = cls.folder / name
        cli.must("compile", cls.model, "-o", artifact,
                 "--dim", "batch=1", "--dim", f"seq={LENGTH}")
        return artifact

    def assert_close(self, expected):
        got = self.embeddings[:len(expected)].astype(numpy.float64)
        self.assertLess(abs(got - expected).max(), 1e-4)
        norms = numpy.linalg.norm(got, axis=1) * numpy.linalg.norm(expected, axis=1)
        cosines = (got * expected).sum(1) / norms
        self.assertGreater(cosines.min(), 0.99999)

    def test_embeddings_match_onnx_runtime_on_64_sentences(self):
        try:
            import onnxruntime
        except ImportError:
            self.skipTest("the Python package onnxruntime is not installed")
        self.assertEqual(len(self.texts), 64)
        ids, mask = self.tokenizer.encode_batch(self.texts, LENGTH)
        session = onnxruntime.InferenceSession(self.model)
        expected = session.run(None, {"input_ids": ids, "attention_mask": mask})[0]
        self.assert_close(expected.astype(numpy.float64))

    def test_embeddings_match_the_definition_in_float64(self):
        config = json.loads(minilm_file("config.json").read_text())
        reference = Reference(config, read_safetensors(WEIGHTS))
        self.assert_close(numpy.stack([
            reference.embed(self.tokenizer.encode(text, LENGTH))
            for text in self.texts[:8]]))

    def test_weights_are_bound_from_the_published_file(self):
        """The file is read by NumPy for the reference, by Tenon for the model."""
        config = json.loads(minilm_file("config.json").read_text())
        weights = read_safetensors(WEIGHTS)
        model = self.folder / "unfilled.onnx"
        save(Unfilled(config, weights).build(), model)
        artifact = self.folder / "bound.tenon"
        outcome = cli.must("compile", model, "-o", artifact, "--weights", WEIGHTS, "--json",
                           "--dim", "batch=1", "--dim", f"seq={LENGTH}")
        # What the graph computes itself, and what it does not use.
        self.assertTrue(all("pooler" in name or "position_ids" in name
                            for name in json.loads(outcome.out)["unused_tensors"]), outcome)
        embedder = search.Embedder(cli.TENON, artifact, minilm_file("vocab.txt"))
        got = embedder.embed(self.texts[:4]).astype(numpy.float64)
        reference = Reference(config, weights)
        expected = numpy.stack([reference.embed(self.tokenizer.encode(text, LENGTH))
                                for text in self.texts[:4]])
        self.assertLess(abs(got - expected).max(), 1e-4)

    def test_the_nearest_sentence_makes_sense(self):
        embedder = search.Embedder(cli.TENON, self.artifact, minilm_file("vocab.txt"))
        for query, best in {
            "My kitten distracts me from typing":
                "Our cat sleeps on the keyboard whenever I try to work.",
            "a piece of software runs out of RAM":
                "A memory leak made the server restart every night.",
        }.items():
            scores = self.embeddings @ embedder.embed([query])[0]
            self.assertEqual(self.texts[scores.argmax()], best)

    def test_compiling_twice_gives_the_same_bytes(self):
        again = self.compile("again.tenon")
        self.assertEqual(again.read_bytes(), self.artifact.read_bytes())

    def test_the_number_of_threads_changes_no_bit(self):
        ids, mask = self.tokenizer.encode_batch(self.texts[:1], LENGTH)
        feed = {"input_ids": ids, "attention_mask": mask}
        for threads in (1, 2, 3, 7):
            out, = cli.run(self.artifact, self.folder / f"t{threads}", feed,
                           f"--threads={threads}")
            numpy.testing.assert_array_equal(
                out[0].view(numpy.uint32), self.embeddings[0].view(numpy.uint32))

    @unittest.skipIf(capi.MISSING, capi.MISSING)
    def test_the_order_of_tiles_changes_no_bit(self):
        ids, mask = self.tokenizer.encode_batch(self.texts[:1], LENGTH)
        for seed in range(3):
            session = capi.Session(self.artifact, seed)
            out = numpy.full((1, self.embeddings.shape[1]), numpy.nan, numpy.float32)
            session.run([ids, mask], [out])
            session.close()
            self.assertGreater(session.launches, 20)
            numpy.testing.assert_array_equal(
                out[0].view(numpy.uint32), self.embeddings[0].view(numpy.uint32))

    def test_the_dump_of_each_phase_compiles_to_the_same_bytes(self):
        expected = self.artifact.read_bytes()
        dumps = self.folder / "dumps"
        cli.must("compile", self.model, "-o", self.folder / "dumped.tenon",
                 "--dim", "batch=1", "--dim", f"seq={LENGTH}", "--dump-ir", dumps)
        self.assertEqual((self.folder / "dumped.tenon").read_bytes(), expected)
        for phase in ("input", "graph", "fused", "layout", "scheduled", "plan", "configured"):
            with self.subTest(phase=phase):
                dump, = (path for path in dumps.iterdir()
                         if re.fullmatch(rf"\d+-{phase}\.mlir", path.name))
                cli.must("compile", dump, f"--compile-from={phase}",
                         "-o", self.folder / "reentered.tenon")
                self.assertEqual((self.folder / "reentered.tenon").read_bytes(), expected)


if __name__ == "__main__":
    unittest.main()
