"""Operators that ONNX defines by formulas: losses, interpolation, Einsum, quantization."""

import numpy

from cases import case


@case("""(float[4,5,3] x, int64[4,3] t, float[5] w) => (float y, float[4,5,3] logs) {
  y, logs = SoftmaxCrossEntropyLoss <ignore_index = 2> (x, t, w) }""",
      ints={"t": (0, 5)}, opset=13)
def weighted_cross_entropy(x, t, w):
    logs = x - numpy.log(numpy.exp(x).sum(1, keepdims=True))
    weight = numpy.where(t == 2, 0, w[t])
    picked = numpy.take_along_axis(logs, t[:, None], 1)[:, 0]
    return -(picked * weight).sum() / weight.sum(), logs


@case("""(float[4,5] x, int64[4] t) => (float[4] y) {
  y = NegativeLogLikelihoodLoss <reduction = "none"> (x, t) }""", ints={"t": (0, 5)}, opset=13)
def negative_log_likelihood(x, t):
    return -x[numpy.arange(4), t]


def interpolate(x, axis, size, scale=None):
    """Linear, half-pixel."""
    length = x.shape[axis]
    place = (numpy.arange(size) + 0.5) / (scale or size / length) - 0.5
    low = numpy.floor(place).astype(int)
    shape = [-1 if d == axis else 1 for d in range(x.ndim)]
    part = (place - low).reshape(shape)
    a, b = (x.take(numpy.clip(i, 0, length - 1), axis) for i in (low, low + 1))
    return a * (1 - part) + b * part


@case("""(float[1,2,5,7] x) => (float[1,2,9,4] y) {
  s = Constant <value = int64[4] {1, 2, 9, 4}> ()
  y = Resize <mode = "linear"> (x, , , s) }""", opset=18)
def resize_linear(x):
    return interpolate(interpolate(x, 2, 9), 3, 4)


@case("""(float[1,1,4,6] x, float[4] none) => (float[1,1,8,12] y) {
  c = Constant <value = float[4] {1.0, 1.0, 2.0, 2.0}> () a = Mul(none, none)
  z = Sub(a, a) s = Add(z, c) y = Resize <mode = "linear"> (x, , s) }""", opset=18)
def resize_by_scales_known_at_run_time(x, none):
    return interpolate(interpolate(x, 2, 8), 3, 12)


@case("""(float[1,1,3,4] x) => (float[1,1,6,12] y) {
  s = Constant <value = float[4] {1.0, 1.0, 2.0, 3.0}> ()
  y = Resize <coordinate_transformation_mode = "asymmetric", nearest_mode = "floor"> (x, , s) }""",
      opset=18)
def resize_nearest_repeats(x):
    return x.repeat(2, 2).repeat(3, 3)


@case("""(float[3,4,5] a, float[5,4,2] b, float[2,6] c) => (float[6,3] y) {
  y = Einsum <equation = "ijk,kjl,lm->mi"> (a, b, c) }""", opset=13)
def einsum_of_three(a, b, c):
    return numpy.einsum("ijk,kjl,lm->mi", a, b, c)


@case("""(float[2,3,3] a, float[3] b) => (float[2,3] y) {
  y = Einsum <equation = "...ii,i->...i"> (a, b) }""", opset=13)
def einsum_takes_diagonals(a, b):
    return numpy.einsum("...ii,i->...i", a, b)


@case("""(float[3,4] x, float[3] s, uint8[3] z) => (uint8[3,4] q, float[3,4] y) {
  p = Exp(s) q = QuantizeLinear <axis = 0> (x, p, z) y = DequantizeLinear <axis = 0> (q, p, z) }""",
      ints={"z": (100, 150)}, opset=13)
def quantize_per_axis(x, s, z):
    p, z = numpy.exp(s)[:, None], z[:, None].astype(int)
    q = numpy.clip(numpy.rint(x / p) + z, 0, 255)
    return q.astype(numpy.uint8), (q - z) * p


@case("""(uint8[2,3,6,6] x, int8[4,3,3,3] w) => (int32[2,4,6,6] y) {
  zx = Constant <value = uint8 {7}> () zw = Constant <value = int8[4] {1, -2, 0, 3}> ()
  y = ConvInteger <pads = [1,1,1,1]> (x, w, zx, zw) }""",
      ints={"x": (0, 256), "w": (-128, 128)}, opset=13)
def convolution_of_integers(x, w):
    x = numpy.pad(x.astype(int) - 7, ((0, 0), (0, 0), (1, 1), (1, 1)))
    w = w.astype(int) - numpy.array([1, -2, 0, 3]).reshape(4, 1, 1, 1)
    windows = numpy.lib.stride_tricks.sliding_window_view(x, (3, 3), (2, 3))
    return numpy.einsum("nchwij,ocij->nohw", windows, w).astype(numpy.int32)


