//===- BoundTensors.cpp - a model's tensors from other files --------------===//
#include "compiler/import/onnx/BoundTensors.h"

#include "absl/container/flat_hash_set.h"

#include <filesystem>

using namespace tenon;
using namespace tenon::onnx;

/// The element type as files of weights have it, or ONNX's name where they do
/// not: that fits none.
static std::string bindableType(int type) {
  switch (type) {
  case TensorProto::FLOAT:
    return "f32";
  case TensorProto::DOUBLE:
    return "f64";
  case TensorProto::FLOAT16:
    return "f16";
  case TensorProto::BFLOAT16:
    return "bf16";
  case TensorProto::FLOAT8E4M3FN:
    return "f8E4M3FN";
  case TensorProto::FLOAT8E5M2:
    return "f8E5M2";
  case TensorProto::BOOL:
    return "i1";
  case TensorProto::INT8:
    return "i8";
  case TensorProto::INT16:
    return "i16";
  case TensorProto::INT32:
    return "i32";
  case TensorProto::INT64:
    return "i64";
  case TensorProto::UINT8:
    return "ui8";
  case TensorProto::UINT16:
    return "ui16";
  case TensorProto::UINT32:
    return "ui32";
  case TensorProto::UINT64:
    return "ui64";
  default:
    return typeName(type);
  }
}

BoundTensors::BoundTensors(const Model &model, WeightBindings &bindings)
    : folder(std::filesystem::path(model.path()).parent_path()) {
  const GraphProto &graph = model.proto().graph();
  absl::flat_hash_set<absl::string_view> stored;
  for (const TensorProto &proto : graph.initializer()) {
    stored.insert(proto.name());
    if (const StoredTensor *tensor =
            bindings.bind(proto.name(), bindableType(proto.data_type()),
                          {proto.dims().begin(), proto.dims().end()}))
      byProto.emplace(&proto, take(proto.name(), proto.data_type(), *tensor));
  }
  for (const ValueInfoProto &input : graph.input()) {
    const TypeProto::Tensor &type = input.type().tensor_type();
    if (stored.contains(input.name()) || !type.has_shape())
      continue;
    Dims dims;
    for (const auto &dim : type.shape().dim())
      dims.push_back(dim.has_dim_value() ? dim.dim_value() : -1);
    if (const StoredTensor *tensor =
            bindings.bind(input.name(), bindableType(type.elem_type()), dims))
      byInput.emplace(input.name(),
                      take(input.name(), type.elem_type(), *tensor));
  }
}

std::shared_ptr<const TensorData>
BoundTensors::take(const std::string &name, int type,
                   const StoredTensor &tensor) {
  auto data = std::make_shared<TensorData>();
  data->name = name;
  data->type = static_cast<TensorProto::DataType>(type);
  data->dims = tensor.shape;
  data->file = tensor.file;
  data->offset = tensor.offset;
  data->length = tensor.size;
  relativePaths.emplace(tensor.file.get(),
                        pathFrom(folder, tensor.file->path()));
  return data;
}

std::shared_ptr<const TensorData>
BoundTensors::find(const TensorProto &proto) const {
  auto it = byProto.find(&proto);
  return it == byProto.end() ? nullptr : it->second;
}

const std::string *BoundTensors::relativePath(const MappedFile &file) const {
  auto it = relativePaths.find(&file);
  return it == relativePaths.end() ? nullptr : &it->second;
}
