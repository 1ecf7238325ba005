"""Branches, loops and recurrences."""

import numpy

from cases import case


@case("""(bool c, float[3] x) => (float[3] y) {
  y = If (c) <then_branch = t () => (float[3] a) { a = Exp(x) },
              else_branch = e () => (float[3] b) { b = Neg(x) }> }""", ints={"c": (1, 2)}, opset=13)
def a_branch_chosen_at_run_time(c, x):
    return numpy.exp(x) if c else -x


@case("""(float[2] s, float[5,2] x) => (float[2] t, float[2,5] y) {
  t, y = Scan <num_scan_inputs = 1, scan_output_axes = [1], scan_input_directions = [1],
    body = b (float[2] i, float[2] r) => (float[2] o, float[2] z) {
      o = Add(i, r) z = Mul(o, r) }> (s, x) }""", opset=13)
def scan_backwards(s, x):
    rows = []
    for row in x[::-1]:
        s = s + row
        rows.append(s * row)
    return s, numpy.stack(rows, 1)


@case("""(float[3] x) => (float[3] y, float[4,3] all) {
  n = Constant <value = int64 {4}> () c = Constant <value = bool {1}> ()
  y, all = Loop (n, c, x) <body = b (int64 i, bool g, float[3] v) =>
    (bool go, float[3] w, float[3] z) {
      go = Identity(g) f = Cast <to = 1> (i) w = Add(v, f) z = Mul(w, w) }> }""", opset=13)
def loop_of_four(x):
    rows = []
    for i in range(4):
        x = x + i
        rows.append(x * x)
    return x, numpy.stack(rows)


@case("""(float[1,3,4] q, float[1,3,4] k, float[1,3,6] v, float[1,3,2] g, float[1,3,2] b) =>
         (float[1,3,6] y, float[1,2,2,3] s) {
  y, s = LinearAttention <q_num_heads = 2, kv_num_heads = 2> (q, k, v, , g, b) }""", opset=27)
def gated_delta_rule(q, k, v, g, b):
    q, k, v = q.reshape(3, 2, 2), k.reshape(3, 2, 2), v.reshape(3, 2, 3)
    state, rows = numpy.zeros((2, 2, 3)), []
    for t in range(3):
        state = state * numpy.exp(g[0, t])[:, None, None]
        seen = numpy.einsum("hd,hde->he", k[t], state)
        new = b[0, t][:, None] * (v[t] - seen)
        state = state + k[t][:, :, None] * new[:, None]
        rows.append(numpy.einsum("hd,hde->he", q[t], state).reshape(6) / numpy.sqrt(2))
    return numpy.stack(rows)[None], state[None]


@case("""(float[2,3,5] x, float[3,1,4] w, float[3] b, float[2,3,3] p) =>
         (float[2,3,5] y, float[2,3,3] s) {
  y, s = CausalConvWithState <activation = "silu"> (x, w, b, p) }""", opset=27)
def causal_convolution(x, w, b, p):
    whole = numpy.concatenate([p, x], 2)
    y = sum(whole[:, :, i:i + 5] * w[:, 0, i, None] for i in range(4)) + b[:, None]
    return y / (1 + numpy.exp(-y)), whole[:, :, 5:]


@case("""(int64 m, float[1] x) => (float[1] y, float[3,1] all) {
  y, all = Loop (m, , x) <body = b (int64 i, bool g, float[1] v) =>
    (bool go, float[1] w, float[1] z) { go = Identity(g) w = Add(v, v) z = Neg(w) }> }""",
      ints={"m": (3, 4)}, opset=13)
def loop_with_a_count_known_at_run_time(m, x):
    rows = []
    for _ in range(int(m)):
        x = x + x
        rows.append(-x)
    return x, numpy.stack(rows)


@case("""(float[3,4] x, bool[4] c) => (float[3,1] y) {
  i = Constant <value = bool[4] {0, 0, 1, 0}> () n = Not(c) a = And(c, n) k = Or(a, i)
  y = Compress <axis = 1> (x, k) }""", opset=13)
def compress_to_one_column(x, c):
    return x[:, 2:3]
