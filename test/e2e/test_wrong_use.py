"""Wrong flags, names, shapes and types at the command line."""

import pathlib
import tempfile
import unittest

import numpy
import onnx

import cli
from broken_onnx import model
from test_broken_onnx import assert_plain

# Flags that are wrong whatever the model: the words that the reason holds.
FLAGS = {
    "no_command": ([], ""),
    "unknown_command": (["frobnicate"], "frobnicate"),
    "compile_without_model": (["compile"], ""),
    "run_without_artifact": (["run"], ""),
    "unknown_flag": (["compile", "m.onnx", "--frobnicate"], "frobnicate"),
    "dim_without_size": (["compile", "m.onnx", "--dim", "seq"], "seq"),
    "dim_of_zero": (["compile", "m.onnx", "--dim", "seq=0"], "seq"),
    "dim_that_is_negative": (["compile", "m.onnx", "--dim", "seq=-4"], "seq"),
    "dim_that_is_no_number": (["compile", "m.onnx", "--dim", "seq=many"], "seq"),
    "dim_beyond_64_bits": (["compile", "m.onnx", "--dim", "seq=99999999999999999999"], "seq"),
    "unknown_phase": (["compile", "m.onnx", "--compile-to=nonsense"], "nonsense"),
    "unknown_target_cpu": (["compile", "m.onnx", "--target-cpu=z80"], "z80"),
    "threads_of_zero": (["run", "m.tenon", "--threads=0"], "threads"),
    "threads_that_are_no_number": (["run", "m.tenon", "--threads=two"], "threads"),
}


@unittest.skipIf(cli.MISSING, cli.MISSING)
class WrongUse(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        onnx.save(model("""(float[2,3] x, int64[2] k) => (float[2,3] y) {
          ax = Constant <value = int64[1] {1}> () u = Unsqueeze(k, ax)
          f = Cast <to = 1> (u) y = Add(x, f) }"""), cls.folder / "m.onnx")
        cls.artifact = cls.folder / "m.tenon"
        cli.must("compile", cls.folder / "m.onnx", "-o", cls.artifact)

    def run_with(self, *flags, x=None, k=None):
        x = numpy.ones((2, 3), numpy.float32) if x is None else x
        k = numpy.ones(2, numpy.int64) if k is None else k
        for name, value in (("x", x), ("k", k)):
            path = self.folder / f"{name}.npy"
            if isinstance(value, bytes):
                path.write_bytes(value)
            else:
                numpy.save(path, value)
        inputs = ["--input", f"x={self.folder / 'x.npy'}",
                  "--input", f"k={self.folder / 'k.npy'}"]
        if "--output-dir" not in flags:
            flags = (*flags, "--output-dir", self.folder / "out")
        return cli.tenon("run", self.artifact, *inputs, *flags)

    def refused(self, outcome, *words, code=1):
        for word in words or [""]:
            assert_plain(self, outcome, code, word)

    def test_right_use(self):
        outcome = self.run_with()
        self.assertEqual(outcome.code, 0, outcome)
        numpy.testing.assert_array_equal(
            numpy.load(self.folder / "out" / "output_0.npy"), numpy.full((2, 3), 2.0))

    def test_wrong_shape(self):
        self.refused(self.run_with(x=numpy.ones((2, 4), numpy.float32)), "x")

    def test_wrong_rank(self):
        self.refused(self.run_with(x=numpy.ones(6, numpy.float32)), "x")

    def test_wrong_element_type(self):
        self.refused(self.run_with(x=numpy.ones((2, 3), numpy.float64)), "x")
        self.refused(self.run_with(k=numpy.ones(2, numpy.int32)), "k")

    def test_inputs_that_are_no_arrays(self):
        self.refused(self.run_with(x=b""), "x.npy")
        self.refused(self.run_with(x=b"hello world" * 30), "x.npy")
        self.refused(self.run_with(x=b"\x93NUMPY\x01\x00\xff\xff{"), "x.npy")

    def test_an_array_that_is_cut_short(self):
        numpy.save(self.folder / "full.npy", numpy.ones((2, 3), numpy.float32))
        content = (self.folder / "full.npy").read_bytes()
        self.refused(self.run_with(x=content[:-4]), "x.npy")

    def test_an_array_of_python_objects(self):
        self.refused(self.run_with(x=numpy.array([[None] * 3] * 2, object)), "x.npy")

    def test_an_array_of_the_other_byte_order(self):
        self.refused(self.run_with(x=numpy.ones((2, 3), ">f4")), "x.npy")

    def test_a_transposed_array_is_read_right_or_refused(self):
        x = numpy.asfortranarray(numpy.arange(6, dtype=numpy.float32).reshape(2, 3))
        outcome = self.run_with(x=x)
        if outcome.code == 0:
            got = numpy.load(self.folder / "out" / "output_0.npy")
            numpy.testing.assert_array_equal(got, x + 1)
        else:
            self.refused(outcome, "x.npy")

    def test_a_missing_input_file(self):
        self.refused(cli.tenon("run", self.artifact, "--input", "x=no.npy",
                               "--input", "k=no.npy"), "no.npy")

    def test_an_input_left_out(self):
        self.run_with()
        self.refused(cli.tenon("run", self.artifact, "--input",
                               f"x={self.folder / 'x.npy'}"), "k")

    def test_an_unknown_input(self):
        outcome = self.run_with("--input", f"nope={self.folder / 'x.npy'}")
        self.refused(outcome, "nope")

    def test_an_input_given_twice(self):
        outcome = self.run_with("--input", f"x={self.folder / 'x.npy'}")
        self.refused(outcome, "x")

    def test_an_unknown_entry(self):
        self.refused(self.run_with("--entry=nope"), "nope")

    def test_an_unknown_variant(self):
        self.refused(self.run_with("--variant=nope"), "nope")

    def test_an_output_folder_that_is_a_file(self):
        (self.folder / "taken").write_text("here")
        self.refused(self.run_with("--output-dir", self.folder / "taken" / "in"), "taken")

    def test_an_artifact_that_cannot_be_written(self):
        outcome = cli.tenon("compile", self.folder / "m.onnx",
                            "-o", self.folder / "nowhere" / "m.tenon")
        self.refused(outcome, "nowhere")


def add(name, flags, words):
    def test(self):
        self.refused(cli.tenon(*flags, cwd=self.folder), words, code=2)
    setattr(WrongUse, f"test_{name}", test)


for name, (flags, words) in FLAGS.items():
    add(name, flags, words)


if __name__ == "__main__":
    unittest.main()
