"""Programs as JAX prints them, compiled, against what XLA:CPU made of them."""

import json
import pathlib
import tempfile
import unittest

import numpy

import cli

INPUTS = pathlib.Path(__file__).resolve().parent / "inputs"


def load(record):
    if record["type"].startswith("complex"):
        part = {"complex64": "float32", "complex128": "float64"}[record["type"]]
        pairs = numpy.array(record["values"], part)
        return pairs.view(record["type"]).reshape(record["shape"])
    return numpy.array(record["values"], record["type"]).reshape(record["shape"])


def read(name):
    return json.loads((INPUTS / f"{name}.json").read_text())


def run(program, folder, arrays, *flags):
    """Runs an artifact or a model on inputs in the signature's order."""
    folder.mkdir(parents=True, exist_ok=True)
    arguments = []
    for number, array in enumerate(arrays):
        path = folder / f"in{number}.npy"
        numpy.save(path, array)
        arguments += ["--input", path]
    out = folder / "out"
    cli.must("run", program, *arguments, "--output-dir", out, *flags)
    return [numpy.load(out / f"output_{i}.npy") for i in range(len(list(out.glob("output_*.npy"))))]


@unittest.skipIf(cli.MISSING, cli.MISSING)
class JaxPrograms(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def compile(self, name):
        artifact = self.folder / f"{name}.tenon"
        cli.must("compile", INPUTS / f"{name}.mlir", "-o", artifact)
        return artifact

    def check_step(self, name):
        record = read(name)
        artifact = self.compile(name)
        arrays = [load(r) for r in record["inputs"]]
        count = record["state"]
        losses = []
        for _ in record["losses"]:
            outputs = run(artifact, self.folder / "run", arrays)
            losses.append(float(outputs[count]))
            arrays = outputs[:count] + arrays[count:]
        numpy.testing.assert_allclose(losses, record["losses"], rtol=1e-4)
        for mine, theirs in zip(arrays, record["final"]):
            numpy.testing.assert_allclose(mine, load(theirs), rtol=2e-3, atol=2e-5)

    def test_momentum_step(self):
        self.check_step("jax_step_momentum")

    def test_adam_step(self):
        self.check_step("jax_step_adam")

    def test_donated_state_is_written_in_place(self):
        plan = cli.must("compile", INPUTS / "jax_step_adam.mlir", "--compile-to=plan",
                        "-o", "-").out
        state = read("jax_step_adam")["state"]
        self.assertEqual(plan.count(" tied "), state)
        # The new values are computed where they belong, not copied there.
        self.assertNotIn("plan.launch @relayout", plan)

    def check(self, name, rtol=2e-5, atol=2e-6):
        record = read(name)
        arrays = [load(r) for r in record["inputs"]]
        for program, flags in ((INPUTS / f"{name}.mlir", ["--reference"]),
                               (self.compile(name), [])):
            outputs = run(program, self.folder / "run", arrays, *flags)
            self.assertEqual(len(outputs), len(record["outputs"]))
            for mine, theirs in zip(outputs, map(load, record["outputs"])):
                self.assertEqual((mine.dtype, mine.shape), (theirs.dtype, theirs.shape))
                numpy.testing.assert_allclose(mine, theirs, rtol=rtol, atol=atol)

    def test_scan(self):
        self.check("jax_rnn")

    def test_while_with_a_branch(self):
        self.check("jax_search")

    def test_sort_and_top_k(self):
        self.check("jax_ranks")

    def test_scatter(self):
        self.check("jax_counts")

    def test_random_bits(self):
        self.check("jax_bits")

    def test_complex_numbers(self):
        self.check("jax_spectrum")

    def test_special_functions(self):
        self.check("jax_special")

    def check_double(self, name):
        self.check(name, rtol=1e-13, atol=1e-14)

    def test_functions_of_f64(self):
        self.check_double("jax_f64_functions")

    def test_attention_in_f64(self):
        self.check_double("jax_f64_attention")

    def test_gradient_in_f64(self):
        self.check_double("jax_f64_gradient")

    def test_functions_of_complex_f64(self):
        self.check_double("jax_f64_complex")


if __name__ == "__main__":
    unittest.main()
