"""Attention with its masks and caches, and rotary embeddings."""

import numpy

from cases import case


def softmax(x):
    e = numpy.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


@case("""(float[2,5,12] q, float[2,7,6] k, float[2,7,8] v) => (float[2,5,16] y) {
  y = Attention <q_num_heads = 4, kv_num_heads = 2> (q, k, v) }""", opset=23)
def grouped_query_attention(q, k, v):
    q = q.reshape(2, 5, 4, 3).transpose(0, 2, 1, 3)
    k = k.reshape(2, 7, 2, 3).transpose(0, 2, 1, 3).repeat(2, 1)
    v = v.reshape(2, 7, 2, 4).transpose(0, 2, 1, 3).repeat(2, 1)
    y = softmax(q @ k.swapaxes(2, 3) / numpy.sqrt(3)) @ v
    return y.transpose(0, 2, 1, 3).reshape(2, 5, 16)


@case("""(float[1,2,3,4] q, float[1,2,3,4] k, float[1,2,3,4] v,
          float[1,2,2,4] pk, float[1,2,2,4] pv) =>
         (float[1,2,3,4] y, float[1,2,5,4] nk, float[1,2,5,4] nv) {
  y, nk, nv = Attention <is_causal = 1, softcap = 2.0> (q, k, v, , pk, pv) }""", opset=23)
def causal_attention_with_a_cache(q, k, v, pk, pv):
    k, v = numpy.concatenate([pk, k], 2), numpy.concatenate([pv, v], 2)
    scores = 2 * numpy.tanh(q @ k.swapaxes(2, 3) / 2 / 2)
    scores = numpy.where(numpy.tri(3, 5, 2), scores, -numpy.inf)
    return softmax(scores) @ v, k, v


@case("""(float[1,1,3,4] q, float[1,1,3,4] k, float[1,1,3,4] v, bool[3,3] none) =>
         (float[1,1,3,4] y) {
  n = Not(none) m = And(none, n) y = Attention (q, k, v, m) }""", opset=23)
def a_row_without_keys_gives_zeros(q, k, v, none):
    return numpy.zeros((1, 1, 3, 4))


@case("""(float[2,3,8] x, float[5,2] c, float[5,2] s, int64[2,3] p) => (float[2,3,8] y) {
  y = RotaryEmbedding <num_heads = 2, interleaved = 1> (x, c, s, p) }""",
      ints={"p": (0, 5)}, opset=23)
def rotary_embedding(x, c, s, p):
    x = x.reshape(2, 3, 2, 2, 2)
    c, s = c[p][:, :, None], s[p][:, :, None]
    a, b = x[..., 0], x[..., 1]
    return numpy.stack([c * a - s * b, s * a + c * b], -1).reshape(2, 3, 8)
