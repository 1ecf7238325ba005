"""The cases of `onnx.backend.test` as models, inputs and expected outputs."""

import dataclasses
import os
import warnings

import numpy
import onnx
from onnx import TensorProto, numpy_helper

KINDS = ("node", "simple", "real", "pytorch-converted", "pytorch-operator")

# Types of which no case counts as one of the core.
SPECIAL = {
    TensorProto.STRING, TensorProto.COMPLEX64, TensorProto.COMPLEX128, TensorProto.BFLOAT16,
    TensorProto.FLOAT8E4M3FN, TensorProto.FLOAT8E4M3FNUZ, TensorProto.FLOAT8E5M2,
    TensorProto.FLOAT8E5M2FNUZ, TensorProto.FLOAT8E8M0, TensorProto.FLOAT4E2M1,
    TensorProto.INT4, TensorProto.UINT4, TensorProto.INT2, TensorProto.UINT2,
}


@dataclasses.dataclass
class Case:
    name: str
    kind: str
    model: onnx.ModelProto
    inputs: list
    outputs: list
    rtol: float
    atol: float

    @property
    def opset(self):
        return max((o.version for o in self.model.opset_import if o.domain in ("", "ai.onnx")),
                   default=0)

    @property
    def is_core(self):
        """No strings, sequences, optionals, complex, bfloat16, or numbers below
        eight bits or floats of eight bits among inputs and outputs."""
        values = [*self.model.graph.input, *self.model.graph.output]
        return all(v.type.WhichOneof("value") == "tensor_type"
                   and v.type.tensor_type.elem_type not in SPECIAL for v in values)

    @property
    def is_random(self):
        """Whether the expected values are draws, of which only shape and type
        can be compared."""
        random = {"Bernoulli", "RandomUniformLike", "RandomNormalLike", "Multinomial"}
        if any(n.op_type in random for n in self.model.graph.node):
            return True
        return self.name.startswith("test_training_dropout") and "zero_ratio" not in self.name


def _array(value):
    if isinstance(value, TensorProto):
        return numpy_helper.to_array(value)
    if value is None or isinstance(value, (list, tuple)):
        return value
    return numpy.asarray(value)


def _stored(directory, model):
    """The data sets that lie beside a model; sequences and optionals are left
    out, as are models that hold them."""
    sets = []
    for name in sorted(d for d in os.listdir(directory) if d.startswith("test_data_set_")):
        sides = []
        for side in ("input", "output"):
            arrays = []
            while True:
                path = os.path.join(directory, name, f"{side}_{len(arrays)}.pb")
                if not os.path.exists(path):
                    break
                with open(path, "rb") as file:
                    arrays.append(_array(TensorProto.FromString(file.read())))
            sides.append(arrays)
        sets.append(sides)
    return sets


def _is_of_tensors(model):
    return all(v.type.WhichOneof("value") == "tensor_type"
               for v in [*model.graph.input, *model.graph.output])


def _light(test):
    """A model of the kind "real": the package has it with generated weights,
    an input that is counted up, and the output that belongs to them."""
    import onnx.backend.test as suite
    from onnx.backend.test.runner import Runner
    path = os.path.join(os.path.dirname(suite.__file__), "data", "light",
                        os.path.basename(test.url))
    model = onnx.load(path)
    stored = {tensor.name for tensor in model.graph.initializer}
    inputs = [Runner.generate_dummy_data(value) for value in model.graph.input
              if value.name not in stored]
    outputs = []
    for i in range(len(model.graph.output)):
        with open(f"{os.path.splitext(path)[0]}_output_{i}.pb", "rb") as file:
            outputs.append(_array(TensorProto.FromString(file.read())))
    return model, [(inputs, outputs)]


def load(kinds=KINDS):
    """All cases in the suite's order; a second data set is a case of its own."""
    warnings.simplefilter("ignore")
    from onnx.backend.test.loader import load_model_tests
    cases = []
    for kind in kinds:
        for test in load_model_tests(kind=kind):
            if kind == "node":
                model, sets = test.model, test.data_sets
            elif kind == "real":
                model, sets = _light(test)
            else:
                model = onnx.load(os.path.join(test.model_dir, "model.onnx"))
                sets = _stored(test.model_dir, model) if _is_of_tensors(model) else [([], [])]
            for i, (inputs, outputs) in enumerate(sets):
                cases.append(Case(
                    test.name + (f"__{i}" if i else ""), kind, model,
                    [_array(v) for v in inputs], [_array(v) for v in outputs],
                    test.rtol, test.atol))
    return cases
