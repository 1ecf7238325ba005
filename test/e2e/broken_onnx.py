"""Broken and hostile ONNX files: what is wrong with each, and what the
compiler must answer.

BROKEN maps a name to (exit code, words of the reason, function). The function
gets an empty folder and returns the model's path, and flags where it needs any.
"""

import os
import struct

import onnx
from onnx import TensorProto, helper, parser

FAILED, USAGE, UNSUPPORTED = 1, 2, 3

BROKEN = {}


def broken(code, words):
    def add(function):
        BROKEN[function.__name__] = (code, words, function)
        return function
    return add


def model(graph, opset=14):
    return parser.parse_model(
        f'<ir_version: 8, opset_import: ["" : {opset}]>\ng {graph}')


def dense(weight=None):
    made = model("(float[2,4] x) => (float[2,3] y) { y = MatMul(x, w) }")
    tensor = weight or helper.make_tensor("w", TensorProto.FLOAT, [4, 3], [1.0] * 12)
    made.graph.initializer.append(tensor)
    return made


def write(folder, content):
    path = folder / "m.onnx"
    path.write_bytes(content if isinstance(content, bytes) else content.SerializeToString())
    return path


def raw_weight(dims, payload, dtype=TensorProto.FLOAT):
    tensor = TensorProto(name="w", data_type=dtype, dims=dims)
    tensor.raw_data = payload
    return tensor


def external_weight(**entries):
    tensor = TensorProto(name="w", data_type=TensorProto.FLOAT, dims=[4, 3])
    tensor.data_location = TensorProto.EXTERNAL
    for key, value in entries.items():
        tensor.external_data.add(key=key, value=str(value))
    return tensor


# Files that are no models.

@broken(FAILED, "no.onnx")
def missing_file(folder):
    return folder / "no.onnx"


@broken(FAILED, "")
def empty_file(folder):
    return write(folder, b"")


@broken(FAILED, "")
def a_folder(folder):
    (folder / "m.onnx").mkdir()
    return folder / "m.onnx"


@broken(FAILED, "")
def text(folder):
    return write(folder, b"this is not a model\n" * 20)


@broken(FAILED, "")
def zeros(folder):
    return write(folder, bytes(4096))


@broken(FAILED, "")
def unknown_ending(folder):
    path = write(folder, dense()).rename(folder / "m.xyz")
    return path


