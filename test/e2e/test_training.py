"""`tenon compile --train` and `tenon train` against numpy: every optimizer with
every loss, schedules, clipping; state, checkpoints, threads."""

import json
import os
import pathlib
import signal
import subprocess
import tempfile
import time
import unittest

import numpy
import onnx
from onnx import TensorProto, helper, numpy_helper

import cli
import training

STEPS, BATCH, IN, HIDDEN, OUT = 8, 6, 5, 7, 3

OPTIMIZERS = {
    "sgd": {"kind": "sgd"},
    "momentum": {"kind": "sgd", "momentum": 0.9, "nesterov": True,
                 "weight_decay": 0.01},
    "adam": {"kind": "adam", "betas": [0.8, 0.95], "eps": 1e-5, "weight_decay": 0.02},
    "adamw": {"kind": "adamw", "eps": 1e-5},
    "rmsprop": {"kind": "rmsprop", "alpha": 0.9, "eps": 1e-4, "momentum": 0.5},
    "adagrad": {"kind": "adagrad", "initial_accumulator": 0.1},
}
RATES = [
    0.02,
    [0.03, 0.02, 0.01],
    {"schedule": "cosine", "base": 0.05, "warmup": 3, "end": 0.001},
    {"schedule": "linear", "base": 0.05, "steps": 6},
    {"schedule": "step", "base": 0.05, "every": 2, "gamma": 0.5},
    {"schedule": "constant", "base": 0.04, "warmup": 4},
]


def weights():
    random = numpy.random.default_rng(3)
    shapes = {"fc1.weight": (HIDDEN, IN), "fc1.bias": (HIDDEN,),
              "fc2.weight": (OUT, HIDDEN), "fc2.bias": (OUT,)}
    return {name: random.normal(0, 0.5, shape).astype(numpy.float32)
            for name, shape in shapes.items()}


def model(batch=BATCH):
    nodes = [
        helper.make_node("Gemm", ["x", "fc1.weight", "fc1.bias"], ["a"], transB=1),
        helper.make_node("Tanh", ["a"], ["h"]),
        helper.make_node("Gemm", ["h", "fc2.weight", "fc2.bias"], ["y"], transB=1),
    ]
    graph = helper.make_graph(
        nodes, "mlp",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [batch, IN])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [batch, OUT])],
        [numpy_helper.from_array(v, n) for n, v in weights().items()])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)],
                             ir_version=8)


def data(loss, steps=STEPS):
    random = numpy.random.default_rng(4)
    x = random.normal(0, 1, (steps, BATCH, IN)).astype(numpy.float32)
    if loss == "cross_entropy":
        return x, random.integers(0, OUT, (steps, BATCH))
    target = random.uniform(0, 1, (steps, BATCH, OUT)).astype(numpy.float32)
    return x, (target > 0.5).astype(numpy.float32) if loss == "bce_logits" else target


