"""all-MiniLM-L6-v2 in plain numpy and float64, straight from its definition.

Slow and without padding: one sentence at a time, of its real length. What the
ONNX export and every compiled artifact of it are held against.
"""

import math

import numpy

_erf = numpy.vectorize(math.erf, otypes=[numpy.float64])


class Reference:
    """config: the model's config.json; weights: its tensors by name."""

    def __init__(self, config, weights):
        self.config = config
        self.weights = weights

    def embed(self, ids):
        """The embedding, float64 [hidden], of one list of token ids."""
        x = (self._get("embeddings.word_embeddings.weight")[ids]
             + self._get("embeddings.position_embeddings.weight")[:len(ids)]
             + self._get("embeddings.token_type_embeddings.weight")[0])
        x = self._norm(x, "embeddings.LayerNorm")
        for layer in range(self.config["num_hidden_layers"]):
            x = self._layer(x, f"encoder.layer.{layer}.")
        mean = x.mean(axis=0)
        return mean / numpy.linalg.norm(mean)

    def _get(self, name):
        return self.weights[name].astype(numpy.float64)

    def _linear(self, x, name):
        return x @ self._get(name + ".weight").T + self._get(name + ".bias")

    def _norm(self, x, name):
        centred = x - x.mean(axis=-1, keepdims=True)
        variance = (centred * centred).mean(axis=-1, keepdims=True)
        normal = centred / numpy.sqrt(variance + self.config["layer_norm_eps"])
        return normal * self._get(name + ".weight") + self._get(name + ".bias")

    def _layer(self, x, name):
        attended = self._linear(self._attention(x, name + "attention.self."),
                                name + "attention.output.dense")
        x = self._norm(x + attended, name + "attention.output.LayerNorm")
        wide = self._linear(x, name + "intermediate.dense")
        wide = 0.5 * wide * (1 + _erf(wide / math.sqrt(2)))
        return self._norm(x + self._linear(wide, name + "output.dense"),
                          name + "output.LayerNorm")

    def _attention(self, x, name):
        heads = self.config["num_attention_heads"]
        query, key, value = (
            self._linear(x, name + part).reshape(len(x), heads, -1).swapaxes(0, 1)
            for part in ("query", "key", "value"))
        scores = query @ key.swapaxes(1, 2) / math.sqrt(query.shape[-1])
        weights = numpy.exp(scores - scores.max(axis=-1, keepdims=True))
        weights /= weights.sum(axis=-1, keepdims=True)
        return (weights @ value).swapaxes(0, 1).reshape(len(x), -1)
