"""Element-wise operators with broadcasts, and what only moves data."""

import numpy

from cases import case


@case("""(float[4,1,6] x, float[5,1] z) => (float[4,5,6] y) {
  a = Add(x, z) m = Mul(a, x) y = Sub(m, z) }""")
def broadcasts(x, z):
    return (x + z) * x - z


@case("""(float[31] x) => (float[31] y) {
  a = Abs(x) s = Sqrt(a) one = Constant <value = float {1.0}> () p = Add(s, one)
  l = Log(p) n = Neg(l) e = Exp(n) y = Sigmoid(e) }""")
def a_chain_of_functions(x):
    return 1 / (1 + numpy.exp(-numpy.exp(-numpy.log(numpy.sqrt(abs(x)) + 1))))


@case("(float x, float[3] z) => (float[3] y) { y = Mul(x, z) }")
def a_scalar_input(x, z):
    return x * z


@case("""(float[5,7] x, float[5,7] z) => (float[5,7] y) {
  g = Greater(x, z) y = Where(g, x, z) }""")
def compare_and_select(x, z):
    return numpy.where(x > z, x, z)


@case("(float[2,3,4] x) => (float[4,2,3] y) { y = Transpose <perm = [2,0,1]> (x) }")
def transpose(x):
    return x.transpose(2, 0, 1)


@case("""(float[2,3] x, float[2,5] z) => (float[2,8] y) {
  y = Concat <axis = 1> (x, z) }""")
def concatenate(x, z):
    return numpy.concatenate([x, z], 1)


@case("""(float[9,10] x) => (float[3,4] y) {
  b = Constant <value = int64[2] {1, 8}> () e = Constant <value = int64[2] {9, 0}> ()
  a = Constant <value = int64[2] {0, 1}> () s = Constant <value = int64[2] {3, -2}> ()
  y = Slice(x, b, e, a, s) }""")
def slice_with_steps(x):
    return x[1:9:3, 8:0:-2]


@case("""(float[2,3] x) => (float[5,4] y) {
  p = Constant <value = int64[4] {1, 0, 2, 1}> () v = Constant <value = float {7.5}> ()
  y = Pad(x, p, v) }""")
def pad_with_a_value(x):
    return numpy.pad(x, ((1, 2), (0, 1)), constant_values=7.5)


@case("""(float[2,12] x) => (float[2,4] a, float[2,4] b, float[2,4] c) {
  a, b, c = Split <axis = 1> (x) }""", opset=13)
def split(x):
    return tuple(numpy.split(x, 3, 1))


@case("""(float[3,4,5] x) => (float[4] y) {
  a = Constant <value = int64[2] {0, 2}> () y = ReduceSum <keepdims = 0> (x, a) }""")
def sum_over_outer_and_inner(x):
    return x.sum((0, 2))


@case("(float[6,50] x) => (float[6,1] y) { y = ReduceMax <axes = [1]> (x) }")
def largest_of_a_row(x):
    return x.max(1, keepdims=True)


@case("""(float[b,6] x) => (float[b,2,3] y) {
  s = Shape(x) zero = Constant <value = int64 {0}> () n = Gather(s, zero)
  ax = Constant <value = int64[1] {0}> () u = Unsqueeze(n, ax)
  t = Constant <value = int64[2] {2, 3}> () c = Concat <axis = 0> (u, t)
  y = Reshape(x, c) }""", sizes={"b": 4})
def shape_arithmetic(x):
    return x.reshape(4, 2, 3)


@case("""(int64[2,4] x, int64[4] z) => (int64[2,4] y) { s = Add(x, z) y = Mul(s, z) }""",
      ints={"x": (-50, 50), "z": (-9, 9)})
def integers(x, z):
    return (x + z) * z


@case("(float[3,4] x) => (int32[3,4] y) { y = Cast <to = 6> (x) }")
def float_to_integer(x):
    return x.astype(numpy.int32)


@case("(float[3,4] x) => (float[3,4] y) { y = Identity(x) }")
def an_input_as_output(x):
    return x


@case("""(float[3,4] x) => (float[3,4] y, float[2] k) {
  y = Relu(x) k = Constant <value = float[2] {1.5, -2.0}> () }""")
def a_constant_output(x):
    return numpy.maximum(x, 0), numpy.array([1.5, -2.0])