class TrainingCase(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = pathlib.Path(holder.name)
        self.artifact = self.folder / "m.tenon"

    def compile(self, spec, graph=None):
        onnx.save(graph or model(), self.folder / "m.onnx")
        (self.folder / "spec.json").write_text(json.dumps(spec))
        return cli.tenon("compile", self.folder / "m.onnx", "-o", self.artifact,
                         f"--train={self.folder / 'spec.json'}")

    def must_compile(self, spec, graph=None):
        outcome = self.compile(spec, graph)
        self.assertEqual(outcome.code, 0, outcome)

    def run_batches(self, x, target, *flags, name="run"):
        """Losses, and the parameters afterwards."""
        folder = self.folder / name
        (folder / "batches").mkdir(parents=True)
        numpy.save(folder / "batches" / "x.npy", x)
        numpy.save(folder / "batches" / "target.npy", target)
        cli.must("train", self.artifact, f"--batches={folder / 'batches'}",
                 f"--losses={folder / 'losses.npy'}",
                 f"--save-parameters={folder / 'final'}", "--quiet", *flags)
        return numpy.load(folder / "losses.npy"), {
            file.stem: numpy.load(file) for file in (folder / "final").glob("*.npy")}


@unittest.skipIf(cli.MISSING, cli.MISSING)
class AgainstNumpy(TrainingCase):
    def check(self, spec):
        self.must_compile(spec)
        x, target = data(spec["loss"])
        losses, parameters = self.run_batches(x, target)
        expected, final = training.train(spec, weights(), x, target)
        numpy.testing.assert_allclose(losses, expected, rtol=2e-5)
        self.assertEqual(set(parameters), set(final))
        for name, value in final.items():
            moved = numpy.abs(value - weights()[name]).max()
            numpy.testing.assert_allclose(parameters[name], value, rtol=0,
                                          atol=2e-4 * moved, err_msg=name)


def add(loss, optimizer, number):
    def test(self):
        spec = {"loss": loss, "optimizer": OPTIMIZERS[optimizer],
                "lr": RATES[number % len(RATES)]}
        # A list of three rates cannot be planned for more steps.
        if not isinstance(spec["lr"], list):
            spec["steps"] = STEPS
        if number % 2:
            spec["clip_norm"] = 0.1
        self.check(spec)

    setattr(AgainstNumpy, f"test_{loss}_{optimizer}", test)


for loss_number, loss_kind in enumerate(("cross_entropy", "mse", "bce_logits")):
    for optimizer_number, optimizer_kind in enumerate(OPTIMIZERS):
        add(loss_kind, optimizer_kind, loss_number + optimizer_number)


@unittest.skipIf(cli.MISSING, cli.MISSING)
class State(TrainingCase):
    SPEC = {"loss": "cross_entropy", "optimizer": {"kind": "adam"}, "lr": 0.01}

    def save_data(self, examples=40):
        random = numpy.random.default_rng(5)
        path = self.folder / "data.npz"
        x = random.normal(0, 1, (examples, IN)).astype(numpy.float32)
        # Smaller integers than the target's: they are converted.
        numpy.savez(path, x=x, target=(numpy.abs(x[:, 0] * 2).astype(numpy.int32) % OUT))
        return path

    def test_the_same_bits_with_any_number_of_threads(self):
        self.must_compile(self.SPEC)
        x, target = data("cross_entropy")
        results = [self.run_batches(x, target, f"--threads={n}", name=f"run{n}")
                   for n in (1, 2, 3, 7)]
        for losses, parameters in results[1:]:
            numpy.testing.assert_array_equal(losses, results[0][0])
            for name, value in results[0][1].items():
                numpy.testing.assert_array_equal(parameters[name], value, name)

    def test_a_killed_run_resumes_to_the_same_bits(self):
        self.must_compile(self.SPEC)
        path = self.save_data()
        flags = [f"--data={path}", "--steps=6000", "--seed=7", "--checkpoint-every=50",
                 "--keep=1", "--quiet"]
        whole, cut = self.folder / "whole", self.folder / "cut"
        cli.must("train", self.artifact, f"--checkpoint={whole}", *flags)
        process = subprocess.Popen(
            [cli.TENON, "train", self.artifact, f"--checkpoint={cut}", *flags])
        while not list(cut.glob("step-*.safetensors")):
            self.assertIsNone(process.poll(), "it ended before it could be killed")
            time.sleep(0.001)
        process.send_signal(signal.SIGKILL)
        self.assertEqual(process.wait(), -signal.SIGKILL)
        outcome = cli.must("train", self.artifact, f"--checkpoint={cut}", "--resume",
                           "--json", *flags[:-1])
        self.assertGreater(json.loads(outcome.out)["first_step"], 0)
        name = "step-00006000.safetensors"
        self.assertEqual((cut / name).read_bytes(), (whole / name).read_bytes())
        self.assertEqual(os.listdir(cut), [name])

    def test_another_run_does_not_resume(self):
        self.must_compile(self.SPEC)
        path = self.save_data()
        kept = self.folder / "kept"
        cli.must("train", self.artifact, f"--data={path}", f"--checkpoint={kept}",
                 "--seed=1", "--quiet")
        outcome = cli.tenon("train", self.artifact, f"--data={path}",
                            f"--checkpoint={kept}", "--seed=2", "--resume")
        self.assertEqual(outcome.code, 1, outcome)
        self.assertIn("[T1051]", outcome.err)
        self.assertIn("tenon.seed = 1, this run has 2", outcome.err)

    def test_a_checkpoint_predicts_and_evaluates(self):
        self.must_compile(self.SPEC)
        path = self.save_data()
        kept = self.folder / "kept"
        outcome = cli.must(
            "train", self.artifact, f"--data={path}", f"--validation={path}",
            f"--checkpoint={kept}", "--epochs=3", "--json",
            f"--save-parameters={self.folder / 'final'}")
        figures = json.loads(outcome.out)
        p = {f.stem: numpy.load(f).astype(numpy.float64)
             for f in (self.folder / "final").glob("*.npy")}
        with numpy.load(path) as arrays:
            x, target = arrays["x"], arrays["target"]
        # All 40 examples count, though a batch has 6.
        h = numpy.tanh(x @ p["fc1.weight"].T + p["fc1.bias"])
        output = h @ p["fc2.weight"].T + p["fc2.bias"]
        loss, _ = training.losses_and_gradient("cross_entropy", output, target)
        last = figures["epochs"][-1]
        self.assertAlmostEqual(last["validation_loss"], loss, places=5)
        self.assertAlmostEqual(last["validation_accuracy"],
                               (output.argmax(axis=1) == target).mean(), places=6)
        flags = ["--entry=predict", "--checkpoint", figures["checkpoint"]]
        got, = cli.run(self.artifact, self.folder / "p", {"x": x[:BATCH]}, *flags)
        numpy.testing.assert_allclose(got, output[:BATCH], rtol=1e-4, atol=1e-5)

    def test_event_files_hold_the_curves(self):
        self.must_compile(self.SPEC)
        logs = self.folder / "logs"
        cli.must("train", self.artifact, f"--data={self.save_data()}", "--steps=5",
                 f"--log-dir={logs}", "--quiet")
        file, = logs.glob("events.out.tfevents.*")
        content = file.read_bytes()
        records = 0
        while content:
            length = int.from_bytes(content[:8], "little")
            content = content[8 + 4 + length + 4:]
            records += 1
        # The version, five losses, one epoch.
        self.assertEqual(records, 7)

    def test_batch_norms_statistics_are_state(self):
        random = numpy.random.default_rng(6)
        ones, zeros = numpy.ones(IN, numpy.float32), numpy.zeros(IN, numpy.float32)
        graph = helper.make_graph(
            [helper.make_node("BatchNormalization", ["x", "scale", "shift", "mean", "var"],
                              ["y", "m", "v"], training_mode=1, momentum=0.75)],
            "norm", [helper.make_tensor_value_info("x", TensorProto.FLOAT, [BATCH, IN])],
            [helper.make_tensor_value_info("y", TensorProto.FLOAT, [BATCH, IN])],
            [numpy_helper.from_array(v, n) for n, v in
             (("scale", ones), ("shift", zeros), ("mean", zeros), ("var", ones))])
        self.must_compile(
            {"loss": "mse", "optimizer": {"kind": "sgd"}, "lr": 0.0},
            helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)],
                              ir_version=8))
        x = random.normal(2, 3, (4, BATCH, IN)).astype(numpy.float32)
        losses, state = self.run_batches(x, numpy.zeros_like(x))
        mean, var = zeros.astype(float), ones.astype(float)
        for step, batch in enumerate(x.astype(float)):
            mean = 0.75 * mean + 0.25 * batch.mean(axis=0)
            var = 0.75 * var + 0.25 * batch.var(axis=0)
            y = (batch - batch.mean(axis=0)) / numpy.sqrt(batch.var(axis=0) + 1e-5)
            self.assertAlmostEqual(losses[step], (y ** 2).mean(), places=4)
        numpy.testing.assert_allclose(state["mean"], mean, rtol=1e-5)
        numpy.testing.assert_allclose(state["var"], var, rtol=1e-5)


