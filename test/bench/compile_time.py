#!/usr/bin/env python3
"""Compiles ever larger graphs and shows where the time and the memory go.

    compile_time.py [--build DIR] [--ops 3000,6000,12000,25000,50000]
                    [--plot FILE.svg] [--json FILE]

The graph is a deep residual MLP, unrolled: blocks of two dense layers with a
shortcut around them, six ONNX nodes each and weights of their own. Each size is
compiled once in a process of its own with --trace; printed are the seconds of
every phase and of the passes that take longest, the growth of the whole per
doubling of the ops, and the peak of resident memory beside the bytes of the
weights. The exit code is 1 where a doubling costs more than 2.6 times the time.
"""

import argparse
import collections
import json
import math
import pathlib
import resource
import subprocess
import sys
import tempfile

import numpy
import onnx
from onnx import TensorProto, helper, numpy_helper

ROOT = pathlib.Path(__file__).resolve().parents[2]
WIDTH = 16
NODES_PER_BLOCK = 6
MOST_GROWTH = 2.6


def residual_mlp(ops, width=WIDTH, batch=4, seed=0):
    """An ONNX model of at least `ops` nodes."""
    random = numpy.random.default_rng(seed)
    nodes, weights = [], []

    def weight(name, *shape):
        scale = 0.3 / math.sqrt(shape[0])
        weights.append(numpy_helper.from_array(
            (random.standard_normal(shape) * scale).astype(numpy.float32), name))
        return name

    x = "x"
    for i in range(-(-ops // NODES_PER_BLOCK)):
        names = {key: f"{key}{i}" for key in ("h", "hb", "r", "o", "ob", "y")}
        for op, operands, result in (
                ("MatMul", [x, weight(f"w{i}", width, width)], "h"),
                ("Add", [names["h"], weight(f"b{i}", width)], "hb"),
                ("Relu", [names["hb"]], "r"),
                ("MatMul", [names["r"], weight(f"v{i}", width, width)], "o"),
                ("Add", [names["o"], weight(f"c{i}", width)], "ob"),
                ("Add", [x, names["ob"]], "y")):
            nodes.append(helper.make_node(op, operands, [names[result]], name=names[result]))
        x = names["y"]
    graph = helper.make_graph(
        nodes, "residual_mlp",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [batch, width])],
        [helper.make_tensor_value_info(x, TensorProto.FLOAT, [batch, width])], weights)
    return helper.make_model(graph, ir_version=8, opset_imports=[helper.make_opsetid("", 17)])


def compile_once(tenon, model, folder, flags=()):
    """Seconds by phase and by pass, and the process's peak of memory in bytes."""
    path, trace = folder / "m.onnx", folder / "trace.json"
    onnx.save(model, path)
    done = subprocess.run(
        [sys.executable, __file__, "--child", tenon, "compile", path, "-o", folder / "m.tenon",
         "--trace", trace, "--json", *flags], check=False, capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"tenon failed:\n{done.stderr}")
    peak = int(done.stderr.split()[-1])
    passes = collections.Counter()
    for event in json.loads(trace.read_text())["traceEvents"]:
        if event.get("ph") == "X" and event["cat"] != "phase":
            passes[event["name"]] += event["dur"] / 1e6
    return json.loads(done.stdout), passes, peak


def child(command):
    """Runs a command and prints the peak of its resident memory in bytes."""
    code = subprocess.run(command, check=False).returncode
    print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024, file=sys.stderr)
    return code


def growth(before, after):
    """The factor per doubling of the ops between two measured (ops, seconds)."""
    doublings = math.log2(after[0] / before[0])
    return (after[1] / before[1]) ** (1 / doublings)


