"""BERT's uncased WordPiece tokenizer, from a vocabulary file.

Text is cleaned and lower-cased, accents are dropped, words are split at
white space and punctuation (each CJK character is a word), and each word is
cut greedily into the longest pieces that the vocabulary holds; pieces after
the first carry a '##' prefix there. The rules are those of Devlin et al.,
"BERT: Pre-training of Deep Bidirectional Transformers" (2018).
"""

import pathlib
import unicodedata

import numpy

MAX_WORD_LENGTH = 100

# Control, format, private and surrogate; unassigned characters are kept.
CONTROL = ("Cc", "Cf", "Co", "Cs")

CJK_RANGES = (
    (0x4E00, 0x9FFF), (0x3400, 0x4DBF), (0x20000, 0x2A6DF), (0x2A700, 0x2B73F),
    (0x2B740, 0x2B81F), (0x2B820, 0x2CEAF), (0xF900, 0xFAFF), (0x2F800, 0x2FA1F),
)


class WordPiece:
    """Turns text into token ids of one vocabulary."""

    def __init__(self, vocabulary_path):
        lines = pathlib.Path(vocabulary_path).read_text("utf-8").split("\n")
        self.ids = {piece: i for i, piece in enumerate(lines) if piece}
        self.cls, self.sep, self.pad, self.unknown = (
            self.ids[name] for name in ("[CLS]", "[SEP]", "[PAD]", "[UNK]"))

    def encode(self, text, max_length):
        """Ids of [CLS] text [SEP], cut to `max_length` by dropping the end of
        the text."""
        pieces = [i for word in words(text) for i in self._pieces(word)]
        return [self.cls, *pieces[:max_length - 2], self.sep]

    def encode_batch(self, texts, length):
        """(ids, mask), both int64 [len(texts), length]; the mask is 1 where a
        token stands and 0 where the row is padded."""
        ids = numpy.full((len(texts), length), self.pad, numpy.int64)
        mask = numpy.zeros_like(ids)
        for row, text in enumerate(texts):
            tokens = self.encode(text, length)
            ids[row, :len(tokens)] = tokens
            mask[row, :len(tokens)] = 1
        return ids, mask

    def _pieces(self, word):
        if len(word) > MAX_WORD_LENGTH:
            return [self.unknown]
        pieces = []
        start = 0
        while start < len(word):
            prefix = "##" if start else ""
            for end in range(len(word), start, -1):
                piece = self.ids.get(prefix + word[start:end])
                if piece is not None:
                    break
            else:
                return [self.unknown]
            pieces.append(piece)
            start = end
        return pieces


def words(text):
    """Splits text into cleaned lower-case words and punctuation marks."""
    # Lower-casing comes before decomposition: it can itself make accents.
    text = unicodedata.normalize("NFD", _clean(text).lower())
    text = "".join(c for c in text if unicodedata.category(c) != "Mn")
    return "".join(
        f" {c} " if _is_punctuation(c) else c for c in text).split()


def _clean(text):
    out = []
    for c in text:
        if c in "\t\n\r" or unicodedata.category(c) == "Zs":
            out.append(" ")
        elif c == "\ufffd" or unicodedata.category(c) in CONTROL:
            continue
        elif any(low <= ord(c) <= high for low, high in CJK_RANGES):
            out.append(f" {c} ")
        else:
            out.append(c)
    return "".join(out)


def _is_punctuation(c):
    # ASCII symbols such as $ or + count, though Unicode does not class them so.
    is_ascii_symbol = c.isascii() and c.isprintable() and not c.isalnum() and c != " "
    return is_ascii_symbol or unicodedata.category(c).startswith("P")
