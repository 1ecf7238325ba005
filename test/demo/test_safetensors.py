"""The safetensors reader on files made here, good and broken."""

import json
import pathlib
import struct
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "tools" / "demo"))

from safetensors_file import SafetensorsError, read_safetensors


def file_bytes(header, body=b""):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + body


def tensor(dtype, shape, begin, end):
    return {"t": {"dtype": dtype, "shape": shape, "data_offsets": [begin, end]}}


class Safetensors(unittest.TestCase):
    def read(self, data):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "t.safetensors"
            path.write_bytes(data)
            return read_safetensors(path)

    def test_values_and_shape(self):
        body = struct.pack("<6f", *range(6))
        header = {"__metadata__": {"format": "pt"}, **tensor("F32", [2, 3], 0, 24)}
        read = self.read(file_bytes(header, body))
        self.assertEqual(list(read), ["t"])
        self.assertEqual(read["t"].tolist(), [[0, 1, 2], [3, 4, 5]])

    def test_broken_files_are_refused(self):
        body = bytes(24)
        cases = {
            "too few for a header": b"abc",
            "the header claims": struct.pack("<Q", 1 << 40) + body,
            "is not JSON": file_bytes(b"{nope"),
            "has type F8": file_bytes(tensor("F8", [6], 0, 24), body),
            "does not fit its place 0..25": file_bytes(tensor("F32", [6], 0, 25), body),
            "does not fit its place 4..28": file_bytes(tensor("F32", [6], 4, 28), body),
            "does not fit its place -4..20": file_bytes(tensor("F32", [6], -4, 20), body),
        }
        for reason, data in cases.items():
            with self.subTest(reason=reason):
                with self.assertRaisesRegex(SafetensorsError, reason):
                    self.read(data)


if __name__ == "__main__":
    unittest.main()