def plot(rows, path):
    """Time over ops on logarithmic axes, with a line for linear growth."""
    width, height, margin = 640, 400, 60
    ops = [row["ops"] for row in rows]
    seconds = [row["seconds"] for row in rows]
    left, right = math.log10(min(ops)), math.log10(max(ops))
    low, high = math.floor(math.log10(min(seconds))), math.ceil(math.log10(max(seconds)))

    def at(count, value):
        return (margin + (math.log10(count) - left) / (right - left) * (width - 2 * margin),
                height - margin - (math.log10(value) - low) / (high - low) * (height - 2 * margin))

    def line(points, style):
        return (f'<polyline fill="none" {style} points="'
                + " ".join(f"{x:.1f},{y:.1f}" for x, y in points) + '"/>')

    def text(x, y, words, anchor="middle"):
        return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{words}</text>'

    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
             'font-family="sans-serif" font-size="12">',
             f'<rect width="{width}" height="{height}" fill="white"/>']
    for power in range(low, high + 1):
        start, end = at(min(ops), 10 ** power), at(max(ops), 10 ** power)
        parts += [line([start, end], 'stroke="#ddd"'),
                  text(margin - 8, start[1] + 4, f"{10.0 ** power:g} s", "end")]
    for count in ops:
        parts.append(text(at(count, 1)[0], height - margin + 20, f"{count:,}"))
    slope = [at(count, seconds[0] * count / ops[0]) for count in ops]
    parts += [line(slope, 'stroke="#888" stroke-dasharray="4 4"'),
              text(*slope[-1], "linear", "end")]
    names = [name for name in rows[0]["phases"] if any(row["phases"][name] > 0.01 * row["seconds"]
                                                       for row in rows)]
    colours = ["#1b6ca8", "#b5482a", "#3d8b3d", "#8a5aa8", "#a8891b", "#2a9d9d", "#555555"]
    for name, colour in zip(names, colours):
        points = [at(row["ops"], max(row["phases"][name], 10.0 ** low)) for row in rows]
        parts += [line(points, f'stroke="{colour}"'),
                  f'<g fill="{colour}">' + text(points[-1][0] + 4, points[-1][1] + 4, name, "start")
                  + "</g>"]
    points = list(map(at, ops, seconds))
    parts += [line(points, 'stroke="black" stroke-width="2.5"'),
              text(points[-1][0] + 4, points[-1][1] + 4, "all", "start"),
              text(width / 2, height - 16, "ONNX nodes"), "</svg>\n"]
    path.write_text("\n".join(parts))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build" / "default")
    parser.add_argument("--ops", default="3000,6000,12000,25000,50000")
    parser.add_argument("--plot", type=pathlib.Path)
    parser.add_argument("--json", type=pathlib.Path)
    args = parser.parse_args()
    tenon, rows, worst = args.build / "bin" / "tenon", [], 0
    for count in map(int, args.ops.split(",")):
        with tempfile.TemporaryDirectory() as folder:
            summary, passes, peak = compile_once(tenon, residual_mlp(count), pathlib.Path(folder))
        row = {"ops": count, "seconds": summary["seconds"], "phases": summary["phase_seconds"],
               "passes": dict(passes.most_common(12)), "peak": peak,
               "weights": summary["weights_size"]}
        line = f"{count} ops: {row['seconds']:.2f} s, peak {peak / 2**20:.0f} MiB, " \
               f"weights {row['weights'] / 2**20:.1f} MiB"
        if rows:
            factor = growth((rows[-1]["ops"], rows[-1]["seconds"]), (count, row["seconds"]))
            worst = max(worst, factor)
            line += f", {factor:.2f} x per doubling"
        print(line)
        print("  " + ", ".join(f"{name} {value:.2f}" for name, value in row["phases"].items()))
        print("  " + ", ".join(f"{name} {value:.2f}" for name, value in row["passes"].items()),
              flush=True)
        rows.append(row)
    if args.plot:
        plot(rows, args.plot)
    if args.json:
        args.json.write_text(json.dumps(rows, indent=1) + "\n")
    return worst > MOST_GROWTH


if __name__ == "__main__":
    sys.exit(child(sys.argv[2:]) if sys.argv[1:2] == ["--child"] else main())
