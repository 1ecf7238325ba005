"""One step of training a digits classifier, in the graph dialect's text."""

import numpy

SHAPES = {"k1": (16, 1, 3, 3), "b1": (16,), "k2": (32, 16, 3, 3), "b2": (32,),
          "w": (512, 10), "b": (10,)}


def tensor(*shape):
    return "tensor<" + "".join(f"{size}x" for size in shape) + "f32>"


class Body:
    """Collects the ops of one entry."""

    def __init__(self, batch):
        self.batch = batch
        self.lines = []

    def op(self, name, text):
        self.lines.append(f"  %{name} = tenon.{text}")

    def convolution(self, result, x, kernel, size, channels, filters, stride):
        """3x3, with bias and relu; gives %result."""
        window = f"strides = [{stride}, {stride}] padding_low = [1, 1] padding_high = [1, 1]"
        out = (size - 1) // stride + 1
        y = tensor(self.batch, filters, out, out)
        self.op(f"{result}_c",
                f"convolution %{x}, %k{kernel} dims = [b, f, 0, 1] x [o, i, 0, 1] -> "
                f"[b, f, 0, 1] {window} : ({tensor(self.batch, channels, size, size)}, "
                f"{tensor(filters, channels, 3, 3)}) -> {y}")
        self.op(f"{result}_b", f"broadcast_in_dim %b{kernel} dims = [1] : "
                               f"({tensor(filters)}) -> {y}")
        self.op(f"{result}_s", f"add %{result}_c, %{result}_b : {y}")
        self.op(f"{result}_z", f"constant dense<0.0> : {y}")
        self.op(result, f"maximum %{result}_s, %{result}_z : {y}")

    def loss(self, scores):
        """Cross entropy against the rows of %y, the mean over the batch."""
        rows = tensor(self.batch, 10)
        self.op("logs", f"log_softmax %{scores} axis = 1 : {rows}")
        self.op("picked", f"multiply %logs, %y : {rows}")
        self.op("zero", f"constant dense<0.0> : {tensor()}")
        self.op("sum", f"reduce %picked init %zero dims = [0, 1] : ({rows}, {tensor()}) -> "
                       f"{tensor()} with add")
        self.op("scale", f"constant dense<{-1 / self.batch}> : {tensor()}")
        self.op("loss", f"multiply %sum, %scale : {tensor()}")

    def update(self, name, gradient, rate, momentum):
        """SGD with momentum: %new_name and its velocity %new_v_name."""
        f = tensor(*SHAPES[name])
        self.op(f"{name}_m", f"constant dense<{momentum}> : {f}")
        self.op(f"{name}_r", f"constant dense<{rate}> : {f}")
        self.op(f"{name}_o", f"multiply %v_{name}, %{name}_m : {f}")
        self.op(f"new_v_{name}", f"add %{name}_o, {gradient} : {f}")
        self.op(f"{name}_d", f"multiply %new_v_{name}, %{name}_r : {f}")
        self.op(f"new_{name}", f"subtract %{name}, %{name}_d : {f}")


def initial_weights():
    random = numpy.random.default_rng(8)
    weights = {}
    for name, shape in SHAPES.items():
        inputs = numpy.prod(shape[1:] if name.startswith("k") else shape[:1])
        values = (2 / inputs) ** 0.5 * random.standard_normal(shape)
        weights[name] = (0 * values if name.startswith("b") else values).astype(numpy.float32)
    return weights


def windows_of(x, stride):
    """The 3x3 windows of padded images: [batch, channels, out, out, 3, 3]."""
    padded = numpy.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))
    windows = numpy.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(2, 3))
    return windows[:, :, ::stride, ::stride]