@unittest.skipIf(cli.MISSING, cli.MISSING)
class WrongUse(TrainingCase):
    def test_all_errors_of_a_spec_at_once(self):
        outcome = self.compile({
            "parameters": ["fc1.weight", "nobody", "fc1.weight", 3], "loss": "mse",
            "output": "z", "optimizer": {"kind": "adam", "momentum": 1, "eps": -1},
            "lr": {"schedule": "cosine"}, "clip_norm": "big", "colour": "red"})
        self.assertEqual(outcome.code, 1, outcome)
        self.assertIn("[T0121]", outcome.err.splitlines()[0])
        for line in ("colour: unknown key", "clip_norm: expected a number",
                     "lr.base: is missing", "lr.steps: is missing",
                     "optimizer.momentum: unknown key",
                     "optimizer.eps: must be 0 or more, got -1",
                     "parameters[2]: 'fc1.weight' was named before",
                     "parameters[3]: expected a name, got 3",
                     "no initializer 'nobody'", "the model has no output 'z'; it has y"):
            self.assertIn(line, outcome.err)

    def test_what_is_not_supported(self):
        outcome = self.compile({"loss": "hinge", "optimizer": {"kind": "lion"}, "lr": 1})
        self.assertEqual(outcome.code, 3, outcome)
        self.assertIn("[T0122]", outcome.err)
        self.assertIn("no loss 'hinge'", outcome.err)
        self.assertIn("no optimizer 'lion'", outcome.err)

    def test_a_target_among_the_inputs_must_fit(self):
        outcome = self.compile({"loss": "mse", "target": "x",
                                "optimizer": {"kind": "sgd"}, "lr": 1})
        self.assertEqual(outcome.code, 1, outcome)
        self.assertIn("target: input 'x' is tensor<6x5xf32>", outcome.err)

    def test_not_json_and_no_file(self):
        onnx.save(model(), self.folder / "m.onnx")
        (self.folder / "spec.json").write_text("{")
        spec = self.folder / "spec.json"
        outcome = cli.tenon("compile", self.folder / "m.onnx", f"--train={spec}")
        self.assertIn("is not JSON [T0121]", outcome.err)
        outcome = cli.tenon("compile", self.folder / "m.onnx", "--train=none.json")
        self.assertIn("[T0120]", outcome.err)

    def test_data_that_do_not_fit(self):
        self.must_compile(State.SPEC)
        for arrays, message in (
                ({"x": numpy.zeros((9, IN), "f4")}, "there is no 'target', only x"),
                ({"x": numpy.zeros((9, IN + 1), "f4"), "target": numpy.zeros(9, "i8")},
                 "'x' is f32 [9, 6], the model takes f32 [6, 5] per batch"),
                ({"x": numpy.zeros((9, IN), "f4"), "target": numpy.zeros(9, "f4")},
                 "'target' holds f32, which does not become i64"),
                ({"x": numpy.zeros((9, IN), "f4"), "target": numpy.zeros(8, "i8")},
                 "'target' has 8 examples, 'x' has 9"),
                ({"x": numpy.zeros((3, IN), "f4"), "target": numpy.zeros(3, "i8")},
                 "3 examples, fewer than a batch of 6")):
            path = self.folder / "data.npz"
            numpy.savez(path, **arrays)
            outcome = cli.tenon("train", self.artifact, f"--data={path}")
            self.assertEqual(outcome.code, 1, outcome)
            self.assertIn(message, outcome.err)
            self.assertIn("[T1050]", outcome.err)

    def test_flags_that_do_not_go_together(self):
        self.must_compile(State.SPEC)
        for flags in ([], ["--data=a.npz", "--batches=b"], ["--data=a.npz", "--resume"],
                      ["--batches=b", "--checkpoint=c"]):
            outcome = cli.tenon("train", self.artifact, *flags)
            self.assertEqual(outcome.code, 2, outcome)

    def test_an_artifact_that_does_not_learn(self):
        onnx.save(model(), self.folder / "m.onnx")
        cli.must("compile", self.folder / "m.onnx", "-o", self.artifact)
        outcome = cli.tenon("train", self.artifact, "--data=a.npz")
        self.assertEqual(outcome.code, 1, outcome)
        self.assertIn("[T1052]", outcome.err)


if __name__ == "__main__":
    unittest.main()
