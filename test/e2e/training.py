"""Training in numpy, float64: the losses, optimizers and schedules of
docs/training.md, and a small network with its derivative."""

import math

import numpy


def losses_and_gradient(kind, output, target):
    """The mean loss and its derivative by the output."""
    if kind == "mse":
        difference = output - target
        return (difference ** 2).mean(), 2 * difference / output.size
    if kind == "bce_logits":
        sigmoid = 1 / (1 + numpy.exp(-output))
        loss = numpy.maximum(output, 0) - output * target \
            + numpy.log1p(numpy.exp(-numpy.abs(output)))
        return loss.mean(), (sigmoid - target) / output.size
    shifted = output - output.max(axis=-1, keepdims=True)
    logs = shifted - numpy.log(numpy.exp(shifted).sum(axis=-1, keepdims=True))
    chosen = numpy.eye(output.shape[-1])[target]
    return -(logs * chosen).sum(axis=-1).mean(), \
        (numpy.exp(logs) - chosen) / target.size


def rate(lr, steps, t):
    """The learning rate of step t, counted from 0."""
    if isinstance(lr, list):
        return lr[min(t, len(lr) - 1)]
    if not isinstance(lr, dict):
        return lr
    base, end, warm = lr["base"], lr.get("end", 0), lr.get("warmup", 0)
    if t < warm:
        return base * (t + 1) / warm
    if lr["schedule"] == "step":
        return base * lr.get("gamma", 0.1) ** ((t - warm) // lr["every"])
    if lr["schedule"] == "constant":
        return base
    x = min(1, (t - warm) / (lr.get("steps", steps) - warm))
    if lr["schedule"] == "linear":
        return base + (end - base) * x
    return end + (base - end) * (1 + math.cos(math.pi * x)) / 2


class Optimizer:
    """One step on a dictionary of parameters, in place."""

    def __init__(self, spec):
        self.kind = spec["kind"]
        self.spec = spec
        self.t = 0
        self.slots = {}

    def slot(self, name, kind, like, value=0.0):
        return self.slots.setdefault((name, kind), numpy.full_like(like, value))

    def step(self, parameters, gradients, lr):
        self.t += 1
        for name, p in parameters.items():
            getattr(self, self.kind)(name, p, gradients[name].copy(), lr)

    def get(self, key, otherwise):
        return self.spec.get(key, otherwise)

    def sgd(self, name, p, g, lr):
        g += self.get("weight_decay", 0) * p
        momentum = self.get("momentum", 0)
        v = self.slot(name, "v", p)
        v[...] = momentum * v + g
        p -= lr * (g + momentum * v if self.get("nesterov", False) else v)

    def adam(self, name, p, g, lr, decoupled=False):
        b1, b2 = self.get("betas", [0.9, 0.999])
        if not decoupled:
            g += self.get("weight_decay", 0) * p
        m, v = self.slot(name, "m", p), self.slot(name, "v", p)
        m[...] = b1 * m + (1 - b1) * g
        v[...] = b2 * v + (1 - b2) * g * g
        p -= lr * m / (1 - b1 ** self.t) \
            / (numpy.sqrt(v / (1 - b2 ** self.t)) + self.get("eps", 1e-8))

    def adamw(self, name, p, g, lr):
        p -= lr * self.get("weight_decay", 0.01) * p
        self.adam(name, p, g, lr, decoupled=True)

    def rmsprop(self, name, p, g, lr):
        alpha = self.get("alpha", 0.99)
        g += self.get("weight_decay", 0) * p
        s, b = self.slot(name, "s", p), self.slot(name, "b", p)
        s[...] = alpha * s + (1 - alpha) * g * g
        b[...] = self.get("momentum", 0) * b \
            + g / (numpy.sqrt(s) + self.get("eps", 1e-8))
        p -= lr * b

    def adagrad(self, name, p, g, lr):
        g += self.get("weight_decay", 0) * p
        s = self.slot(name, "s", p, self.get("initial_accumulator", 0))
        s += g * g
        p -= lr * g / (numpy.sqrt(s) + self.get("eps", 1e-10))


def forward_backward(p, x, loss, target):
    """tanh(x W1^T + b1) W2^T + b2 and its loss: the loss and all gradients."""
    h = numpy.tanh(x @ p["fc1.weight"].T + p["fc1.bias"])
    value, d = losses_and_gradient(loss, h @ p["fc2.weight"].T + p["fc2.bias"], target)
    dh = d @ p["fc2.weight"] * (1 - h * h)
    return value, {"fc2.weight": d.T @ h, "fc2.bias": d.sum(axis=0),
                   "fc1.weight": dh.T @ x, "fc1.bias": dh.sum(axis=0)}


def train(spec, parameters, batches, targets):
    """The loss of each step, and the parameters after the last one."""
    p = {name: value.astype(numpy.float64) for name, value in parameters.items()}
    optimizer = Optimizer(spec["optimizer"])
    losses = []
    for t, (x, target) in enumerate(zip(batches.astype(numpy.float64), targets)):
        loss, gradients = forward_backward(p, x, spec["loss"], target)
        if "clip_norm" in spec:
            norm = math.sqrt(sum((g * g).sum() for g in gradients.values()))
            scale = min(1, spec["clip_norm"] / (norm + 1e-6))
            gradients = {name: scale * g for name, g in gradients.items()}
        optimizer.step(p, gradients, rate(spec["lr"], spec.get("steps"), t))
        losses.append(loss)
    return numpy.array(losses), p
