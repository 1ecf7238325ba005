"""Artifacts for GPUs on the command line: without a driver, and with one that is
pretended (test/runtime/support/TestDriver.h), whose kernels do nothing."""

import ctypes
import os
import pathlib
import tempfile
import unittest
from unittest import mock

import numpy
import onnx

import cases_dense  # noqa: F401, fills CASES
import cli
from cases import CASES

DRIVER = cli.BUILD / "test" / "runtime" / "driver" / "libcuda.so.1"


def has_driver():
    try:
        ctypes.CDLL("libcuda.so.1")
    except OSError:
        return False
    return True


@unittest.skipIf(cli.MISSING, cli.MISSING)
class GpuDriver(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        holder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(holder.cleanup)
        cls.folder = pathlib.Path(holder.name)
        cls.case = CASES["classifier"]()
        onnx.save(cls.case.model, cls.folder / "m.onnx")
        cls.artifacts = {}
        for cpu in ("sm_80", "sm_90"):
            cls.artifacts[cpu] = cls.folder / f"{cpu}.tenon"
            cli.must("compile", cls.folder / "m.onnx", "-o", cls.artifacts[cpu],
                     "--target=cuda", f"--target-cpu={cpu}", *cls.case.flags)
        cls.inputs = []
        for name, array in cls.case.inputs.items():
            numpy.save(cls.folder / f"{name}.npy", array)
            cls.inputs += ["--input", f"{name}={cls.folder / name}.npy"]

    def pretending(self, words=""):
        """The environment in which there is the test driver."""
        if not DRIVER.exists():
            self.skipTest(f"{DRIVER.name} of the tests is not built")
        return mock.patch.dict(os.environ, LD_LIBRARY_PATH=str(DRIVER.parent),
                               TENON_TEST_DRIVER=words)

    def run_artifact(self, cpu):
        return cli.tenon("run", self.artifacts[cpu], *self.inputs,
                         "--output-dir", self.folder / "out")

    def assert_refused(self, outcome, *parts):
        self.assertEqual(outcome.code, 1, outcome)
        self.assertEqual(len(outcome.err.strip().splitlines()), 1, outcome)
        for part in parts:
            self.assertIn(part, outcome.err)

    @unittest.skipIf(has_driver(), "this machine has NVIDIA's driver")
    def test_without_a_driver(self):
        for command in (("run", "--output-dir", self.folder / "out"), ("bench",)):
            outcome = cli.tenon(command[0], self.artifacts["sm_80"], *self.inputs, *command[1:])
            self.assert_refused(outcome, "[T1014]", "the NVIDIA driver's library cannot be opened",
                                "libcuda.so.1")

    def test_without_a_gpu(self):
        with self.pretending("devices=0"):
            self.assert_refused(self.run_artifact("sm_80"), "[T1014]",
                                "the NVIDIA driver has no GPU")
        with self.pretending("fail=cuInit:2"):
            self.assert_refused(self.run_artifact("sm_80"), "[T1014]",
                                "the NVIDIA driver does not start: CUDA_ERROR_OUT_OF_MEMORY")

    def test_a_gpu_that_is_too_old(self):
        with self.pretending("capability=80"):
            self.assert_refused(self.run_artifact("sm_90"), "[T1016]",
                                "the GPU has compute capability 8.0")
        with self.pretending("capability=75"):
            self.assert_refused(self.run_artifact("sm_80"), "[T1016]")

    def test_too_little_memory(self):
        with self.pretending("memory=100"):
            self.assert_refused(self.run_artifact("sm_80"), "[T1012]",
                                "the GPU cannot allocate memory")

    def test_kernels_are_found_in_cubins_and_ptx(self):
        # An sm_90 takes the PTX that stands beside an sm_80's cubin.
        for capability, cpu in ((80, "sm_80"), (86, "sm_80"), (90, "sm_80"), (90, "sm_90"),
                                (120, "sm_90")):
            with self.subTest(capability=capability, cpu=cpu), \
                    self.pretending(f"capability={capability}"):
                outcome = self.run_artifact(cpu)
                self.assertEqual(outcome.code, 0, outcome)

    @unittest.skipIf(has_driver(), "this machine has NVIDIA's driver")
    def test_inspecting_needs_no_driver(self):
        outcome = cli.must("inspect", self.artifacts["sm_80"])
        self.assertIn("sm_80", outcome.out)


if __name__ == "__main__":
    unittest.main()
