#!/usr/bin/env python3
"""Times PyTorch on a GPU on the shapes of the GPU check's full-sized cases.

    gpu_peers.py [--only PART]... [--seconds 0.5] [--no-compile] [--tf32]

The cases are ResNet-18 on one image, six layers of MiniLM's encoder on a sequence
of 128, and the products of test/gpu/make_cases.py; weights are random and seeded.
f32 is f32: TF32 is off unless --tf32 asks for it. Each case runs

    eager     as written, under inference_mode
    graph     the same, captured as a CUDA graph and replayed
    compiled  by torch.compile(mode="reduce-overhead"), which uses CUDA graphs too

and each of these is timed in two ways, of which the least and the median are
printed in ms:

    run     inputs from ordinary host memory to the GPU, the model, outputs back to
            host memory, by the host's clock: what a run of Tenon is as well
    device  the model alone, inputs and outputs on the GPU, between two events

Every way's result is compared with the eager one's in f64 first. Needs torch and
torchvision, and nothing of this project: it runs on the machine with the GPU.
"""

import argparse
import statistics
import sys
import time

import torch
import torchvision
from torch import nn
from torch.nn import functional

PRODUCTS = [(1024, 1024, 1024, torch.float32), (128, 1536, 384, torch.float32),
            (1, 1000, 512, torch.float32), (512, 512, 512, torch.float16),
            (512, 512, 512, torch.bfloat16)]


class Layer(nn.Module):
    """One layer of BERT, normalized after each half."""

    def __init__(self, hidden, heads):
        super().__init__()
        self.heads = heads
        self.query, self.key, self.value, self.dense = (
            nn.Linear(hidden, hidden) for _ in range(4))
        self.up, self.down = nn.Linear(hidden, 4 * hidden), nn.Linear(4 * hidden, hidden)
        self.first, self.second = (nn.LayerNorm(hidden, eps=1e-12) for _ in range(2))

    def forward(self, x, mask):
        batch, seq, hidden = x.shape

        def split(y):
            return y.view(batch, seq, self.heads, hidden // self.heads).transpose(1, 2)

        y = functional.scaled_dot_product_attention(
            split(self.query(x)), split(self.key(x)), split(self.value(x)), attn_mask=mask)
        x = self.first(x + self.dense(y.transpose(1, 2).reshape(batch, seq, hidden)))
        return self.second(x + self.down(functional.gelu(self.up(x))))


class Encoder(nn.Module):
    """all-MiniLM-L6-v2 with a smaller vocabulary: embeddings, layers, mean over the
    tokens that the mask keeps, length one."""

    def __init__(self, layers=6, hidden=384, heads=12, vocabulary=2000):
        super().__init__()
        self.word = nn.Embedding(vocabulary, hidden)
        self.position, self.kind = nn.Embedding(512, hidden), nn.Embedding(2, hidden)
        self.norm = nn.LayerNorm(hidden, eps=1e-12)
        self.layers = nn.ModuleList(Layer(hidden, heads) for _ in range(layers))

    def forward(self, ids, mask):
        places = torch.arange(ids.shape[1], device=ids.device)
        x = self.norm(self.word(ids) + self.position(places) + self.kind.weight[0])
        kept = mask.to(x.dtype)
        bias = ((1 - kept) * torch.finfo(torch.float32).min)[:, None, None, :]
        for layer in self.layers:
            x = layer(x, bias)
        mean = (x * kept[:, :, None]).sum(1) / kept.sum(1, keepdim=True)
        return functional.normalize(mean)


class Product(nn.Module):
    """f16 and bf16 operands have a result of their own type: torch has no other."""

    def forward(self, x, w):
        return x @ w


def make_cases():
    """Name, module and inputs in host memory."""
    torch.manual_seed(11)
    resnet = torchvision.models.resnet18(weights=None)
    yield "resnet18", resnet, [torch.randn(1, 3, 224, 224)]
    yield "encoder_6_layers", Encoder(), [torch.randint(0, 2000, (1, 128)),
                                          torch.ones(1, 128, dtype=torch.int64)]
    for rows, columns, depth, dtype in PRODUCTS:
        name = f"product_{str(dtype).removeprefix('torch.')}_{rows}x{columns}x{depth}"
        yield name, Product(), [torch.rand(rows, depth).mul(2).sub(1).to(dtype),
                                torch.rand(depth, columns).mul(2).sub(1).to(dtype)]


class Graph:
    """A module captured with tensors of its own."""

    def __init__(self, module, inputs):
        self.inputs = [x.clone() for x in inputs]
        stream = torch.cuda.Stream()
        stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(stream):
            for _ in range(3):
                module(*self.inputs)
        torch.cuda.current_stream().wait_stream(stream)
        self.graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(self.graph):
            self.output = module(*self.inputs)

    def __call__(self, *inputs):
        for to, source in zip(self.inputs, inputs):
            if to is not source:
                to.copy_(source)
        self.graph.replay()
        return self.output


def time_of(once, seconds):
    """Least and median of what `once` gives, in ms."""
    for _ in range(5):
        once()
    times, end = [], time.perf_counter() + seconds
    while len(times) < 20 or (time.perf_counter() < end and len(times) < 2000):
        times.append(once())
    return min(times), statistics.median(times)


def time_run(model, host, seconds):
    results = []

    def once():
        begin = time.perf_counter()
        results[:] = [model(*host).cpu()]
        return (time.perf_counter() - begin) * 1e3

    return time_of(once, seconds)


def time_device(model, inputs, seconds):
    begin, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))

    def once():
        torch.cuda.synchronize()
        begin.record()
        model(*inputs)
        end.record()
        end.synchronize()
        return begin.elapsed_time(end)

    return time_of(once, seconds)


