"""Reads a .safetensors file: an 8-byte length, a JSON header, raw tensors.

The arrays are views over a memory map, so opening a large file costs nothing
until a tensor is used. The header is checked before any offset is trusted.
"""

import json
import math
import pathlib

import numpy

DTYPES = {
    "F64": numpy.float64,
    "F32": numpy.float32,
    "F16": numpy.float16,
    "I64": numpy.int64,
    "I32": numpy.int32,
    "U8": numpy.uint8,
    "BOOL": numpy.bool_,
}

MAX_HEADER_BYTES = 100 << 20


class SafetensorsError(ValueError):
    """The file is not a well-formed safetensors file."""


def read_safetensors(path):
    """Returns {name: read-only array} for every tensor in the file."""
    data = numpy.memmap(pathlib.Path(path), dtype=numpy.uint8, mode="r")
    if data.size < 8:
        raise SafetensorsError(f"{path}: {data.size} bytes are too few for a header")
    header_bytes = int(data[:8].view("<u8")[0])
    if header_bytes > min(MAX_HEADER_BYTES, data.size - 8):
        raise SafetensorsError(
            f"{path}: the header claims {header_bytes} bytes of {data.size}")
    try:
        header = json.loads(data[8:8 + header_bytes].tobytes())
    except ValueError as error:
        raise SafetensorsError(f"{path}: the header is not JSON: {error}") from error
    body = data[8 + header_bytes:]
    return {
        name: _view(body, name, entry, path)
        for name, entry in header.items()
        if name != "__metadata__"
    }


def _view(body, name, entry, path):
    dtype = DTYPES.get(entry["dtype"])
    if dtype is None:
        raise SafetensorsError(
            f"{path}: tensor '{name}' has type {entry['dtype']}, known are "
            + ", ".join(DTYPES))
    begin, end = entry["data_offsets"]
    expected = math.prod(entry["shape"]) * numpy.dtype(dtype).itemsize
    if not 0 <= begin <= end <= body.size or end - begin != expected:
        raise SafetensorsError(
            f"{path}: tensor '{name}' of {expected} bytes does not fit its "
            f"place {begin}..{end} in {body.size}")
    return body[begin:end].view(dtype).reshape(entry["shape"])
