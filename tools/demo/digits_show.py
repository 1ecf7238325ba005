#!/usr/bin/env python3
"""Reads handwritten digits with a network that `tenon train` trained, and shows
some of them as a person would like to see them.

    digits_show.py ARTIFACT CHECKPOINT TEST.npz --tenon build/default/bin/tenon
"""

import argparse
import pathlib
import subprocess
import sys
import tempfile

import numpy

SHADES = " ░▒▓█"
COLUMNS = 8


def newest(folder):
    """The last checkpoint in a folder, or the file itself."""
    path = pathlib.Path(folder)
    if path.is_dir():
        files = sorted(path.glob("step-*.safetensors"))
        if not files:
            raise SystemExit(f"digits_show.py: {path} holds no checkpoint")
        return files[-1]
    return path


def predict(tenon, artifact, checkpoint, images, batch=64):
    """The scores of each image, [n, 10]. A last incomplete batch is filled up
    with zeros."""
    padded = numpy.zeros((-(-len(images) // batch) * batch, 1, 8, 8), numpy.float32)
    padded[:len(images)] = images
    scores = []
    with tempfile.TemporaryDirectory(prefix="tenon-digits-") as name:
        folder = pathlib.Path(name)
        for first in range(0, len(padded), batch):
            numpy.save(folder / "x.npy", padded[first:first + batch])
            done = subprocess.run(
                [tenon, "run", artifact, "--entry=predict", "--checkpoint",
                 checkpoint, "--input", f"x={folder / 'x.npy'}",
                 "--output-dir", folder / "out"],
                capture_output=True, text=True, check=False)
            if done.returncode != 0:
                raise SystemExit(f"digits_show.py: {done.stderr.strip()}")
            scores.append(numpy.load(folder / "out" / "output_0.npy"))
    return numpy.concatenate(scores)[:len(images)]


def picture(image):
    """Eight lines of eight pixels, each two characters wide."""
    levels = numpy.rint(image.reshape(8, 8) * (len(SHADES) - 1)).astype(int)
    return ["".join(SHADES[level] * 2 for level in row) for row in levels]


def show(images, labels, answers, sureness):
    """Rows of pictures, each with what it is and what was read."""
    for first in range(0, len(images), COLUMNS):
        some = range(first, min(first + COLUMNS, len(images)))
        for line in zip(*(picture(images[i]) for i in some)):
            print("   " + "  ".join(line).rstrip())
        captions = []
        for i in some:
            text = f"{labels[i]}: read {answers[i]} {100 * sureness[i]:3.0f} %"
            captions.append(f"{text + ('' if labels[i] == answers[i] else ' !'):16}")
        print("   " + "  ".join(captions).rstrip() + "\n")


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("artifact")
    parser.add_argument("checkpoint", help="a file, or a folder for its last one")
    parser.add_argument("data")
    parser.add_argument("--tenon", default="tenon")
    parser.add_argument("--least", type=float, default=0,
                        help="fail below this accuracy in percent")
    arguments = parser.parse_args()
    with numpy.load(arguments.data) as data:
        images, labels = data["x"], data["digit"]
    scores = predict(arguments.tenon, arguments.artifact,
                     newest(arguments.checkpoint), images)
    chances = numpy.exp(scores - scores.max(axis=1, keepdims=True))
    chances /= chances.sum(axis=1, keepdims=True)
    answers, sureness = scores.argmax(axis=1), chances.max(axis=1)
    wrong = numpy.flatnonzero(answers != labels)
    # Some that were read right, and those that were not.
    right = numpy.flatnonzero(answers == labels)[:COLUMNS]
    chosen = numpy.concatenate([right, wrong[:COLUMNS]])
    show(images[chosen], labels[chosen], answers[chosen], sureness[chosen])
    accuracy = 100 * (len(labels) - len(wrong)) / len(labels)
    print(f"   {len(labels) - len(wrong)} of {len(labels)} digits that it had never "
          f"seen were read right: {accuracy:.1f} %")
    if accuracy < arguments.least:
        print(f"digits_show.py: {accuracy:.1f} % is less than {arguments.least} %",
              file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
