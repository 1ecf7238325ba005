"""Recurrent layers step by step, and sequences of tensors."""

import numpy

from cases import case


def sigmoid(x):
    return 1 / (1 + numpy.exp(-x))


def lstm(x, w, r, b, h, c):
    """One direction: w [4H, in], r [4H, H], b [8H], gates input, output,
    forget, cell. All states [steps, batch, H] and the last cell."""
    hidden = r.shape[1]
    outputs = []
    for step in x:
        a = step @ w.T + h @ r.T + b[:4 * hidden] + b[4 * hidden:]
        i, o, f, g = numpy.split(a, 4, axis=1)
        c = sigmoid(f) * c + sigmoid(i) * numpy.tanh(g)
        h = sigmoid(o) * numpy.tanh(c)
        outputs.append(h)
    return numpy.array(outputs), c


@case("""(float[5,3,4] x) => (float[5,2,3,6] y, float[2,3,6] h, float[2,3,6] c) {
  y, h, c = LSTM <hidden_size=6, direction="bidirectional"> (x, w, r, b) }""",
      w=(2, 24, 4), r=(2, 24, 6), b=(2, 48))
def lstm_both_ways(x, w, r, b):
    zero = numpy.zeros((3, 6))
    forth, c0 = lstm(x, w[0], r[0], b[0], zero, zero)
    back, c1 = lstm(x[::-1], w[1], r[1], b[1], zero, zero)
    return (numpy.stack([forth, back[::-1]], 1), numpy.stack([forth[-1], back[-1]]),
            numpy.stack([c0, c1]))


@case("""(float[6,3,4] x, int32[3] lengths) => (float[6,1,3,5] y, float[1,3,5] h) {
  y, h = LSTM <hidden_size=5> (x, w, r, b, lengths, h0, c0) }""",
      ints={"lengths": (1, 7)}, w=(1, 20, 4), r=(1, 20, 5), b=(1, 40),
      h0=(1, 3, 5), c0=(1, 3, 5))
def lstm_of_given_lengths(x, lengths, w, r, b, h0, c0):
    y, last = numpy.zeros((6, 1, 3, 5)), numpy.zeros((1, 3, 5))
    for i, length in enumerate(lengths):
        states, _ = lstm(x[:length, i:i + 1], w[0], r[0], b[0], h0[0, i:i + 1],
                         c0[0, i:i + 1])
        y[:length, 0, i] = states[:, 0]
        last[0, i] = states[-1, 0]
    return y, last


def gru(x, w, r, b, after):
    hidden = r.shape[1]
    h = numpy.zeros((x.shape[1], hidden))
    wb, rb = b[:3 * hidden], b[3 * hidden:]
    outputs = []
    for step in x:
        a, u = step @ w.T + wb, h @ r.T + rb
        z = sigmoid(a[:, :hidden] + u[:, :hidden])
        s = sigmoid(a[:, hidden:2 * hidden] + u[:, hidden:2 * hidden])
        inner = s * u[:, 2 * hidden:] if after else \
            (s * h) @ r[2 * hidden:].T + rb[2 * hidden:]
        h = (1 - z) * numpy.tanh(a[:, 2 * hidden:] + inner) + z * h
        outputs.append(h)
    return numpy.array(outputs)


@case("(float[5,2,4] x) => (float[5,1,2,3] y) { y = GRU <hidden_size=3> (x, w, r, b) }",
      w=(1, 9, 4), r=(1, 9, 3), b=(1, 18))
def gru_resets_before(x, w, r, b):
    return gru(x, w[0], r[0], b[0], after=False)[:, None]


@case("""(float[5,2,4] x) => (float[5,1,2,3] y) {
  y = GRU <hidden_size=3, direction="reverse", linear_before_reset=1> (x, w, r, b) }""",
      w=(1, 9, 4), r=(1, 9, 3), b=(1, 18))
def gru_resets_after_backwards(x, w, r, b):
    return gru(x[::-1], w[0], r[0], b[0], after=True)[::-1][:, None]


@case("""(float[4,2,3] x) => (float[4,1,2,5] y) {
  y = RNN <hidden_size=5, activations=["Relu"]> (x, w, r, b) }""",
      w=(1, 5, 3), r=(1, 5, 5), b=(1, 10))
def rnn_with_relu(x, w, r, b):
    h, outputs = numpy.zeros((2, 5)), []
    for step in x:
        h = numpy.maximum(step @ w[0].T + h @ r[0].T + b[0, :5] + b[0, 5:], 0)
        outputs.append(h)
    return numpy.array(outputs)[:, None]


@case("""(float[2,7] x) => (float[2,3] first, float[2,7] again, int64[1] count) {
  three = Constant <value = int64 {3}> ()
  one = Constant <value = int64 {-1}> ()
  zero = Constant <value = int64 {0}> ()
  parts = SplitToSequence <axis=1> (x, three)
  first = SequenceAt (parts, zero)
  last = SequenceAt (parts, one)
  rest = SequenceErase (parts, one)
  whole = SequenceInsert (rest, last)
  again = ConcatFromSequence <axis=1> (whole)
  size = SequenceLength (whole)
  shape = Constant <value = int64[1] {1}> ()
  count = Reshape (size, shape) }""")
def parts_of_a_sequence(x):
    return x[:, :3], x, numpy.array([3])


@case("""(float[2,3] a, float[4] b, float c) => (float[2,3] y, float[4] z) {
  zero = Constant <value = int64 {0}> ()
  one = Constant <value = int64 {1}> ()
  both = SequenceConstruct (a, b)
  twice, more = SequenceMap (both, both, c) <body = each (float[?] p, float[?] q, float r) => (float[?] s, float[?] t) {
    s = Add (p, q)
    rank = Size (s)
    four = Constant <value = int64 {4}> ()
    is_four = Equal (rank, four)
    t = If (is_four) <then_branch = yes () => (float[?] u) { u = Mul (s, r) }, else_branch = no () => (float[?] v) { v = Sub (s, r) }>
  }>
  y = SequenceAt (more, zero)
  z = SequenceAt (more, one) }""", opset=17)
def each_tensor_of_a_sequence(a, b, c):
    return 2 * a - c, 2 * b * c


@case("""(float[2,3] a, float[2,3] b, float[2,3] c) => (float[3,2,3] y) {
  last = Constant <value = int64 {-1}> ()
  two = SequenceConstruct (a, b)
  three = SequenceInsert (two, c, last)
  y = ConcatFromSequence <axis=0, new_axis=1> (three) }""")
def inserted_before_the_last(a, b, c):
    return numpy.stack([a, c, b])
