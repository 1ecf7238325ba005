"""Small models in ONNX's text form, with what they compute in numpy.

A case is a function: its decorator holds the graph, its arguments are the
graph's inputs and weights by name, in float64 where they are floats, and its
result is what the outputs must be. Weights are given as shapes (drawn from a
normal distribution seeded by the case's name) or as arrays.
"""

import dataclasses
import zlib

import numpy
import onnx
from onnx import numpy_helper, parser

OPSET = 14


@dataclasses.dataclass
class Case:
    name: str
    model: onnx.ModelProto
    inputs: dict
    expected: list
    flags: list
    tolerance: float


CASES = {}


def case(graph, flags=(), sizes=None, tolerance=1e-5, ints=None, opset=OPSET, **weights):
    """Adds a case. `sizes` gives symbolic dimensions their sizes, `ints` the
    range [low, high) of integer inputs by name; `tolerance` is relative to the
    largest expected magnitude."""
    def add(function):
        name = function.__name__
        CASES[name] = lambda: _make(
            name, function, graph, flags, sizes or {}, tolerance, ints or {}, opset, weights)
        return function
    return add


def _make(name, function, graph, flags, sizes, tolerance, ints, opset, weights):
    random = numpy.random.default_rng(zlib.crc32(name.encode()))
    model = parser.parse_model(
        f'<ir_version: 8, opset_import: ["" : {opset}]>\n{name} {graph}')
    arrays = {}
    for key, value in weights.items():
        if isinstance(value, tuple):
            value = random.standard_normal(value).astype(numpy.float32)
        arrays[key] = value
        model.graph.initializer.append(numpy_helper.from_array(value, key))
    inputs = {}
    for value in model.graph.input:
        kind = value.type.tensor_type
        shape = [d.dim_value or sizes[d.dim_param] for d in kind.shape.dim]
        dtype = onnx.helper.tensor_dtype_to_np_dtype(kind.elem_type)
        if numpy.issubdtype(dtype, numpy.floating):
            inputs[value.name] = random.standard_normal(shape).astype(dtype)
        else:
            low, high = ints.get(value.name, (0, 2))
            inputs[value.name] = random.integers(low, high, shape).astype(dtype)
    wide = {key: value.astype(numpy.float64) if value.dtype.kind == "f" else value
            for key, value in {**inputs, **arrays}.items()}
    expected = function(**wide)
    if not isinstance(expected, tuple):
        expected = (expected,)
    for key, size in sizes.items():
        flags = [*flags, "--dim", f"{key}={size}"]
    return Case(name, model, inputs, [numpy.asarray(e) for e in expected], list(flags), tolerance)
