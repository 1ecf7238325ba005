"""Training steps in the graph dialect's text, for the end-to-end tests.

Each function of STEPS gives (module text, inputs by name). The entry `step`
returns the loss and its gradient with respect to every input whose name begins
with `p_`. golden/make_step_goldens.py writes the same steps in JAX.
"""

import numpy


class Graph:
    """Writes one entry; values are names, their types are remembered."""

    def __init__(self, seed):
        self.random = numpy.random.default_rng(seed)
        self.inputs, self.lines, self.types = {}, [], {}

    def input(self, name, shape, low=-1.0, high=1.0, dtype="f32"):
        if dtype == "i32":
            array = self.random.integers(low, high, shape).astype(numpy.int32)
        else:
            array = self.random.uniform(low, high, shape).astype(numpy.float32)
        self.inputs[name] = array
        self.types[name] = (tuple(shape), dtype)
        return name

    def type(self, name):
        return self.spell(*self.types[name])

    @staticmethod
    def spell(shape, dtype="f32"):
        return "tensor<" + "".join(f"{size}x" for size in shape) + dtype + ">"

    def op(self, text, shape, operands=(), dtype="f32", tail=""):
        """`%n = tenon.TEXT : (operand types) -> type TAIL`."""
        name = f"v{len(self.lines)}"
        types = ", ".join(self.type(operand) for operand in operands)
        signature = f"({types}) -> " if operands else ""
        self.lines.append(f"%{name} = tenon.{text} : {signature}{self.spell(shape, dtype)}{tail}")
        self.types[name] = (tuple(shape), dtype)
        return name

    def same(self, text, like):
        """An op of which operands and result have one type."""
        return self.op(text, *self.types[like][:1], dtype=self.types[like][1])

    def splat(self, number, shape=()):
        return self.op(f"constant dense<{number}>", shape)

    def add(self, a, b):
        return self.same(f"add %{a}, %{b}", a)

    def multiply(self, a, b):
        return self.same(f"multiply %{a}, %{b}", a)

    def scale(self, a, number):
        return self.multiply(a, self.splat(number, self.types[a][0]))

    def relu(self, a):
        return self.same(f"maximum %{a}, %{self.splat('0.0', self.types[a][0])}", a)

    def spread(self, a, shape, dims):
        return self.op(f"broadcast_in_dim %{a} dims = {list(dims)}", shape, [a],
                       self.types[a][1])

    def reshape(self, a, shape):
        return self.op(f"reshape %{a}", shape, [a])

    def transpose(self, a, dims):
        shape = [self.types[a][0][dim] for dim in dims]
        return self.op(f"transpose %{a} dims = {list(dims)}", shape, [a])

    def sum(self, a, dims):
        zero = self.splat("0.0")
        shape = [size for dim, size in enumerate(self.types[a][0]) if dim not in dims]
        return self.op(f"reduce %{a} init %{zero} dims = {list(dims)}", shape, [a, zero],
                       tail=" with add")

    def dense(self, x, weight, bias):
        """[n, k] times [m, k] transposed, plus [m]."""
        rows, outputs = self.types[x][0][0], self.types[weight][0][0]
        product = self.op(f"dot_general %{x}, %{weight} contract = [1] x [1]",
                          (rows, outputs), [x, weight])
        return self.add(product, self.spread(bias, (rows, outputs), [1]))

    def convolution(self, x, weight, stride=1, groups=1):
        """NCHW with OIHW, padded so that stride 1 keeps the size."""
        n, _, h, w = self.types[x][0]
        o, _, k, _ = self.types[weight][0]
        pad, shape = k // 2, (n, o, -(-h // stride), -(-w // stride))
        attributes = f" strides = [{stride}, {stride}]" if stride > 1 else ""
        attributes += f" padding_low = [{pad}, {pad}] padding_high = [{pad}, {pad}]" if pad else ""
        attributes += f" feature_groups = {groups}" if groups > 1 else ""
        return self.op(f"convolution %{x}, %{weight} dims = [b, f, 0, 1] x [o, i, 0, 1] -> "
                       f"[b, f, 0, 1]{attributes}", shape, [x, weight])

    def pool(self, x, kind):
        n, c, h, w = self.types[x][0]
        start = self.splat("0xFF800000" if kind == "maximum" else "0.0")
        return self.op(f"reduce_window %{x} init %{start} window = [1, 1, 2, 2] "
                       "strides = [1, 1, 2, 2]", (n, c, h // 2, w // 2), [x, start],
                       tail=f" with {kind}")

    def cross_entropy(self, logits, labels):
        """The mean over rows, picked by gather."""
        rows, classes = self.types[logits][0]
        log = self.same(f"log_softmax %{logits} axis = 1", logits)
        picked = self.op(
            f"gather %{log} at %{labels} collapsed_slice_dims = [1] batching_dims = [0] x [0] "
            "start_index_map = [1] index_vector_dim = 1 slice_sizes = [1, 1]", (rows,),
            [log, labels])
        return self.scale(self.sum(picked, [0]), f"{-1.0 / rows:.9e}")

    def finish(self, loss):
        wrt = [name for name in self.inputs if name.startswith("p_")]
        types = ", ".join(self.type(name) for name in wrt)
        arguments = ", ".join(f'%{name}: {self.type(name)} {{tenon.name = "{name}"}}'
                              for name in self.inputs)
        values = ", ".join(f"%{name}" for name in wrt)
        results = ", ".join([f"%{loss}"] + [f"%g#{i}" for i in range(len(wrt))])
        body = "\n".join("  " + line for line in self.lines)
        text = (f"tenon.entry @step({arguments}) -> ({self.type(loss)}, {types}) {{\n{body}\n"
                f"  %g:{len(wrt)} = tenon.gradient %{loss} wrt ({values}) : {self.type(loss)}, "
                f"({types}) -> ({types})\n"
                f"  tenon.return {results} : {self.type(loss)}, {types}\n}}\n")
        return text, self.inputs


def digits(seed=1, batch=8):
    """Two convolutions, pooling and a dense layer."""
    g = Graph(seed)
    x = g.input("x", (batch, 1, 8, 8), 0.0)
    y = g.input("y", (batch, 1), 0, 10, "i32")
    for name, shape in (("p_w1", (16, 1, 3, 3)), ("p_b1", (16,)), ("p_w2", (32, 16, 3, 3)),
                        ("p_b2", (32,)), ("p_w3", (10, 512)), ("p_b3", (10,))):
        g.input(name, shape, -0.2, 0.2)
    for weight, bias in (("p_w1", "p_b1"), ("p_w2", "p_b2")):
        x = g.convolution(x, weight)
        x = g.relu(g.add(x, g.spread(bias, g.types[x][0], [1])))
    x = g.reshape(g.pool(x, "maximum"), (batch, 512))
    return g.finish(g.cross_entropy(g.dense(x, "p_w3", "p_b3"), y))


def residual(seed=2, batch=4):
    """Strides, groups, batch normalization, a shortcut and average pooling."""
    g = Graph(seed)
    x = g.input("x", (batch, 8, 9, 9))
    y = g.input("y", (batch, 1), 0, 6, "i32")
    for name, shape in (("p_w1", (16, 8, 3, 3)), ("p_s1", (16,)), ("p_o1", (16,)),
                        ("p_w2", (16, 4, 3, 3)), ("p_ws", (16, 8, 1, 1)),
                        ("p_wd", (6, 64)), ("p_bd", (6,))):
        g.input(name, shape, -0.4, 0.4)
    h = g.convolution(x, "p_w1", stride=2)
    types = [g.type(h), g.type("p_s1"), g.type("p_s1")]
    g.lines.append(f"%n:3 = tenon.batch_norm_training %{h}, %p_s1, %p_o1 feature = 1 "
                   f"epsilon = 1.0e-3 : ({', '.join(types)}) -> ({', '.join(types)})")
    g.types["n#0"] = g.types[h]
    h = g.convolution(g.relu("n#0"), "p_w2", groups=4)
    h = g.add(h, g.convolution(x, "p_ws", stride=2))
    h = g.reshape(g.scale(g.pool(h, "add"), 0.25), (batch, 64))
    return g.finish(g.cross_entropy(g.dense(h, "p_wd", "p_bd"), y))


def block(seed=3, batch=2, length=8, width=16, heads=2):
    """An embedding and a transformer block with causal attention."""
    g = Graph(seed)
    ids = g.input("ids", (batch, length), 0, 12, "i32")
    y = g.input("y", (batch * length, 1), 0, 12, "i32")
    rows, shape = batch * length, (batch, length, width)
    for name, size in (("p_table", (12, width)), ("p_s1", (width,)), ("p_b1", (width,)),
                       ("p_qkv", (3 * width, width)), ("p_bqkv", (3 * width,)),
                       ("p_fc", (32, width)), ("p_bfc", (32,)), ("p_out", (width, 32)),
                       ("p_bout", (width,)), ("p_s2", (width,))):
        g.input(name, size, -0.5, 0.5)
    x = g.op(f"gather %p_table at %{ids} offset_dims = [2] collapsed_slice_dims = [0] "
             f"start_index_map = [0] index_vector_dim = 2 slice_sizes = [1, {width}]", shape,
             ["p_table", ids])
    n = g.op(f"layer_norm %{x} scale %p_s1 bias %p_b1 axis = 2 epsilon = 1.0e-5", shape,
             [x, "p_s1", "p_b1"])
    qkv = g.dense(g.reshape(n, (rows, width)), "p_qkv", "p_bqkv")
    size, parts = width // heads, []
    for part in range(3):
        name = g.op(f"slice %{qkv} [0:{rows}:1, {part * width}:{(part + 1) * width}:1]",
                    (rows, width), [qkv])
        parts.append(g.transpose(g.reshape(name, (batch, length, heads, size)), (0, 2, 1, 3)))
    a = g.op(f"attention %{parts[0]}, %{parts[1]}, %{parts[2]} scale = {size ** -0.5!r} causal",
             (batch, heads, length, size), parts)
    x = g.add(x, g.reshape(g.transpose(a, (0, 2, 1, 3)), shape))
    h = g.dense(g.reshape(x, (rows, width)), "p_fc", "p_bfc")
    h = g.dense(g.same(f"gelu tanh %{h}", h), "p_out", "p_bout")
    x = g.add(g.reshape(x, (rows, width)), h)
    n = g.op(f"rms_norm %{x} scale %p_s2 axis = 1 epsilon = 1.0e-5", (rows, width), [x, "p_s2"])
    logits = g.op(f"dot_general %{n}, %p_table contract = [1] x [1]", (rows, 12), [n, "p_table"])
    return g.finish(g.cross_entropy(logits, y))


STEPS = {"digits": digits, "residual": residual, "block": block}
