#!/usr/bin/env python3
"""Writes what training on the handwritten digits starts from: the network as
ONNX with random weights, the training spec, and the data.

    digits_to_onnx.py FOLDER

FOLDER then holds digits.onnx, digits.json, train.npz and test.npz.
"""

import argparse
import json
import pathlib
import sys

import numpy

from digits_data import TRAINED_ON, DataNotFound, load
from onnx_graph import FLOAT, OnnxGraph, save

BATCH = 64
EPOCHS = 20
SEED = 0


def weights(seed):
    """Uniform in +-1/sqrt(fan in), from a seed."""
    random = numpy.random.default_rng(seed)

    def uniform(shape, fan_in):
        bound = 1 / numpy.sqrt(fan_in)
        return random.uniform(-bound, bound, shape).astype(numpy.float32)

    return {
        "conv1.weight": uniform((16, 1, 3, 3), 9),
        "conv1.bias": uniform((16,), 9),
        "conv2.weight": uniform((32, 16, 3, 3), 144),
        "conv2.bias": uniform((32,), 144),
        "dense.weight": uniform((10, 512), 512),
        "dense.bias": uniform((10,), 512),
    }


def build(seed=SEED, batch=BATCH):
    """Two 3x3 convolutions of 16 and 32 channels with relu, pooling, one dense
    layer."""
    g = OnnxGraph("digits")
    values = weights(seed)
    x = g.input("x", FLOAT, (batch, 1, 8, 8))
    for name in ("conv1", "conv2"):
        with g.scope(name):
            x = g.op("Conv", x, g.weight(f"{name}.weight", values[f"{name}.weight"]),
                     g.weight(f"{name}.bias", values[f"{name}.bias"]),
                     kernel_shape=[3, 3], pads=[1, 1, 1, 1])
            x = g.op("Relu", x)
    x = g.op("MaxPool", x, kernel_shape=[2, 2], strides=[2, 2])
    x = g.op("Flatten", x, axis=1)
    with g.scope("dense"):
        x = g.op("Gemm", x, g.weight("dense.weight", values["dense.weight"]),
                 g.weight("dense.bias", values["dense.bias"]), transB=1)
    g.output("logits", x, FLOAT, (batch, 10))
    return g.model(17, "An untrained network for handwritten digits")


def spec(epochs=EPOCHS, batch=BATCH):
    """Momentum, and a learning rate that falls along a cosine."""
    return {
        "parameters": "all",
        "loss": "cross_entropy",
        "output": "logits",
        "target": "digit",
        "optimizer": {"kind": "sgd", "momentum": 0.9, "nesterov": True},
        "lr": {"schedule": "cosine", "base": 0.05,
               "steps": epochs * (TRAINED_ON // batch)},
    }


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--digits", help="the file digits.csv.gz, if not scikit-learn's")
    arguments = parser.parse_args()
    try:
        images, labels = load(arguments.digits)
    except DataNotFound as error:
        print(f"digits_to_onnx.py: {error}", file=sys.stderr)
        return 1
    folder = arguments.folder
    folder.mkdir(parents=True, exist_ok=True)
    save(build(), folder / "digits.onnx")
    (folder / "digits.json").write_text(json.dumps(spec(), indent=2) + "\n")
    numpy.savez(folder / "train.npz", x=images[:TRAINED_ON], digit=labels[:TRAINED_ON])
    numpy.savez(folder / "test.npz", x=images[TRAINED_ON:], digit=labels[TRAINED_ON:])
    print(f"{TRAINED_ON} digits to learn from, {len(labels) - TRAINED_ON} to be "
          f"tested with, in {folder}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
