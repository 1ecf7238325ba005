"""Our onnx.proto has ONNX's published field numbers, types and enum values."""

import pathlib
import subprocess
import tempfile
import unittest

try:
    import onnx
    from google.protobuf import descriptor_pb2
except ImportError:
    onnx = None

ROOT = pathlib.Path(__file__).resolve().parents[3]
PROTO = "compiler/import/onnx/onnx.proto"


def ours():
    """The descriptor of our file, by way of protoc."""
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder, "onnx.desc")
        subprocess.run(["protoc", f"--proto_path={ROOT}", f"--descriptor_set_out={out}",
                        ROOT / PROTO], check=True)
        files = descriptor_pb2.FileDescriptorSet.FromString(out.read_bytes())
    return files.file[0]


def theirs():
    file = descriptor_pb2.FileDescriptorProto()
    onnx.onnx_ml_pb2.DESCRIPTOR.CopyToProto(file)
    return file


def fields(message):
    """{name: (number, type, label, last part of the type's name)}."""
    return {f.name: (f.number, f.type, f.label, f.type_name.rsplit(".", 1)[-1])
            for f in message.field}


def flatten(messages, prefix=""):
    """{dotted name: descriptor} of messages and those nested in them."""
    found = {}
    for message in messages:
        name = prefix + message.name
        found[name] = message
        found.update(flatten(message.nested_type, name + "."))
    return found


@unittest.skipIf(onnx is None, "the onnx package is not installed")
class OnnxProtoTest(unittest.TestCase):
    def test_messages_agree(self):
        mine, published = flatten(ours().message_type), flatten(theirs().message_type)
        self.assertGreater(len(mine), 15)
        for name, message in mine.items():
            self.assertIn(name, published)
            expected = fields(published[name])
            for field, what in fields(message).items():
                with self.subTest(message=name, field=field):
                    self.assertEqual(what, expected.get(field))

    def test_enums_agree(self):
        mine, published = flatten(ours().message_type), flatten(theirs().message_type)
        for name, message in mine.items():
            enums = {e.name: e for e in published[name].enum_type}
            for enum in message.enum_type:
                expected = {v.name: v.number for v in enums[enum.name].value}
                for value in enum.value:
                    with self.subTest(enum=f"{name}.{enum.name}", value=value.name):
                        self.assertEqual(value.number, expected.get(value.name))


if __name__ == "__main__":
    unittest.main()
