#!/usr/bin/env python3
"""Searches sentences by meaning, with a model that Tenon compiled.

Every sentence and query is cut into word pieces, run through the artifact by
`tenon run`, and ranked by the dot product of the embeddings (they have length
one, so that is the cosine of their angle).
"""

import argparse
import pathlib
import subprocess
import sys
import tempfile
import time

import numpy

from minilm_files import ModelNotFound, minilm_file
from wordpiece import WordPiece

HERE = pathlib.Path(__file__).resolve().parent


class RunFailed(RuntimeError):
    """`tenon run` did not give embeddings; the text says why."""


class Embedder:
    """Runs the artifact on texts. The artifact takes `batch` rows of `length`
    tokens; rows that the last batch lacks are left empty."""

    def __init__(self, tenon, artifact, vocabulary, batch=1, length=64):
        self.tenon = tenon
        self.artifact = artifact
        self.tokenizer = WordPiece(vocabulary)
        self.batch = batch
        self.length = length

    def embed(self, texts):
        """float32 [len(texts), size], one row per text."""
        padded = list(texts) + [""] * (-len(texts) % self.batch)
        ids, mask = self.tokenizer.encode_batch(padded, self.length)
        with tempfile.TemporaryDirectory(prefix="tenon-search-") as folder:
            rows = [
                self._run(pathlib.Path(folder), ids[i:i + self.batch],
                          mask[i:i + self.batch])
                for i in range(0, len(padded), self.batch)
            ]
        return numpy.concatenate(rows)[:len(texts)]

    def _run(self, folder, ids, mask):
        numpy.save(folder / "ids.npy", ids)
        numpy.save(folder / "mask.npy", mask)
        result = subprocess.run(
            [self.tenon, "run", self.artifact,
             "--input", f"input_ids={folder / 'ids.npy'}",
             "--input", f"attention_mask={folder / 'mask.npy'}",
             "--output-dir", folder / "out"],
            capture_output=True, text=True, check=False)
        if result.returncode != 0:
            raise RunFailed(result.stderr.strip() or result.stdout.strip())
        return numpy.load(folder / "out" / "output_0.npy")


def read_lines(path):
    lines = pathlib.Path(path).read_text("utf-8").splitlines()
    return [line for line in lines if line.strip() and not line.startswith("#")]


def read_sentences(path):
    """[(topic, sentence)]; a line without a topic has an empty one."""
    pairs = [line.partition(": ") for line in read_lines(path)]
    return [(topic, text) if text else ("", topic) for topic, _, text in pairs]


def print_table(query, scores, sentences, top):
    print(f'\n  "{query}"')
    for i in numpy.argsort(-scores, kind="stable")[:top]:
        topic, text = sentences[i]
        print(f"    {scores[i]:6.3f}  {topic:<9} {text}")


def main(arguments=None):
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("artifact", help="the compiled model, a .tenon file")
    parser.add_argument("query", nargs="*",
                        help="what to look for (default: the lines of queries.txt)")
    parser.add_argument("--tenon", default="tenon", help="the tenon program")
    parser.add_argument("--sentences", default=HERE / "sentences.txt",
                        help="the file to search, one sentence a line")
    parser.add_argument("--vocabulary", help="vocab.txt of the model")
    parser.add_argument("--batch", type=int, default=1,
                        help="the batch that the artifact was compiled for")
    parser.add_argument("--seq", type=int, default=64,
                        help="the length that the artifact was compiled for")
    parser.add_argument("--top", type=int, default=3, help="results per query")
    options = parser.parse_args(arguments)
    sentences = read_sentences(options.sentences)
    queries = options.query or read_lines(HERE / "queries.txt")
    try:
        vocabulary = options.vocabulary or minilm_file("vocab.txt")
        embedder = Embedder(options.tenon, options.artifact, vocabulary,
                            options.batch, options.seq)
        start = time.perf_counter()
        vectors = embedder.embed([text for _, text in sentences] + queries)
        seconds = time.perf_counter() - start
    except (ModelNotFound, RunFailed, OSError) as error:
        print(f"search: {error}", file=sys.stderr)
        return 1
    print(f"Embedded {len(sentences)} sentences and {len(queries)} queries in "
          f"{seconds:.1f} s; the best {options.top} for each query:")
    known = vectors[:len(sentences)]
    for query, vector in zip(queries, vectors[len(sentences):]):
        print_table(query, known @ vector, sentences, options.top)
    return 0


if __name__ == "__main__":
    sys.exit(main())
