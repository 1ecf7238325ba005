"""Models for the GPU check, with seeded random weights: a ResNet-18 and a BERT
encoder in their real structure, and products of one size each.

Weights are random numbers of four significant bits, and stay numbers of few bits
when batch normalizations are folded into them: the real models' sizes then travel
in a quarter of their bytes, once compressed."""

import pathlib
import sys

import numpy
import onnx
from onnx import helper, numpy_helper

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools" / "demo"))

from minilm_to_onnx import MiniLM  # noqa: E402  (found through the line above)


def few_bits(array):
    """Rounds to four significant bits."""
    fraction, exponent = numpy.frexp(array)
    return numpy.ldexp(numpy.round(fraction * 16) / 16, exponent).astype(numpy.float32)


class Builder:
    """Collects nodes and weights of one ONNX graph."""

    def __init__(self, seed):
        self.random = numpy.random.default_rng(seed)
        self.nodes, self.weights = [], []

    def weight(self, array):
        name = f"w{len(self.weights)}"
        self.weights.append(numpy_helper.from_array(few_bits(array), name))
        return name

    def op(self, kind, *inputs, **attributes):
        name = f"v{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [name], name=name, **attributes))
        return name

    def convolution(self, x, inputs, outputs, window, stride, relu):
        """Convolution, batch normalization and, where asked for, relu."""
        scale = (2 / (inputs * window * window)) ** 0.5
        w = self.random.standard_normal((outputs, inputs, window, window)) * scale
        y = self.op("Conv", x, self.weight(w), kernel_shape=[window] * 2,
                    strides=[stride] * 2, pads=[window // 2] * 4)
        # A variance of a power of four divides without new bits.
        y = self.op("BatchNormalization", y,
                    self.weight(self.random.choice([0.5, 0.75, 1.0, 1.5], outputs)),
                    self.weight(self.random.uniform(-0.2, 0.2, outputs)),
                    self.weight(self.random.uniform(-0.2, 0.2, outputs)),
                    self.weight(self.random.choice([0.25, 1.0, 4.0], outputs, p=[0.1, 0.8, 0.1])),
                    epsilon=0.0)
        return self.op("Relu", y) if relu else y

    def model(self, name, inputs, outputs):
        self.nodes[-1].output[0] = outputs[0].name
        graph = helper.make_graph(self.nodes, name, inputs, outputs, self.weights)
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 14)],
                                 ir_version=8)


def resnet18(width=64, size=224, batch=1, classes=1000):
    """ResNet-18; `width` channels in its first stage (64 in the original)."""
    b = Builder(18)
    x = b.convolution("image", 3, width, 7, 2, relu=True)
    x = b.op("MaxPool", x, kernel_shape=[3, 3], strides=[2, 2], pads=[1] * 4)
    channels = width
    for stage in range(4):
        for block in range(2):
            outputs = width << stage
            stride = 2 if stage > 0 and block == 0 else 1
            y = b.convolution(x, channels, outputs, 3, stride, relu=True)
            y = b.convolution(y, outputs, outputs, 3, 1, relu=False)
            if stride != 1 or channels != outputs:
                x = b.convolution(x, channels, outputs, 1, stride, relu=False)
            x = b.op("Relu", b.op("Add", y, x))
            channels = outputs
    x = b.op("Flatten", b.op("GlobalAveragePool", x))
    head = b.random.standard_normal((classes, channels)) / channels ** 0.5
    b.op("Gemm", x, b.weight(head), b.weight(b.random.uniform(-1, 1, classes)), transB=1)
    return b.model(
        "resnet18",
        [helper.make_tensor_value_info("image", onnx.TensorProto.FLOAT, [batch, 3, size, size])],
        [helper.make_tensor_value_info("scores", onnx.TensorProto.FLOAT, [batch, classes])])


def encoder(layers=2, hidden=384, heads=12, vocabulary=2000, batch=1, seq=128):
    """A BERT encoder with mean pooling, as all-MiniLM-L6-v2 is one."""
    random = numpy.random.default_rng(384)
    weights = {}

    def add(name, *shape, mean=0.0, spread=0.05):
        array = mean + spread * random.standard_normal(shape)
        weights[name] = few_bits(array)

    for table, rows in (("word", vocabulary), ("position", 512), ("token_type", 2)):
        add(f"embeddings.{table}_embeddings.weight", rows, hidden, spread=0.5)
    norms = ["embeddings.LayerNorm"]
    for i in range(layers):
        base = f"encoder.layer.{i}"
        for name in ("attention.self.query", "attention.self.key", "attention.self.value",
                     "attention.output.dense"):
            add(f"{base}.{name}.weight", hidden, hidden)
            add(f"{base}.{name}.bias", hidden)
        add(f"{base}.intermediate.dense.weight", 4 * hidden, hidden)
        add(f"{base}.intermediate.dense.bias", 4 * hidden)
        add(f"{base}.output.dense.weight", hidden, 4 * hidden)
        add(f"{base}.output.dense.bias", hidden)
        norms += [f"{base}.attention.output.LayerNorm", f"{base}.output.LayerNorm"]
    for norm in norms:
        add(f"{norm}.weight", hidden, mean=1.0, spread=0.1)
        add(f"{norm}.bias", hidden)
    config = {"hidden_size": hidden, "num_attention_heads": heads,
              "num_hidden_layers": layers, "layer_norm_eps": 1e-12,
              "intermediate_size": 4 * hidden, "vocab_size": vocabulary,
              "max_position_embeddings": 512, "type_vocab_size": 2, "hidden_act": "gelu"}
    return MiniLM(config, weights, batch, seq).build()


def product(rows, columns, depth, element, result):
    """One product in the graph dialect's text."""
    x, w, y = (f"tensor<{a}x{b}x{t}>" for a, b, t in (
        (rows, depth, element), (depth, columns, element), (rows, columns, result)))
    return (f"tenon.entry @main(%x: {x}, %w: {w}) -> {y} {{\n"
            f"  %y = tenon.dot_general %x, %w contract = [1] x [0] : ({x}, {w}) -> {y}\n"
            f"  tenon.return %y : {y}\n}}\n")
