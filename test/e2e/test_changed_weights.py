"""Text refers to its weights by file and hash: a changed file is an error."""

import hashlib
import pathlib
import tempfile
import unittest

import numpy
import onnx

import cases_dense  # noqa: F401, fills CASES
import cli
from cases import CASES
from test_broken_onnx import assert_plain

TEXT = """tenon.weight @w : tensor<4xf32>
  {{file = "w.bin", offset = 4 : i64, hash = "{hash}"}}
tenon.entry @predict(%x: tensor<4xf32> {{tenon.name = "x"}}) -> tensor<4xf32> {{
  %w = tenon.get_weight @w : tensor<4xf32>
  %y = tenon.add %x, %w : tensor<4xf32>
  tenon.return %y : tensor<4xf32>
}}
"""
WEIGHT = numpy.array([1, 2, 3, 4], numpy.float32)


@unittest.skipIf(cli.MISSING, cli.MISSING)
class ChangedWeights(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def compile(self, path, *flags):
        return cli.tenon("compile", path, "-o", self.folder / "out.tenon", *flags)

    def test_dumps_of_every_phase(self):
        case = CASES["classifier"]()
        path = self.folder / "m.onnx"
        onnx.save(case.model, path)
        dumps = {}
        for phase in ("input", "graph", "fused", "layout", "scheduled", "plan", "configured"):
            dumps[phase] = self.folder / f"{phase}.mlir"
            cli.must("compile", path, "-o", dumps[phase], f"--compile-to={phase}", *case.flags)
        # A weight's bytes change, the file stays as long as it was.
        content = path.read_bytes()
        raw = max((t.raw_data for t in case.model.graph.initializer), key=len)
        at = content.index(raw) + len(raw) // 2
        path.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1:])
        for phase, dump in dumps.items():
            with self.subTest(phase=phase):
                assert_plain(self, self.compile(dump, f"--compile-from={phase}"), 1, "[T0106]")
        outcome = cli.tenon("run", dumps["graph"], "--reference")
        assert_plain(self, outcome, 1, "[T0106]")

    def text(self, digest):
        (self.folder / "w.bin").write_bytes(bytes(4) + WEIGHT.tobytes())
        path = self.folder / "m.mlir"
        path.write_text(TEXT.format(hash=digest))
        return path

    def test_sha256(self):
        right = hashlib.sha256(WEIGHT.tobytes()).hexdigest()
        path = self.text(f"sha256:{right}")
        for flags in ([], ["--reference"]):
            got, = cli.run(path, self.folder / "run", {"x": WEIGHT}, *flags)
            numpy.testing.assert_array_equal(got, 2 * WEIGHT)
        wrong = hashlib.sha256(b"").hexdigest()
        path = self.text(f"sha256:{wrong}")
        assert_plain(self, self.compile(path), 1, "[T0106]")
        assert_plain(self, cli.tenon("check", path), 1, "[T0106]")

    def test_a_hash_of_another_kind(self):
        assert_plain(self, self.compile(self.text("md5:00")), 1, "[T0102]")

    def test_a_file_that_is_gone_or_short(self):
        path = self.text("xxh3:00")
        (self.folder / "w.bin").write_bytes(bytes(19))
        assert_plain(self, self.compile(path), 1, "[T0102]")
        (self.folder / "w.bin").unlink()
        assert_plain(self, self.compile(path), 1, "w.bin")

    def test_text_has_no_symbolic_dimensions(self):
        assert_plain(self, self.compile(self.text("xxh3:00"), "--dim", "seq=4"), 2, "seq")


if __name__ == "__main__":
    unittest.main()