def on_device(model):
    """The model on inputs in host memory."""
    return lambda *host: model(*(x.to("cuda") for x in host))


def run_case(name, module, host, options):
    module = module.eval().to("cuda")
    inputs = [x.to("cuda") for x in host]
    wide = [x.double() if x.is_floating_point() else x for x in inputs]
    expected = module.double()(*wide)
    module = module.float()
    ways = {"eager": lambda: module, "graph": lambda: Graph(module, inputs)}
    if options.compile:
        ways["compiled"] = lambda: torch.compile(module, mode="reduce-overhead")
    for way, make in ways.items():
        begin = time.perf_counter()
        model = make()
        for _ in range(3):
            result = model(*inputs)
        torch.cuda.synchronize()
        first = time.perf_counter() - begin
        difference = ((result.double() - expected).abs().max() / expected.abs().max()).item()
        # A captured graph takes host memory into its own tensors.
        run = time_run(model if way == "graph" else on_device(model), host, options.seconds)
        own = model.inputs if way == "graph" else inputs
        device = time_device(model, own, options.seconds)
        print(f"{name:32} {way:9} run min {run[0]:.3f} median {run[1]:.3f}   "
              f"device min {device[0]:.3f} median {device[1]:.3f}   "
              f"difference {difference:.1e}, ready after {first:.1f} s", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", action="append", default=[],
                        help="only cases with this in their name")
    parser.add_argument("--seconds", type=float, default=0.5,
                        help="how long each way of a case is timed, twice")
    parser.add_argument("--no-compile", dest="compile", action="store_false",
                        help="leave torch.compile out")
    parser.add_argument("--tf32", action="store_true",
                        help="let f32 products and convolutions be cut to TF32")
    options = parser.parse_args()
    if not torch.cuda.is_available():
        print("gpu_peers: torch finds no GPU", file=sys.stderr)
        return 1
    torch.backends.cuda.matmul.allow_tf32 = options.tf32
    torch.backends.cudnn.allow_tf32 = options.tf32
    torch.backends.cudnn.benchmark = True
    print(f"{torch.cuda.get_device_name()}, torch {torch.__version__}, CUDA "
          f"{torch.version.cuda}, TF32 {'on' if options.tf32 else 'off'}")
    with torch.inference_mode():
        for name, module, host in make_cases():
            if not options.only or any(part in name for part in options.only):
                run_case(name, module, host, options)
    return 0


if __name__ == "__main__":
    sys.exit(main())