@broken(FAILED, "")
def truncated(folder):
    content = dense().SerializeToString()
    return write(folder, content[:len(content) * 2 // 3])


@broken(FAILED, "")
def a_length_beyond_the_end(folder):
    # Field 7 (the graph) claims two gigabytes.
    return write(folder, b"\x08\x08\x3a\xff\xff\xff\xff\x07" + bytes(16))


@broken(FAILED, "")
def subgraphs_nested_a_thousand_deep(folder):
    body = b""
    for _ in range(1000):
        # graph > node > attribute > g
        attribute = b"\x0a\x01b\x32" + varint(len(body)) + body + b"\xa0\x01\x05"
        node = b"\x22\x02If\x2a" + varint(len(attribute)) + attribute
        body = b"\x0a" + varint(len(node)) + node
    return write(folder, b"\x08\x08\x42\x02\x10\x0e\x3a" + varint(len(body)) + body)


def varint(number):
    out = b""
    while number > 127:
        out += bytes([number & 127 | 128])
        number >>= 7
    return out + bytes([number])


# Models whose header is wrong.

@broken(FAILED, "graph")
def no_graph(folder):
    made = dense()
    made.ClearField("graph")
    return write(folder, made)


@broken(FAILED, "operator set")
def no_opset(folder):
    made = dense()
    del made.opset_import[:]
    return write(folder, made)


@broken(UNSUPPORTED, "operator set")
def an_opset_of_the_future(folder):
    made = dense()
    made.opset_import[0].version = 9000
    return write(folder, made)


# Graphs that do not hang together.

@broken(FAILED, "missing")
def an_undefined_value(folder):
    return write(folder, model(
        "(float[2] x) => (float[2] y) { y = Add(x, missing) }"))


@broken(FAILED, "")
def a_cycle(folder):
    return write(folder, model(
        "(float[2] x) => (float[2] y) { a = Add(x, b) b = Relu(a) y = Relu(b) }"))


@broken(FAILED, "a")
def a_value_defined_twice(folder):
    return write(folder, model(
        "(float[2] x) => (float[2] y) { a = Relu(x) a = Exp(x) y = Relu(a) }"))


@broken(FAILED, "y")
def an_output_that_nothing_makes(folder):
    return write(folder, model("(float[2] x) => (float[2] y) { a = Relu(x) }"))


@broken(FAILED, "Add")
def too_few_operands(folder):
    return write(folder, model("(float[2] x) => (float[2] y) { y = Add(x) }"))


@broken(FAILED, "Relu")
def too_many_operands(folder):
    return write(folder, model("(float[2] x) => (float[2] y) { y = Relu(x, x, x) }"))


# Shapes and attributes that contradict each other.

@broken(FAILED, "MatMul")
def inner_sizes_differ(folder):
    return write(folder, model(
        "(float[2,4] x, float[5,3] z) => (float[2,3] y) { y = MatMul(x, z) }"))


@broken(FAILED, "Add")
def shapes_do_not_broadcast(folder):
    return write(folder, model(
        "(float[2,4] x, float[3] z) => (float[2,4] y) { y = Add(x, z) }"))


@broken(FAILED, "Add")
def element_types_differ(folder):
    return write(folder, model(
        "(float[4] x, int64[4] z) => (float[4] y) { y = Add(x, z) }"))


@broken(FAILED, "Reshape")
def a_reshape_to_another_size(folder):
    return write(folder, model("""(float[2,4] x) => (float[3,3] y) {
      s = Constant <value = int64[2] {3, 3}> () y = Reshape(x, s) }"""))


@broken(FAILED, "Reshape")
def a_reshape_with_two_unknowns(folder):
    return write(folder, model("""(float[2,4] x) => (float[2,4] y) {
      s = Constant <value = int64[2] {-1, -1}> () y = Reshape(x, s) }"""))


@broken(FAILED, "Transpose")
def a_permutation_that_is_none(folder):
    return write(folder, model(
        "(float[2,4] x) => (float[4,2] y) { y = Transpose <perm = [0,0]> (x) }"))


@broken(FAILED, "Concat")
def an_axis_out_of_range(folder):
    return write(folder, model(
        "(float[2] x) => (float[4] y) { y = Concat <axis = 7> (x, x) }"))


@broken(FAILED, "Concat")
def a_missing_attribute(folder):
    return write(folder, model("(float[2] x) => (float[4] y) { y = Concat(x, x) }"))


@broken(FAILED, "Softmax")
def an_attribute_of_another_type(folder):
    return write(folder, model(
        '(float[2] x) => (float[2] y) { y = Softmax <axis = "last"> (x) }'))


@broken(FAILED, "Conv")
def channels_differ(folder):
    return write(folder, model("""(float[1,3,8,8] x, float[4,5,3,3] w) =>
      (float[1,4,6,6] y) { y = Conv(x, w) }"""))


@broken(FAILED, "Conv")
def a_window_larger_than_the_image(folder):
    return write(folder, model("""(float[1,3,2,2] x, float[4,3,5,5] w) =>
      (float[1,4,1,1] y) { y = Conv(x, w) }"""))


@broken(FAILED, "Conv")
def a_stride_of_zero(folder):
    return write(folder, model("""(float[1,3,8,8] x, float[4,3,3,3] w) =>
      (float[1,4,6,6] y) { y = Conv <strides = [0,0]> (x, w) }"""))


@broken(FAILED, "y")
def a_declared_shape_that_is_wrong(folder):
    return write(folder, model("(float[2,4] x) => (float[9,9] y) { y = Relu(x) }"))


# Weights that lie about themselves.

@broken(FAILED, "w")
def a_weight_with_too_few_bytes(folder):
    return write(folder, dense(raw_weight([4, 3], bytes(20))))


@broken(FAILED, "w")
def a_weight_with_too_many_bytes(folder):
    return write(folder, dense(raw_weight([4, 3], bytes(52))))


@broken(FAILED, "w")
def a_weight_of_negative_size(folder):
    return write(folder, dense(raw_weight([-4, -3], bytes(48))))


@broken(FAILED, "w")
def a_weight_whose_size_overflows(folder):
    return write(folder, dense(raw_weight([1 << 62, 1 << 62], bytes(48))))


@broken(FAILED, "w")
def a_weight_of_unknown_type(folder):
    return write(folder, dense(raw_weight([4, 3], bytes(48), dtype=99)))


# Sizes that no machine has, from a few bytes.

RELU = "(float[2] x) => (float[2] y) { y = Relu(x) }"


def relu_of(size):
    made = model(RELU)
    made.graph.input[0].type.tensor_type.shape.dim[0].dim_value = size
    return made


@broken(FAILED, "negative dimension -3")
def an_input_of_negative_size(folder):
    return write(folder, relu_of(-3))


@broken(FAILED, "2^48")
def an_input_of_impossible_size(folder):
    return write(folder, relu_of(1 << 62))


@broken(FAILED, "2^48")
def a_constant_of_impossible_size(folder):
    return write(folder, model("""(float[1] x) => (float[N,M,K] y) {
      s = Constant <value = int64[3] {100000, 100000, 100000}> ()
      b = ConstantOfShape(s) y = Add(x, b) }"""))


@broken(FAILED, "Tile")
def a_tile_of_impossible_size(folder):
    return write(folder, model("""(float[8] x) => (float[N] y) {
      s = Constant <value = int64[1] {9223372036854775807}> () y = Tile(x, s) }"""))


@broken(FAILED, "Range")
def a_range_without_end(folder):
    return write(folder, model("""(float[1] x) => (int64[N] y) {
      a = Constant <value = int64 {0}> () b = Constant <value = int64 {9000000000000000000}> ()
      c = Constant <value = int64 {1}> () y = Range(a, b, c) }"""))


@broken(FAILED, "steps of 0")
def a_range_in_steps_of_zero(folder):
    return write(folder, model("""(float[1] x) => (int64[N] y) {
      a = Constant <value = int64 {0}> () b = Constant <value = int64 {9}> ()
      y = Range(a, b, a) }"""))


@broken(FAILED, "Pad")
def a_padding_that_overflows(folder):
    return write(folder, model("""(float[1,1] x) => (float[N,M] y) {
      p = Constant <value = int64[4] {4611686018427387904, 0, 4611686018427387904, 0}> ()
      y = Pad(x, p) }"""))


@broken(FAILED, "Pad")
def a_padding_that_removes_more_than_there_is(folder):
    return write(folder, model("""(float[2,2] x) => (float[N,M] y) {
      p = Constant <value = int64[4] {-5, 0, 0, 0}> () y = Pad(x, p) }"""))


# Names that say nothing, or two things.

@broken(FAILED, "'x'")
def an_input_that_is_there_twice(folder):
    return write(folder, model("(float[2] x, float[2] x) => (float[2] y) { y = Relu(x) }"))


@broken(FAILED, '"y"')
def an_output_that_is_there_twice(folder):
    return write(folder, model("(float[2] x) => (float[2] y, float[2] y) { y = Relu(x) }"))


@broken(FAILED, "no node makes it")
def an_output_without_a_name(folder):
    made = model(RELU)
    made.graph.output[0].name = ""
    return write(folder, made)


@broken(FAILED, "custom.F")
def a_function_that_calls_itself(folder):
    made = model(RELU)
    made.functions.append(helper.make_function(
        "custom", "F", ["a"], ["b"], [helper.make_node("F", ["a"], ["b"], domain="custom")],
        [helper.make_opsetid("", 14), helper.make_opsetid("custom", 1)]))
    made.opset_import.append(helper.make_opsetid("custom", 1))
    made.graph.node[0].op_type, made.graph.node[0].domain = "F", "custom"
    return write(folder, made)


# Weights in other files.

@broken(FAILED, "w.bin")
def external_file_missing(folder):
    return write(folder, dense(external_weight(location="w.bin")))


@broken(FAILED, "outside.bin")
def external_file_above_the_folder(folder):
    inner = folder / "inner"
    inner.mkdir()
    (folder / "outside.bin").write_bytes(bytes(48))
    return write(inner, dense(external_weight(location="../outside.bin")))


@broken(FAILED, "outside.bin")
def external_file_by_absolute_path(folder):
    (folder / "outside.bin").write_bytes(bytes(48))
    location = folder / "outside.bin"
    return write(folder, dense(external_weight(location=location)))


@broken(FAILED, "w.bin")
def external_file_through_a_link(folder):
    inner = folder / "inner"
    inner.mkdir()
    (folder / "outside.bin").write_bytes(bytes(48))
    os.symlink(folder / "outside.bin", inner / "w.bin")
    return write(inner, dense(external_weight(location="w.bin")))


@broken(FAILED, "w.bin")
def external_file_too_short(folder):
    (folder / "w.bin").write_bytes(bytes(47))
    return write(folder, dense(external_weight(location="w.bin")))


@broken(FAILED, "w")
def external_offset_beyond_the_end(folder):
    (folder / "w.bin").write_bytes(bytes(48))
    return write(folder, dense(external_weight(location="w.bin", offset=1 << 60)))


@broken(FAILED, "w")
def external_offset_that_overflows(folder):
    (folder / "w.bin").write_bytes(bytes(48))
    return write(folder, dense(external_weight(
        location="w.bin", offset=(1 << 64) - 16, length=48)))


@broken(FAILED, "w")
def external_length_that_is_wrong(folder):
    (folder / "w.bin").write_bytes(bytes(96))
    return write(folder, dense(external_weight(location="w.bin", length=44)))


@broken(FAILED, "w")
def external_offset_that_is_no_number(folder):
    (folder / "w.bin").write_bytes(bytes(48))
    return write(folder, dense(external_weight(location="w.bin", offset="abc")))


# Well formed, and not supported.

@broken(UNSUPPORTED, "Frobnicate")
def an_unknown_operator(folder):
    return write(folder, model("(float[2] x) => (float[2] y) { y = Frobnicate(x) }"))


@broken(UNSUPPORTED, "com.example")
def an_operator_of_another_domain(folder):
    made = parser.parse_model("""<ir_version: 8,
      opset_import: ["" : 14, "com.example" : 1]>
      g (float[2] x) => (float[2] y) { y = com.example.Mystery(x) }""")
    return write(folder, made)


@broken(UNSUPPORTED, "Reshape: strings")
def an_operator_that_does_not_take_strings(folder):
    return write(folder, model("""(string[2] x) => (string[2,1] y) {
      s = Constant <value = int64[2] {2, 1}> () y = Reshape(x, s) }"""))


@broken(USAGE, "seq")
def a_dimension_without_a_size(folder):
    # Without --compile-to it is left open until the inputs are seen.
    return write(folder, model("(float[2,seq] x) => (float[2,seq] y) { y = Relu(x) }")), \
        "--compile-to=plan"


@broken(USAGE, "nope")
def a_size_for_no_dimension(folder):
    return write(folder, dense()), "--dim", "nope=3"


def flipped(seed, count):
    """`count` copies of a model's bytes, each with one bit flipped."""
    content = dense().SerializeToString()
    for i in range(count):
        position = (seed + i * 7919) % (len(content) * 8)
        yield (content[:position // 8]
               + struct.pack("B", content[position // 8] ^ 1 << position % 8)
               + content[position // 8 + 1:])
