"""ONNX's larger operators in numpy, plain and slow, for expected results."""

import math

import numpy

erf = numpy.vectorize(math.erf, otypes=[numpy.float64])


def softmax(x, axis=-1):
    e = numpy.exp(x - x.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


def layer_norm(x, scale, shift, epsilon=1e-5):
    centred = x - x.mean(-1, keepdims=True)
    variance = (centred ** 2).mean(-1, keepdims=True)
    return centred / numpy.sqrt(variance + epsilon) * scale + shift


def gelu(x):
    return 0.5 * x * (1 + erf(x / math.sqrt(2)))


def windows(x, size, stride, pad, fill):
    """[n, c, oh, ow, kh, kw]: the windows of an NCHW array."""
    padding = ((0, 0), (0, 0), (pad, pad), (pad, pad))
    x = numpy.pad(x, padding, constant_values=fill)
    view = numpy.lib.stride_tricks.sliding_window_view(x, size, axis=(2, 3))
    return view[:, :, ::stride, ::stride]


def conv2d(x, w, b=None, stride=1, pad=0, group=1):
    parts = []
    for xs, ws in zip(numpy.split(x, group, 1), numpy.split(w, group, 0)):
        view = windows(xs, w.shape[2:], stride, pad, 0.0)
        parts.append(numpy.einsum("nchwij,ocij->nohw", view, ws))
    y = numpy.concatenate(parts, 1)
    return y if b is None else y + b[:, None, None]


def max_pool(x, size, stride, pad=0):
    return windows(x, (size, size), stride, pad, -numpy.inf).max((4, 5))
