"""The tokenizer against ids that the `tokenizers` package gave, and against
that package itself where it is installed."""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "tools" / "demo"))

from minilm_files import ModelNotFound, minilm_file
from wordpiece import WordPiece, words

try:
    VOCABULARY = minilm_file("vocab.txt")
except ModelNotFound as error:
    VOCABULARY, WHY = None, str(error)
else:
    WHY = ""

# Text and its ids by tokenizers 0.23 with the model's own tokenizer.json.
EXPECTED = {
    "": [101, 102],
    "A man is eating food.": [101, 1037, 2158, 2003, 5983, 2833, 1012, 102],
    "Crème brûlée isn't cheap: $12.50!": [
        101, 13675, 21382, 7987, 9307, 2063, 3475, 1005, 1056, 10036, 1024, 1002,
        2260, 1012, 2753, 999, 102],
    "日本語のテスト and 中国": [
        101, 1864, 1876, 1950, 1671, 30239, 30233, 30240, 1998, 1746, 1799, 102],
    "naïve  co-operation\t\n e-mail@test.org": [
        101, 15743, 2522, 1011, 3169, 1041, 1011, 5653, 1030, 3231, 1012, 8917, 102],
    "x" * 101 + " y": [101, 100, 1061, 102],
    "İstanbul ß ﬁ ① ½ 10°C": [
        101, 9960, 1096, 1984, 100, 1092, 2184, 7737, 2278, 102],
    "🙂 emoji \u200b zero": [101, 100, 7861, 29147, 2072, 5717, 102],
    "snake_case C++ a/b\\c `tick` ~tilde^": [
        101, 7488, 1035, 2553, 1039, 1009, 1009, 1037, 1013, 1038, 1032, 1039,
        1036, 16356, 1036, 1066, 18681, 3207, 1034, 102],
    "soft\u00adhyphen \ue000 private": [101, 3730, 10536, 8458, 2368, 2797, 102],
    "antidisestablishmentarianism": [
        101, 3424, 10521, 4355, 7875, 13602, 3672, 12199, 2964, 102],
}


class Words(unittest.TestCase):
    def test_splits_punctuation_and_drops_accents(self):
        self.assertEqual(words("Ça va?"), ["ca", "va", "?"])


@unittest.skipUnless(VOCABULARY, WHY)
class Ids(unittest.TestCase):
    def setUp(self):
        self.tokenizer = WordPiece(VOCABULARY)

    def test_stored_ids(self):
        for text, ids in EXPECTED.items():
            with self.subTest(text=text):
                self.assertEqual(self.tokenizer.encode(text, 512), ids)

    def test_cut_text_keeps_its_end_mark(self):
        ids = self.tokenizer.encode("one two three four", 4)
        self.assertEqual(ids, [101, 2028, 2048, 102])

    def test_rows_are_padded_and_masked(self):
        ids, mask = self.tokenizer.encode_batch(["one", ""], 5)
        self.assertEqual(ids.tolist(), [[101, 2028, 102, 0, 0], [101, 102, 0, 0, 0]])
        self.assertEqual(mask.tolist(), [[1, 1, 1, 0, 0], [1, 1, 0, 0, 0]])

    def test_sentences_of_the_demo_match_the_tokenizers_package(self):
        try:
            import tokenizers
        except ImportError:
            self.skipTest("the Python package tokenizers is not installed")
        peer = tokenizers.Tokenizer.from_file(str(minilm_file("tokenizer.json")))
        peer.no_padding()
        peer.no_truncation()
        import search
        for _, text in search.read_sentences(search.HERE / "sentences.txt"):
            self.assertEqual(self.tokenizer.encode(text, 512), peer.encode(text).ids)


if __name__ == "__main__":
    unittest.main()