def reference_losses(x, y, steps, rate=0.05, momentum=0.9):
    """The losses of so many steps on one batch, by derivatives written by hand, in
    f64."""
    w = {name: value.astype(numpy.float64) for name, value in initial_weights().items()}
    velocity = {name: numpy.zeros_like(value) for name, value in w.items()}
    losses = []
    for _ in range(steps):
        first = windows_of(x.astype(numpy.float64), 1)
        s1 = numpy.einsum("bcijuv,ocuv->boij", first, w["k1"]) + w["b1"][:, None, None]
        second = windows_of(numpy.maximum(s1, 0), 2)
        s2 = numpy.einsum("bcijuv,ocuv->boij", second, w["k2"]) + w["b2"][:, None, None]
        flat = numpy.maximum(s2, 0).reshape(len(x), -1)
        scores = flat @ w["w"] + w["b"]
        scores -= scores.max(axis=1, keepdims=True)
        logs = scores - numpy.log(numpy.exp(scores).sum(axis=1, keepdims=True))
        losses.append(-(logs * y).sum() / len(x))

        d = (numpy.exp(logs) - y) / len(x)
        g = {"w": flat.T @ d, "b": d.sum(axis=0)}
        d2 = (d @ w["w"].T).reshape(s2.shape) * (s2 > 0)
        g["k2"] = numpy.einsum("boij,bcijuv->ocuv", d2, second)
        g["b2"] = d2.sum(axis=(0, 2, 3))
        d1 = numpy.zeros((len(x), s1.shape[1], 10, 10))
        for u in range(3):
            for v in range(3):
                d1[:, :, u:u + 8:2, v:v + 8:2] += numpy.einsum("boij,oc->bcij", d2,
                                                              w["k2"][:, :, u, v])
        d1 = d1[:, :, 1:9, 1:9] * (s1 > 0)
        g["k1"] = numpy.einsum("boij,bcijuv->ocuv", d1, first)
        g["b1"] = d1.sum(axis=(0, 2, 3))
        for name in w:
            velocity[name] = momentum * velocity[name] + g[name]
            w[name] = w[name] - rate * velocity[name]
    return numpy.array(losses, numpy.float32)


def train_step(batch=64, rate=0.05, momentum=0.9):
    """The module: two convolutions and a dense layer over 8x8 images %x, labels %y
    as rows of 0 and 1; the first result is the loss. Weights and velocities are
    variables."""
    variables, arguments, results = [], [], []
    for name, weight in initial_weights().items():
        initial = f'"0x{weight.tobytes().hex().upper()}"' if weight.any() else "0.0"
        shape = SHAPES[name]
        f = tensor(*shape)
        for variable, value in ((name, initial), (f"v_{name}", "0.0")):
            variables.append(f"tenon.variable @{variable} : {f} = dense<{value}> : {f}")
            arguments.append(f"%{variable}: {f} {{tenon.variable = @{variable}}}")
            results.append(f"{f} {{tenon.tied = {len(arguments) + 1} : i64}}")

    body = Body(batch)
    body.convolution("h1", "x", 1, 8, 1, 16, 1)
    body.convolution("h2", "h1", 2, 8, 16, 32, 2)
    flat, rows = tensor(batch, 512), tensor(batch, 10)
    body.op("flat", f"reshape %h2 : ({tensor(batch, 32, 4, 4)}) -> {flat}")
    body.op("d", f"dot_general %flat, %w contract = [1] x [0] : "
                 f"({flat}, {tensor(512, 10)}) -> {rows}")
    body.op("d_b", f"broadcast_in_dim %b dims = [1] : ({tensor(10)}) -> {rows}")
    body.op("scores", f"add %d, %d_b : {rows}")
    body.loss("scores")
    types = ", ".join(tensor(*shape) for shape in SHAPES.values())
    body.lines.append(f"  %g:{len(SHAPES)} = tenon.gradient %loss wrt "
                      f"({', '.join('%' + name for name in SHAPES)}) : {tensor()}, "
                      f"({types}) -> ({types})")
    values, kinds = ["%loss"], [tensor()]
    for i, (name, shape) in enumerate(SHAPES.items()):
        body.update(name, f"%g#{i}", rate, momentum)
        values += [f"%new_{name}", f"%new_v_{name}"]
        kinds += 2 * [tensor(*shape)]
    return "\n".join([
        *variables,
        f"tenon.entry @train_step(%x: {tensor(batch, 1, 8, 8)}, %y: {rows}, "
        + ", ".join(arguments) + ")",
        f"    -> ({', '.join([tensor(), *results])}) {{",
        *body.lines,
        f"  tenon.return {', '.join(values)} : {', '.join(kinds)}", "}", ""])