@case("""(float[4,5,6] x, int64[1] a) => (float[4,1,6] y) {
  y = ReduceSum (x, a) }""", ints={"a": (1, 2)}, opset=13)
def reduce_axes_known_at_run_time(x, a):
    return x.sum(int(a[0]), keepdims=True)


@case("""(float[5,5,5] x, int64[1] a) => (float[5,5] y) {
  y = ReduceMax <keepdims = 0> (x, a) }""", ints={"a": (-2, -1)}, opset=18)
def reduce_one_of_equal_axes(x, a):
    return x.max(int(a[0]))


@case("""(float[9,7] x, int64[1] b, int64[1] e, int64[1] a, int64[1] s) => (float[9,3] y) {
  y = Slice (x, b, e, a, s) }""",
      ints={"b": (-1, 0), "e": (-7, -6), "a": (1, 2), "s": (-2, -1)}, opset=13)
def slice_known_at_run_time(x, b, e, a, s):
    return x[:, int(b[0]):int(b[0]) - 6:int(s[0])]


@case("""(float[4,3] x, int64[4] p) => (float[6,5] y) {
  y = Pad <mode = "reflect"> (x, p) }""", ints={"p": (1, 2)}, opset=13)
def pad_known_at_run_time(x, p):
    return numpy.pad(x, 1, mode="reflect")


@case("""(float[2,3] x) => (float[2,12] y) {
  p = Constant <value = int64[4] {0, 4, 0, 5}> () y = Pad <mode = "reflect"> (x, p) }""", opset=13)
def pad_reflects_more_than_once(x):
    return numpy.pad(x, ((0, 0), (4, 5)), mode="reflect")


@case("""(float[3,4] x, int64 a) => (float[3,4] y) {
  y = CumSum <reverse = 1, exclusive = 1> (x, a) }""", ints={"a": (1, 2)}, opset=14)
def cumulative_sum_along_an_axis_known_at_run_time(x, a):
    total = numpy.cumsum(x[:, ::-1], 1)[:, ::-1]
    return total - x


@case("""(float[1,2,4,5] x, float[1,3,2,2] g) => (float[1,2,3,2] y) {
  h = Tanh(g) y = GridSample <align_corners = 1> (x, h) }""", opset=20)
def grid_sample_linear(x, g):
    g = (numpy.tanh(g) + 1) / 2 * numpy.array([4, 3])
    low = numpy.floor(g).astype(int)
    part = g - low
    y = numpy.zeros((1, 2, 3, 2))
    padded = numpy.pad(x, ((0, 0), (0, 0), (0, 1), (0, 1)))
    for dy in (0, 1):
        for dx in (0, 1):
            weight = numpy.abs(1 - dy - part[..., 1]) * numpy.abs(1 - dx - part[..., 0])
            y += padded[0][:, low[0, ..., 1] + dy, low[0, ..., 0] + dx] * weight
    return y


@case("""(float[2,7] x) => (float[2,3] y, int64[2,3] i) {
  k = Constant <value = int64[1] {3}> () y, i = TopK <largest = 0> (x, k) }""", opset=13)
def the_three_smallest(x):
    order = numpy.argsort(x, 1, kind="stable")[:, :3]
    return numpy.take_along_axis(x, order, 1), order


@case("""(float[1,1,6,6] x) => (float[1,1,3,3] y, int64[1,1,3,3] i) {
  y, i = MaxPool <kernel_shape = [2,2], strides = [2,2]> (x) }""", opset=13)
def pool_with_indices(x):
    windows = x.reshape(3, 2, 3, 2).transpose(0, 2, 1, 3).reshape(3, 3, 4)
    best = windows.argmax(2)
    rows, columns = numpy.indices((3, 3))
    places = (2 * rows + best // 2) * 6 + 2 * columns + best % 2
    return windows.max(2)[None, None], places[None, None]


@case("""(float[2,9,1] x) => (float[2,5,2] y) { y = DFT <axis = 1, onesided = 1> (x) }""", opset=17)
def real_fourier_transform(x):
    y = numpy.fft.rfft(x[..., 0], axis=1)
    return numpy.stack([y.real, y.imag], -1)


@case("""(float[3,4,4] x) => (float[3] y) { y = Det(x) }""", opset=13)
def determinants(x):
    return numpy.linalg.det(x)


@case("""(float[4,5,3] x, int64[3] l) => (float[4,5,3] y) {
  y = ReverseSequence <time_axis = 1, batch_axis = 2> (x, l) }""", ints={"l": (1, 6)}, opset=13)
def reverse_sequences(x, l):
    y = x.copy()
    for i, length in enumerate(l):
        y[:, :length, i] = x[:, :length, i][:, ::-1]
    return y
