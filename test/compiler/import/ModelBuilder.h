//===- ModelBuilder.h - small ONNX models for tests -------------*- C++ -*-===//
//
// Builds model messages in a few words, writes them to a fresh folder, and
// imports them.
//
//===----------------------------------------------------------------------===//
#ifndef TENON_TEST_COMPILER_IMPORT_MODELBUILDER_H
#define TENON_TEST_COMPILER_IMPORT_MODELBUILDER_H

#include "compiler/import/Import.h"
#include "compiler/import/onnx/onnx.pb.h"

#include <string>
#include <variant>
#include <vector>

namespace tenon::test {

/// A fixed or symbolic dimension.
using Dim = std::variant<int, const char *>;
using Ints = std::vector<int64_t>;
using Floats = std::vector<float>;
using Names = std::vector<std::string>;

/// A node that is being given attributes.
class NodeBuilder {
public:
  explicit NodeBuilder(onnx::NodeProto &node) : node(node) {}

  NodeBuilder &named(const std::string &name);
  NodeBuilder &domain(const std::string &name);
  NodeBuilder &attr(const std::string &name, int64_t value);
  NodeBuilder &attr(const std::string &name, int value) {
    return attr(name, static_cast<int64_t>(value));
  }
  NodeBuilder &attr(const std::string &name, float value);
  NodeBuilder &attr(const std::string &name, const char *value);
  NodeBuilder &attr(const std::string &name, const Ints &value);
  NodeBuilder &attr(const std::string &name, const onnx::GraphProto &value);
  NodeBuilder &attr(const std::string &name, const onnx::TensorProto &value);

private:
  onnx::AttributeProto &add(const std::string &name,
                            onnx::AttributeProto::AttributeType type);
  onnx::NodeProto &node;
};

/// A tensor message with raw data.
onnx::TensorProto tensor(const std::string &name, const Ints &dims,
                         const Floats &values);
onnx::TensorProto tensor(const std::string &name, const Ints &dims,
                         const Ints &values);

/// A model that is being built.
class ModelBuilder {
public:
  explicit ModelBuilder(int64_t opset = 18);

  ModelBuilder &
  input(const std::string &name, const std::vector<Dim> &dims,
        onnx::TensorProto::DataType type = onnx::TensorProto::FLOAT);
  ModelBuilder &output(const std::string &name);
  ModelBuilder &floats(const std::string &name, const Ints &dims,
                       const Floats &values);
  ModelBuilder &ints(const std::string &name, const Ints &dims,
                     const Ints &values);
  NodeBuilder node(const std::string &op, const Names &inputs,
                   const Names &outputs);

  onnx::ModelProto &proto() { return model; }
  onnx::GraphProto &graph() { return *model.mutable_graph(); }

private:
  onnx::ModelProto model;
};

/// A new empty folder, removed with the object.
class TempFolder {
public:
  TempFolder();
  ~TempFolder();
  const std::string &path() const { return folder; }
  /// Writes a file and returns its path.
  std::string write(const std::string &name, const std::string &bytes) const;

private:
  std::string folder;
};

/// The imported module as text; "error: " and the message where it fails.
std::string importText(const onnx::ModelProto &model,
                       const ImportOptions &options = {});
/// The same for the bytes of a file.
std::string importBytes(const std::string &bytes,
                        const ImportOptions &options = {});

/// Empty where `parts` occur in `text` in this order; else what is missing.
std::string missingIn(const std::string &text, const Names &parts);

} // namespace tenon::test

#endif // TENON_TEST_COMPILER_IMPORT_MODELBUILDER_H
