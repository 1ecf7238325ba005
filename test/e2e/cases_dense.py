"""Dense layers, row operations and what encoders are made of."""

import math

import numpy

from cases import case
from numpy_ops import erf, gelu, layer_norm, softmax


@case("(float[4,16] x) => (float[4,8] y) { h = MatMul(x, w) a = Add(h, b) y = Relu(a) }",
      w=(16, 8), b=(8,))
def dense_relu(x, w, b):
    return numpy.maximum(x @ w + b, 0)


@case("(float[7,13] x) => (float[7,5] y) { y = Gemm <alpha=0.5, transB=1> (x, w, b) }",
      w=(5, 13), b=(5,))
def gemm_ragged(x, w, b):
    return 0.5 * x @ w.T + b


@case("(float[1,300] x) => (float[1,70] y) { y = MatMul(x, w) }", w=(300, 70))
def vector_times_matrix(x, w):
    return x @ w


@case("(float[129,257] x, float[257,65] z) => (float[129,65] y) { y = MatMul(x, z) }")
def product_of_two_inputs(x, z):
    return x @ z


@case("(float[2,3,9,17] x, float[2,3,17,5] z) => (float[2,3,9,5] y) { y = MatMul(x, z) }")
def batched_product(x, z):
    return x @ z


@case("""(float[batch,32] x) => (float[batch,10] y) {
  h = MatMul(x, w1) h2 = Add(h, b1) h3 = Relu(h2)
  g = MatMul(h3, w2) g2 = Add(g, b2) y = Softmax <axis = -1> (g2) }""",
      sizes={"batch": 6}, w1=(32, 48), b1=(48,), w2=(48, 10), b2=(10,))
def classifier(x, w1, b1, w2, b2):
    return softmax(numpy.maximum(x @ w1 + b1, 0) @ w2 + b2)


@case("""(float[5,33] x) => (float[5,33] y) {
  two = Constant <value = float {2.0}> ()
  eps = Constant <value = float {0.00001}> ()
  m = ReduceMean <axes = [-1]> (x) c = Sub(x, m) s = Pow(c, two)
  v = ReduceMean <axes = [-1]> (s) e = Add(v, eps) d = Sqrt(e) n = Div(c, d)
  a = Mul(n, scale) y = Add(a, shift) }""", scale=(33,), shift=(33,))
def layer_norm_of_primitives(x, scale, shift):
    return layer_norm(x, scale, shift)


@case("(float[5,33] x) => (float[5,33] y) { y = LayerNormalization (x, scale, shift) }",
      opset=17, scale=(33,), shift=(33,))
def layer_norm_as_one_node(x, scale, shift):
    return layer_norm(x, scale, shift)


@case("""(float[3,50] x) => (float[3,50] y) {
  m = ReduceMax <axes = [1]> (x) c = Sub(x, m) e = Exp(c)
  s = ReduceSum (e, axis) y = Div(e, s) }""", axis=numpy.array([1]))
def softmax_of_primitives(x, axis):
    return softmax(x)


@case("""(float[6,37] x) => (float[6,37] y) {
  r = Constant <value = float {1.4142135}> () one = Constant <value = float {1.0}> ()
  half = Constant <value = float {0.5}> ()
  d = Div(x, r) e = Erf(d) p = Add(e, one) m = Mul(x, p) y = Mul(m, half) }""")
def gelu_of_primitives(x):
    return gelu(x)


@case("""(float[2,10,24] x) => (float[2,10,24] y) {
  split = Constant <value = int64[4] {2, 10, 3, 8}> ()
  join = Constant <value = int64[3] {2, 10, 24}> ()
  scale = Constant <value = float {0.35355338}> ()
  q = MatMul(x, wq) q2 = Reshape(q, split) q3 = Transpose <perm = [0,2,1,3]> (q2)
  k = MatMul(x, wk) k2 = Reshape(k, split) k3 = Transpose <perm = [0,2,3,1]> (k2)
  v = MatMul(x, wv) v2 = Reshape(v, split) v3 = Transpose <perm = [0,2,1,3]> (v2)
  s = MatMul(q3, k3) s2 = Mul(s, scale) p = Softmax <axis = -1> (s2)
  o = MatMul(p, v3) o2 = Transpose <perm = [0,2,1,3]> (o) y = Reshape(o2, join) }""",
      wq=(24, 24), wk=(24, 24), wv=(24, 24))
