"""Writes and reads safetensors files by hand, for the tests of those who read
them: an 8-byte length, a JSON header, the bytes of the tensors."""

import json
import pathlib
import struct

import numpy

NAMES = {"float64": "F64", "float32": "F32", "float16": "F16", "int64": "I64", "int32": "I32",
         "int16": "I16", "int8": "I8", "uint64": "U64", "uint32": "U32", "uint16": "U16",
         "uint8": "U8", "bool": "BOOL"}


class Raw:
    """A tensor of a type that NumPy lacks: its name, shape and bytes."""

    def __init__(self, dtype, shape, data):
        self.dtype, self.shape, self.data = dtype, list(shape), data


def header_of(tensors):
    """The header and the bytes of {name: array or Raw}, in order."""
    header, body = {}, b""
    for name, value in tensors.items():
        if isinstance(value, Raw):
            dtype, shape, data = value.dtype, value.shape, value.data
        else:
            value = numpy.asarray(value)
            dtype, shape, data = NAMES[value.dtype.name], list(value.shape), value.tobytes()
        header[name] = {"dtype": dtype, "shape": shape,
                        "data_offsets": [len(body), len(body) + len(data)]}
        body += data
    return header, body


def file_bytes(header, body, padding=0):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    text += b" " * padding
    return struct.pack("<Q", len(text)) + text + body


def write(path, tensors, padding=0):
    """`padding` moves the data, so that they are aligned to a byte only."""
    pathlib.Path(path).write_bytes(file_bytes(*header_of(tensors), padding))
    return path
