"""Element types that the graph carries in wider ones, and strings, against
ml_dtypes and plain Python."""

import pathlib
import tempfile
import unittest

import ml_dtypes
import numpy
import onnx
from onnx import TensorProto, helper, numpy_helper

import cli

INTEGERS = {"INT4": ml_dtypes.int4, "UINT4": ml_dtypes.uint4,
            "INT2": ml_dtypes.int2, "UINT2": ml_dtypes.uint2}
FLOATS = {"FLOAT4E2M1": ml_dtypes.float4_e2m1fn,
          "FLOAT8E4M3FNUZ": ml_dtypes.float8_e4m3fnuz,
          "FLOAT8E5M2FNUZ": ml_dtypes.float8_e5m2fnuz,
          "FLOAT8E8M0": ml_dtypes.float8_e8m0fnu}


def value(name, kind, shape):
    return helper.make_tensor_value_info(name, kind, shape)


@unittest.skipIf(cli.MISSING, cli.MISSING)
class Graphs(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def outputs(self, nodes, inputs, outputs, arrays, opset=25):
        """Runs the graph, compiled and by the interpreter, which must agree."""
        model = helper.make_model(
            helper.make_graph(nodes, "g", inputs, outputs),
            opset_imports=[helper.make_opsetid("", opset),
                           helper.make_opsetid("ai.onnx.ml", 4)], ir_version=11)
        path = self.folder / "m.onnx"
        onnx.save(model, path)
        cli.must("compile", path, "-o", self.folder / "m.tenon")
        got = cli.run(self.folder / "m.tenon", self.folder / "run", arrays)
        oracle = cli.run(path, self.folder / "oracle", arrays, "--reference")
        for a, b in zip(got, oracle):
            numpy.testing.assert_array_equal(a, b)
        return got


class ElementTypes(Graphs):
    def test_casts_round_as_the_type_says(self):
        random = numpy.random.default_rng(5)
        x = numpy.concatenate([
            random.standard_normal(500) * 2.0 ** random.integers(-12, 12, 500),
            numpy.ldexp(random.integers(-64, 64, 500), random.integers(-14, 4, 500)),
            [0.0, -0.0, numpy.inf, -numpy.inf, 240, 248, 250, -57344, 61440, 65536],
        ]).astype(numpy.float32)
        names = [n for n in FLOATS if n != "FLOAT8E8M0"]
        nodes = [helper.make_node("Cast", ["x"], [f"{n}{s}"], to=getattr(TensorProto, n),
                                  saturate=s) for n in names for s in (1, 0)]
        got = self.outputs(
            nodes, [value("x", TensorProto.FLOAT, x.shape)],
            [value(f"{n}{s}", getattr(TensorProto, n), x.shape) for n in names for s in (1, 0)],
            {"x": x})
        for i, name in enumerate(names):
            saturated = numpy_helper.saturate_cast(x, numpy.dtype(FLOATS[name]))
            for bits, expected in zip(got[2 * i:2 * i + 2], (saturated, x.astype(FLOATS[name]))):
                self.assertEqual(bits.dtype, numpy.uint8)
                numpy.testing.assert_array_equal(
                    bits.view(FLOATS[name]).astype(numpy.float32),
                    expected.astype(numpy.float32), name)

    def test_powers_of_two_round_as_asked(self):
        random = numpy.random.default_rng(6)
        x = (random.random(400) * 2.0 ** random.integers(-130, 127, 400)).astype(numpy.float32)
        modes = ("up", "down", "nearest")
        nodes = [helper.make_node("Cast", ["x"], [m], to=TensorProto.FLOAT8E8M0, round_mode=m)
                 for m in modes]
        got = self.outputs(nodes, [value("x", TensorProto.FLOAT, x.shape)],
                           [value(m, TensorProto.FLOAT8E8M0, x.shape) for m in modes], {"x": x})
        for bits, mode in zip(got, modes):
            expected = numpy_helper.to_float8e8m0(x, True, mode)
            numpy.testing.assert_array_equal(bits, expected.view(numpy.uint8), mode)

    def test_every_code_is_read(self):
        nodes, inputs, outputs, arrays, expected = [], [], [], {}, []
        for name, dtype in {**INTEGERS, **FLOATS}.items():
            bits = 8 if name.startswith("FLOAT8") else 4 if "4" in name else 2
            codes = numpy.arange(2 ** bits, dtype=numpy.uint8)
            numbers = codes.view(dtype) if bits == 8 or name in FLOATS else (
                codes.astype(numpy.int8) - (codes >= 2 ** (bits - 1)) * (name[0] == "I")
                * 2 ** bits).astype(dtype)
            nodes.append(helper.make_node("Cast", [f"{name}.in"], [name], to=TensorProto.FLOAT))
            inputs.append(value(f"{name}.in", getattr(TensorProto, name), codes.shape))
            outputs.append(value(name, TensorProto.FLOAT, codes.shape))
            arrays[f"{name}.in"] = numpy.asarray(numbers).view("V1")
            expected.append(numpy.asarray(numbers).astype(numpy.float32))
        for got, wanted in zip(self.outputs(nodes, inputs, outputs, arrays), expected):
            numpy.testing.assert_array_equal(got, wanted)

    def test_integers_wrap_and_quantization_saturates(self):
        x = numpy.arange(-300, 300, dtype=numpy.int32)
        scale = numpy.float32(0.75)
        nodes, outputs = [helper.make_node("Cast", ["x"], ["f"], to=TensorProto.FLOAT)], []
        constant = numpy_helper.from_array(scale, "scale")
        nodes.append(helper.make_node("Constant", [], ["scale"], value=constant))
        for name in INTEGERS:
            kind = getattr(TensorProto, name)
            nodes += [helper.make_node("Cast", ["x"], [f"{name}c"], to=kind),
                      helper.make_node("QuantizeLinear", ["f", "scale"], [f"{name}q"],
                                       output_dtype=kind)]
            outputs += [value(f"{name}c", kind, x.shape), value(f"{name}q", kind, x.shape)]
        got = self.outputs(nodes, [value("x", TensorProto.INT32, x.shape)], outputs, {"x": x})
        for i, (name, dtype) in enumerate(INTEGERS.items()):
            info = ml_dtypes.iinfo(dtype)
            size = 2 ** info.bits
            wrapped = (x - int(info.min)) % size + int(info.min)
            numpy.testing.assert_array_equal(got[2 * i], wrapped, name)
            rounded = numpy.rint(x.astype(numpy.float32) / scale)
            clipped = numpy.clip(rounded, int(info.min), int(info.max))
            numpy.testing.assert_array_equal(got[2 * i + 1], clipped, name)

    def test_weights_of_four_bits(self):
        random = numpy.random.default_rng(7)
        weights = random.integers(-8, 8, (6, 5)).astype(ml_dtypes.int4)
        x = random.standard_normal((3, 6)).astype(numpy.float32)
        nodes = [helper.make_node("DequantizeLinear", ["w", "s"], ["d"]),
                 helper.make_node("MatMul", ["x", "d"], ["y"])]
        nodes.insert(0, helper.make_node("Constant", [], ["w"],
                                         value=numpy_helper.from_array(weights, "w")))
        nodes.insert(0, helper.make_node(
            "Constant", [], ["s"], value=numpy_helper.from_array(numpy.float32(0.5), "s")))
        model = helper.make_model(
            helper.make_graph(nodes, "g", [value("x", TensorProto.FLOAT, x.shape)],
                              [value("y", TensorProto.FLOAT, (3, 5))]),
            opset_imports=[helper.make_opsetid("", 21)], ir_version=10)
        onnx.save(model, self.folder / "m.onnx")
        got, = cli.run(self.folder / "m.onnx", self.folder / "run", {"x": x})
        expected = x @ (weights.astype(numpy.float32) * 0.5)
        numpy.testing.assert_allclose(got, expected, rtol=1e-5, atol=1e-5)


class Strings(Graphs):
    def test_case_of_letters(self):
        letters = [chr(c) for c in range(1, 0x590) if chr(c) not in "\x00"]
        x = numpy.array(["".join(letters[i:i + 60]) for i in range(0, len(letters), 60)])

        def simple(text, change):
            return "".join(change(c) if len(change(c)) == 1 else c for c in text)
        nodes = [helper.make_node("StringNormalizer", ["x"], [a], case_change_action=a)
                 for a in ("UPPER", "LOWER")]
        got = self.outputs(nodes, [value("x", TensorProto.STRING, x.shape)],
                           [value(a, TensorProto.STRING, x.shape) for a in ("UPPER", "LOWER")],
                           {"x": x})
        for change, strings in zip((str.upper, str.lower), got):
            self.assertEqual(list(strings), [simple(t, change) for t in x])

    def test_stopwords_are_left_out(self):
        x = numpy.array(["Monday", "tuesday", "MONDAY", "", "friday", "monday!"])
        nodes = [helper.make_node("StringNormalizer", ["x"], ["any"], stopwords=["monday", "x"]),
                 helper.make_node("StringNormalizer", ["x"], ["exact"], is_case_sensitive=1,
                                  stopwords=["MONDAY"], case_change_action="UPPER")]
        got = self.outputs(nodes, [value("x", TensorProto.STRING, [6])],
                           [value("any", TensorProto.STRING, [4]),
                            value("exact", TensorProto.STRING, [5])], {"x": x})
        self.assertEqual(list(got[0]), ["tuesday", "", "friday", "monday!"])
        self.assertEqual(list(got[1]), ["MONDAY", "TUESDAY", "", "FRIDAY", "MONDAY!"])

    def test_joined_compared_and_encoded(self):
        x = numpy.array(["ab", "", "żółć", "z" * 64])
        z = numpy.array(["c", "d", "😀", "ab"]).reshape(4, 1)
        nodes = [helper.make_node("StringConcat", ["x", "z"], ["joined"]),
                 helper.make_node("Equal", ["x", "z"], ["same"]),
                 helper.make_node("LabelEncoder", ["x"], ["label"], domain="ai.onnx.ml",
                                  keys_strings=["", "żółć", "q"], values_floats=[1.5, 2.5, 3.5],
                                  default_float=-7.0)]
        got = self.outputs(nodes, [value("x", TensorProto.STRING, [4]),
                                   value("z", TensorProto.STRING, [4, 1])],
                           [value("joined", TensorProto.STRING, [4, 4]),
                            value("same", TensorProto.BOOL, [4, 4]),
                            value("label", TensorProto.FLOAT, [4])], {"x": x, "z": z})
        self.assertEqual(got[0].tolist(), [[a + b for a in x] for b in z[:, 0]])
        numpy.testing.assert_array_equal(got[1], x == z)
        numpy.testing.assert_array_equal(got[2], numpy.float32([-7, 1.5, 2.5, -7]))

    def test_what_is_too_long_is_refused(self):
        node = helper.make_node("StringConcat", ["x", "x"], ["y"])
        model = helper.make_model(
            helper.make_graph([node], "g", [value("x", TensorProto.STRING, [1])],
                              [value("y", TensorProto.STRING, [1])]),
            opset_imports=[helper.make_opsetid("", 20)], ir_version=9)
        onnx.save(model, self.folder / "m.onnx")
        numpy.save(self.folder / "x.npy", numpy.array(["a" * 65]))
        outcome = cli.tenon("run", self.folder / "m.onnx", "--input", self.folder / "x.npy",
                            "--output-dir", self.folder)
        self.assertEqual(outcome.code, 1, outcome)
        self.assertIn("string 0 is longer than 64 characters", outcome.err)


class Counts(Graphs):
    def test_ngrams_are_counted(self):
        random = numpy.random.default_rng(8)
        x = random.integers(0, 4, (3, 12)).astype(numpy.int64)
        single, pairs = [1, 3], [(0, 1), (2, 2), (3, 0)]
        columns = [4, 0, 1, 5, 2]
        weights = [0.5, 1.0, 2.0, 3.0, 4.0, 5.0]

        def counts(row, skip):
            found = [0] * 6
            for gram, column in zip([(s,) for s in single] + pairs, columns):
                for d in range(1, 2 + (skip if len(gram) > 1 else 0)):
                    found[column] += sum(
                        all(row[i + d * k] == g for k, g in enumerate(gram))
                        for i in range(len(row) - d * (len(gram) - 1)))
            return found
        nodes = [helper.make_node(
            "TfIdfVectorizer", ["x"], [mode], mode=mode, min_gram_length=1, max_gram_length=2,
            max_skip_count=3, ngram_counts=[0, 2], ngram_indexes=columns,
            pool_int64s=single + [i for p in pairs for i in p], weights=weights)
            for mode in ("TF", "IDF", "TFIDF")]
        got = self.outputs(nodes, [value("x", TensorProto.INT64, x.shape)],
                           [value(m, TensorProto.FLOAT, (3, 6)) for m in ("TF", "IDF", "TFIDF")],
                           {"x": x})
        expected = numpy.array([counts(row, 3) for row in x], numpy.float32)
        numpy.testing.assert_array_equal(got[0], expected)
        numpy.testing.assert_array_equal(got[1], (expected > 0) * numpy.float32(weights))
        numpy.testing.assert_array_equal(got[2], expected * numpy.float32(weights))


if __name__ == "__main__":
    unittest.main()
