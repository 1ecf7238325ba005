"""Convolutions, pooling and what residual networks are made of."""

import numpy

from cases import case
from numpy_ops import conv2d, max_pool


@case("""(float[1,3,11,13] x) => (float[1,8,11,13] y) {
  c = Conv <kernel_shape = [3,3], pads = [1,1,1,1]> (x, w, b) y = Relu(c) }""",
      w=(8, 3, 3, 3), b=(8,))
def conv3x3_relu(x, w, b):
    return numpy.maximum(conv2d(x, w, b, pad=1), 0)


@case("""(float[2,5,9,9] x) => (float[2,17,5,5] y) {
  y = Conv <kernel_shape = [3,3], strides = [2,2], pads = [1,1,1,1]> (x, w) }""",
      w=(17, 5, 3, 3))
def conv3x3_stride_two(x, w):
    return conv2d(x, w, stride=2, pad=1)


@case("(float[1,24,7,7] x) => (float[1,10,7,7] y) { y = Conv (x, w, b) }",
      w=(10, 24, 1, 1), b=(10,))
def conv1x1(x, w, b):
    return conv2d(x, w, b)


@case("""(float[1,3,32,32] x) => (float[1,16,16,16] y) {
  y = Conv <kernel_shape = [7,7], strides = [2,2], pads = [3,3,3,3]> (x, w, b) }""",
      w=(16, 3, 7, 7), b=(16,))
def conv7x7_stem(x, w, b):
    return conv2d(x, w, b, stride=2, pad=3)


@case("""(float[1,12,8,8] x) => (float[1,12,8,8] y) {
  y = Conv <kernel_shape = [3,3], pads = [1,1,1,1], group = 12> (x, w) }""",
      w=(12, 1, 3, 3))
def conv_depthwise(x, w):
    return conv2d(x, w, pad=1, group=12)


@case("""(float[1,8,10,10] x) => (float[1,8,10,10] y) {
  c = Conv <kernel_shape = [3,3], pads = [1,1,1,1]> (x, w)
  n = BatchNormalization (c, s, b, m, v) y = Relu(n) }""",
      w=(8, 8, 3, 3), s=(8,), b=(8,), m=(8,),
      v=numpy.linspace(0.5, 2, 8, dtype=numpy.float32))
def conv_batch_norm_relu(x, w, s, b, m, v):
    def column(t):
        return t[:, None, None]
    normal = (conv2d(x, w, pad=1) - column(m)) / numpy.sqrt(column(v) + 1e-5)
    return numpy.maximum(normal * column(s) + column(b), 0)


@case("""(float[1,8,10,10] x) => (float[1,8,10,10] y) {
  c = Conv <kernel_shape = [3,3], pads = [1,1,1,1]> (x, w1, b1) r = Relu(c)
  d = Conv <kernel_shape = [3,3], pads = [1,1,1,1]> (r, w2, b2)
  a = Add(d, x) y = Relu(a) }""",
      w1=(8, 8, 3, 3), b1=(8,), w2=(8, 8, 3, 3), b2=(8,))
def residual_block(x, w1, b1, w2, b2):
    inner = numpy.maximum(conv2d(x, w1, b1, pad=1), 0)
    return numpy.maximum(conv2d(inner, w2, b2, pad=1) + x, 0)


@case("""(float[1,4,15,15] x) => (float[1,4,8,8] y) {
  y = MaxPool <kernel_shape = [3,3], strides = [2,2], pads = [1,1,1,1]> (x) }""")
def max_pool_padded(x):
    return max_pool(x, 3, 2, 1)


@case("""(float[1,6,8,8] x) => (float[1,6,4,4] y) {
  y = AveragePool <kernel_shape = [2,2], strides = [2,2]> (x) }""")
def average_pool(x):
    return x.reshape(1, 6, 4, 2, 4, 2).mean((3, 5))


@case("""(float[2,16,7,7] x) => (float[2,10] y) {
  g = GlobalAveragePool (x) f = Flatten <axis = 1> (g) y = Gemm <transB = 1> (f, w, b) }""",
      w=(10, 16), b=(10,))
def pooled_head(x, w, b):
    return x.mean((2, 3)) @ w.T + b