def attention(x, wq, wk, wv):
    q, k, v = ((x @ w).reshape(2, 10, 3, 8).swapaxes(1, 2) for w in (wq, wk, wv))
    p = softmax(q @ k.swapaxes(2, 3) / math.sqrt(8))
    return (p @ v).swapaxes(1, 2).reshape(2, 10, 24)


@case("(int64[3,7] ids) => (float[3,7,20] y) { y = Gather(table, ids) }",
      ints={"ids": (0, 11)}, table=(11, 20))
def embedding(ids, table):
    return table[ids]


@case("""(float[2,6,9] x, int64[2,6] mask) => (float[2,9] y) {
  ax = Constant <value = int64[1] {2}> () one = Constant <value = int64[1] {1}> ()
  m = Unsqueeze(mask, ax) f = Cast <to = 1> (m) p = Mul(x, f)
  s = ReduceSum <keepdims = 0> (p, one) n = ReduceSum <keepdims = 0> (f, one)
  tiny = Constant <value = float {1.0}> () c = Max(n, tiny) y = Div(s, c) }""")
def mean_over_a_mask(x, mask):
    weights = mask[..., None].astype(float)
    return (x * weights).sum(1) / numpy.maximum(weights.sum(1), 1)


@case("""(float[4,19] x) => (float[4,19] y, float[4,1] s) {
  e = Exp(x) one = Constant <value = int64[1] {1}> ()
  s = ReduceSum (e, one) y = Div(e, s) }""")
def two_outputs_of_one_kernel(x):
    e = numpy.exp(x)
    return e / e.sum(1, keepdims=True), e.sum(1, keepdims=True)


@case("(float[8,8] x) => (float[8,8] a, float[8,8] b) { a = Tanh(x) b = Erf(a) }")
def an_output_read_again(x):
    return numpy.tanh(x), erf(numpy.tanh(x))


@case("(float[5] a, float[3,5,4] b) => (float[3,4] y) { y = MatMul(a, b) }")
def a_vector_times_matrices(a, b):
    return a @ b


@case("(float[2,3,4,5] a, float[5] b) => (float[2,3,4] y) { y = MatMul(a, b) }")
def matrices_times_a_vector(a, b):
    return a @ b


@case("""(double[6,33] x, double[33,5] w, double[5] b) => (double[6,5] y) {
  h = MatMul(x, w) a = Add(h, b) t = Tanh(a) s = Softmax <axis = -1> (t)
  l = Log(s) y = Mul(l, t) }""", tolerance=1e-14)
def classifier_in_f64(x, w, b):
    t = numpy.tanh(x @ w + b)
    return numpy.log(softmax(t)) * t


@case("""(double[4,31] x, double[4,31] z) => (double[4,31] y, double[4,31] u, double[4,31] v) {
  a = Abs(x) p = Pow(a, z) e = Erf(x) s = Sin(p) c = Cos(z) r = Mul(s, e) y = Add(r, c)
  q = Sigmoid(x) t = Atan(z) m = Mul(q, t) n = Sinh(x) u = Add(m, n)
  g = Tan(x) o = Mod <fmod = 1> (p, a) v = Add(g, o) }""", opset=17, tolerance=1e-14)
def functions_in_f64(x, z):
    p = numpy.abs(x) ** z
    return (numpy.sin(p) * erf(x) + numpy.cos(z), numpy.arctan(z) / (1 + numpy.exp(-x)) + numpy.sinh(x),
            numpy.tan(x) + numpy.fmod(p, numpy.abs(x)))


@case("""(double[37] x) => (double[37] y, double[37] z) {
  scale = Constant <value = double {100.0}> () h = Mul(x, scale) y = Cosh(h) z = Sinh(h) }""",
      tolerance=1e-14)
def hyperbolic_functions_far_from_zero(x):
    return numpy.cosh(100 * x), numpy.sinh(100 * x)
