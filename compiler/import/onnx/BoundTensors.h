//===- BoundTensors.h - a model's tensors from other files ------*- C++ -*-===//
//
// Initializers and inputs of a model that files of weights hold by name.
//
//===----------------------------------------------------------------------===//
#ifndef TENON_COMPILER_IMPORT_ONNX_BOUNDTENSORS_H
#define TENON_COMPILER_IMPORT_ONNX_BOUNDTENSORS_H

#include "compiler/import/WeightBindings.h"
#include "compiler/import/onnx/ModelReader.h"

#include "absl/container/flat_hash_map.h"

#include <map>
#include <memory>

namespace tenon::onnx {

/// The tensors that do not come from the model. Immutable once made.
class BoundTensors {
public:
  BoundTensors() = default;
  /// Asks `bindings` for all initializers and inputs of `model`.
  BoundTensors(const Model &model, WeightBindings &bindings);

  /// What an initializer stands for; null where it is the model's own.
  std::shared_ptr<const TensorData> find(const TensorProto &proto) const;
  /// The inputs of the model that are none any more, by name.
  const std::map<std::string, std::shared_ptr<const TensorData>> &
  inputs() const {
    return byInput;
  }
  /// Where such a tensor's file is, from the model's folder; null for files of
  /// the model's own.
  const std::string *relativePath(const MappedFile &file) const;

private:
  std::shared_ptr<const TensorData> take(const std::string &name, int type,
                                         const StoredTensor &tensor);

  std::string folder;
  /// Keyed by the model's messages, which never move.
  absl::flat_hash_map<const TensorProto *, std::shared_ptr<const TensorData>>
      byProto;
  std::map<std::string, std::shared_ptr<const TensorData>> byInput;
  absl::flat_hash_map<const MappedFile *, std::string> relativePaths;
};

} // namespace tenon::onnx

#endif // TENON_COMPILER_IMPORT_ONNX_BOUNDTENSORS_H
