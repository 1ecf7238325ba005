#!/usr/bin/env python3
"""Writes digits_losses.npy: the loss of each of the first 50 steps of training
the demo's digits network with PyTorch, in float64.

    make_digits_golden.py [--digits digits.csv.gz]      needs torch

The batches are those of digits_batches() below; test_digits.py runs them
through `tenon train --batches` and compares. The learning rate is the demo
spec's cosine.
"""

import argparse
import math
import pathlib
import sys

import numpy

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "tools" / "demo"))

import digits_data
import digits_to_onnx

STEPS = 50
GOLDEN = HERE / "digits_losses.npy"


def digits_batches(digits=None):
    """{name: array} for each input and the target, [steps, batch, ...]."""
    images, labels = digits_data.load(digits)
    random = numpy.random.default_rng(1)
    order = []
    while len(order) < STEPS:
        epoch = random.permutation(digits_data.TRAINED_ON)
        whole = len(epoch) // digits_to_onnx.BATCH
        order += list(epoch[:whole * digits_to_onnx.BATCH].reshape(whole, -1))
    order = numpy.array(order[:STEPS])
    return {"x": images[order], "digit": labels[order]}


def train(batches):
    import torch
    import torch.nn.functional as F

    spec = digits_to_onnx.spec()
    p = {name: torch.tensor(value, dtype=torch.float64, requires_grad=True)
         for name, value in digits_to_onnx.weights(digits_to_onnx.SEED).items()}
    options = {k: v for k, v in spec["optimizer"].items() if k != "kind"}
    optimizer = torch.optim.SGD(p.values(), lr=1.0, foreach=False, **options)
    losses = []
    for step in range(STEPS):
        rate = spec["lr"]["base"] * (1 + math.cos(math.pi * step / spec["lr"]["steps"])) / 2
        for group in optimizer.param_groups:
            group["lr"] = rate
        x = torch.tensor(batches["x"][step], dtype=torch.float64)
        x = F.relu(F.conv2d(x, p["conv1.weight"], p["conv1.bias"], padding=1))
        x = F.relu(F.conv2d(x, p["conv2.weight"], p["conv2.bias"], padding=1))
        x = F.max_pool2d(x, 2).flatten(1)
        logits = F.linear(x, p["dense.weight"], p["dense.bias"])
        loss = F.cross_entropy(logits, torch.tensor(batches["digit"][step]))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return numpy.array(losses)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--digits", help="the file digits.csv.gz, if not scikit-learn's")
    numpy.save(GOLDEN, train(digits_batches(parser.parse_args().digits)))
    print(GOLDEN)


if __name__ == "__main__":
    main()
