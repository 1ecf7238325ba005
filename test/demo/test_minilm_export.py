"""The exported MiniLM: its form, and its numbers under ONNX Runtime."""

import collections
import json
import pathlib
import sys
import tempfile
import unittest

import numpy
import onnx

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "tools" / "demo"))

import minilm_to_onnx
import search
from minilm_files import ModelNotFound, minilm_file
from minilm_reference import Reference
from safetensors_file import read_safetensors
from wordpiece import WordPiece

try:
    WEIGHTS = minilm_file("model.safetensors")
except ModelNotFound as error:
    WEIGHTS, WHY = None, str(error)
else:
    WHY = ""


@unittest.skipUnless(WEIGHTS, WHY)
class Export(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        root = pathlib.Path(cls.folder.name)
        cls.symbolic = root / "symbolic.onnx"
        cls.fixed = root / "fixed.onnx"
        assert minilm_to_onnx.main([str(cls.symbolic)]) == 0
        assert minilm_to_onnx.main(
            [str(cls.fixed), "--batch", "2", "--seq", "16", "--external"]) == 0

    def kinds(self, path):
        graph = onnx.load(path, load_external_data=False).graph
        return collections.Counter(node.op_type for node in graph.node)

    def test_holds_primitives_only(self):
        kinds = self.kinds(self.symbolic)
        self.assertEqual(
            (kinds["MatMul"], kinds["Softmax"], kinds["Erf"], kinds["ReduceMean"]),
            (48, 6, 6, 26))
        self.assertFalse({"LayerNormalization", "Gelu", "Gemm", "Attention"} & set(kinds))

    def test_fixed_sizes_leave_no_shape_arithmetic(self):
        self.assertFalse({"Shape", "Concat"} & set(self.kinds(self.fixed)))

    def test_external_weights_stand_beside_the_model(self):
        self.assertLess(self.fixed.stat().st_size, 1 << 20)
        self.assertGreater(self.fixed.with_suffix(".weights").stat().st_size, 80_000_000)

    def test_embeddings_match_the_definition_in_float64(self):
        try:
            import onnxruntime
        except ImportError:
            self.skipTest("the Python package onnxruntime is not installed")
        texts = [t for _, t in search.read_sentences(search.HERE / "sentences.txt")][:4]
        tokenizer = WordPiece(minilm_file("vocab.txt"))
        ids, mask = tokenizer.encode_batch(texts, 16)
        feed = {"input_ids": ids, "attention_mask": mask}
        expected = self.expected(texts, tokenizer)
        session = onnxruntime.InferenceSession(self.symbolic)
        numpy.testing.assert_allclose(
            session.run(None, feed)[0], expected, rtol=0, atol=1e-6)
        session = onnxruntime.InferenceSession(self.fixed)
        for rows in (slice(0, 2), slice(2, 4)):
            got = session.run(None, {k: v[rows] for k, v in feed.items()})[0]
            numpy.testing.assert_allclose(got, expected[rows], rtol=0, atol=1e-6)

    def expected(self, texts, tokenizer):
        config = json.loads(minilm_file("config.json").read_text())
        reference = Reference(config, read_safetensors(WEIGHTS))
        return numpy.stack(
            [reference.embed(tokenizer.encode(text, 16)) for text in texts])


if __name__ == "__main__":
    unittest.main()
