//===- ModelBuilder.cpp - small ONNX models for tests ---------------------===//
#include "test/compiler/import/ModelBuilder.h"

#include "llvm/Support/raw_ostream.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>

using namespace tenon;
using namespace tenon::test;
using onnx::AttributeProto;
using onnx::TensorProto;

NodeBuilder &NodeBuilder::named(const std::string &name) {
  node.set_name(name);
  return *this;
}

NodeBuilder &NodeBuilder::domain(const std::string &name) {
  node.set_domain(name);
  return *this;
}

AttributeProto &NodeBuilder::add(const std::string &name,
                                 AttributeProto::AttributeType type) {
  AttributeProto &attribute = *node.add_attribute();
  attribute.set_name(name);
  attribute.set_type(type);
  return attribute;
}

NodeBuilder &NodeBuilder::attr(const std::string &name, int64_t value) {
  add(name, AttributeProto::INT).set_i(value);
  return *this;
}

NodeBuilder &NodeBuilder::attr(const std::string &name, float value) {
  add(name, AttributeProto::FLOAT).set_f(value);
  return *this;
}

NodeBuilder &NodeBuilder::attr(const std::string &name, const char *value) {
  add(name, AttributeProto::STRING).set_s(value);
  return *this;
}

NodeBuilder &NodeBuilder::attr(const std::string &name, const Ints &value) {
  AttributeProto &attribute = add(name, AttributeProto::INTS);
  for (int64_t element : value)
    attribute.add_ints(element);
  return *this;
}

NodeBuilder &NodeBuilder::attr(const std::string &name,
                               const onnx::GraphProto &value) {
  *add(name, AttributeProto::GRAPH).mutable_g() = value;
  return *this;
}

NodeBuilder &NodeBuilder::attr(const std::string &name,
                               const TensorProto &value) {
  *add(name, AttributeProto::TENSOR).mutable_t() = value;
  return *this;
}

template <typename T>
static TensorProto rawTensor(const std::string &name, const Ints &dims,
                             const std::vector<T> &values,
                             TensorProto::DataType type) {
  TensorProto tensor;
  tensor.set_name(name);
  tensor.set_data_type(type);
  for (int64_t dim : dims)
    tensor.add_dims(dim);
  tensor.set_raw_data(values.data(), values.size() * sizeof(T));
  return tensor;
}

TensorProto tenon::test::tensor(const std::string &name, const Ints &dims,
                                const Floats &values) {
  return rawTensor(name, dims, values, TensorProto::FLOAT);
}

TensorProto tenon::test::tensor(const std::string &name, const Ints &dims,
                                const Ints &values) {
  return rawTensor(name, dims, values, TensorProto::INT64);
}

ModelBuilder::ModelBuilder(int64_t opset) {
  model.set_ir_version(8);
  model.add_opset_import()->set_version(opset);
  model.mutable_graph()->set_name("test");
}

ModelBuilder &ModelBuilder::input(const std::string &name,
                                  const std::vector<Dim> &dims,
                                  TensorProto::DataType type) {
  onnx::ValueInfoProto &info = *graph().add_input();
  info.set_name(name);
  auto &tensorType = *info.mutable_type()->mutable_tensor_type();
  tensorType.set_elem_type(type);
  tensorType.mutable_shape();
  for (const Dim &dim : dims) {
    auto &added = *tensorType.mutable_shape()->add_dim();
    if (const int *size = std::get_if<int>(&dim))
      added.set_dim_value(*size);
    else if (*std::get<const char *>(dim))
      added.set_dim_param(std::get<const char *>(dim));
  }
  return *this;
}

ModelBuilder &ModelBuilder::output(const std::string &name) {
  graph().add_output()->set_name(name);
  return *this;
}

ModelBuilder &ModelBuilder::floats(const std::string &name, const Ints &dims,
                                   const Floats &values) {
  *graph().add_initializer() = tensor(name, dims, values);
  return *this;
}

ModelBuilder &ModelBuilder::ints(const std::string &name, const Ints &dims,
                                 const Ints &values) {
  *graph().add_initializer() = tensor(name, dims, values);
  return *this;
}

NodeBuilder ModelBuilder::node(const std::string &op, const Names &inputs,
                               const Names &outputs) {
  onnx::NodeProto &node = *graph().add_node();
  node.set_op_type(op);
  for (const std::string &input : inputs)
    node.add_input(input);
  for (const std::string &output : outputs)
    node.add_output(output);
  return NodeBuilder(node);
}

TempFolder::TempFolder() {
  std::string pattern =
      (std::filesystem::temp_directory_path() / "tenon-import-XXXXXX").string();
  folder = ::mkdtemp(pattern.data());
}

TempFolder::~TempFolder() { std::filesystem::remove_all(folder); }

std::string TempFolder::write(const std::string &name,
                              const std::string &bytes) const {
  std::string path = folder + "/" + name;
  std::ofstream(path, std::ios::binary) << bytes;
  return path;
}

std::string tenon::test::importBytes(const std::string &bytes,
                                     const ImportOptions &options) {
  TempFolder folder;
  // One context for all: making one takes longer than most imports.
  static mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  auto module =
      importModel(folder.write("model.onnx", bytes), options, context);
  if (!module.ok())
    return "error: " + std::string(module.status().message());
  std::string text;
  llvm::raw_string_ostream stream(text);
  (*module)->print(stream);
  return text;
}

std::string tenon::test::importText(const onnx::ModelProto &model,
                                    const ImportOptions &options) {
  return importBytes(model.SerializeAsString(), options);
}

std::string tenon::test::missingIn(const std::string &text,
                                   const Names &parts) {
  size_t from = 0;
  for (const std::string &part : parts) {
    size_t at = text.find(part, from);
    if (at == std::string::npos)
      return "no '" + part + "' from byte " + std::to_string(from) + " in:\n" +
             text;
    from = at + part.size();
  }
  return "";
}
