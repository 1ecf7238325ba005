"""A small writer of ONNX graphs in the style of PyTorch's exporter.

Node and value names are paths of the module that made them
(/encoder/layer.0/attention/self/query/MatMul), constants are Constant nodes
beside their user, weights are initializers under their own names.
"""

import contextlib

import numpy
import onnx
from onnx import TensorProto, helper, numpy_helper


class OnnxGraph:
    """Collects nodes and weights; every method that adds a node returns the
    name of its (first) result."""

    def __init__(self, name):
        self.name = name
        self.nodes = []
        self.initializers = []
        self.inputs = []
        self.outputs = []
        self._scopes = []
        self._used = {}

    @contextlib.contextmanager
    def scope(self, *parts):
        """Prefixes the names of everything added inside."""
        self._scopes.extend(parts)
        yield self
        del self._scopes[len(self._scopes) - len(parts):]

    def input(self, name, dtype, shape):
        self.inputs.append(helper.make_tensor_value_info(name, dtype, shape))
        return name

    def output(self, name, value, dtype, shape):
        """Names `value`, the result of the node added last, as an output."""
        assert self.nodes[-1].output[0] == value
        self.nodes[-1].output[0] = name
        self.outputs.append(helper.make_tensor_value_info(name, dtype, shape))

    def weight(self, name, array):
        array = numpy.ascontiguousarray(array)
        self.initializers.append(numpy_helper.from_array(array, name))
        return name

    def constant(self, value, dtype=numpy.float32):
        tensor = numpy_helper.from_array(numpy.asarray(value, dtype))
        return self.op("Constant", value=tensor)

    def indices(self, *values):
        """A one-dimensional int64 constant."""
        return self.constant(list(values), numpy.int64)

    def op(self, kind, *inputs, **attributes):
        path = "/" + "/".join([*self._scopes, kind])
        count = self._used.get(path, 0)
        self._used[path] = count + 1
        if count:
            path += f"_{count}"
        result = path + "_output_0"
        self.nodes.append(
            helper.make_node(kind, inputs, [result], name=path, **attributes))
        return result

    def model(self, opset, doc=""):
        graph = helper.make_graph(
            self.nodes, self.name, self.inputs, self.outputs, self.initializers)
        # IR version 8 is what opsets up to 18 were published with; a newer
        # one only shuts out older readers.
        return helper.make_model(
            graph, opset_imports=[helper.make_opsetid("", opset)],
            ir_version=8, producer_name="tenon-demo", doc_string=doc)


INT64 = TensorProto.INT64
FLOAT = TensorProto.FLOAT


def save(model, path, external=False):
    """Checks the model and writes it, the weights inside it or, with
    `external`, in a file of their own beside it."""
    onnx.checker.check_model(model)
    if not external:
        onnx.save_model(model, str(path))
        return
    weights = path.with_suffix(".weights")
    # onnx appends to an existing file of weights.
    weights.unlink(missing_ok=True)
    onnx.save_model(
        model, str(path), save_as_external_data=True,
        all_tensors_to_one_file=True, location=weights.name,
        size_threshold=1024)
