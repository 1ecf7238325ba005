//===- WeightTable.h - a module's weights -----------------------*- C++ -*-===//
//
// Stored tensors become `tenon.weight` symbols on first use, one symbol per
// tensor, shared by all entries of the module.
//
//===----------------------------------------------------------------------===//
#ifndef TENON_COMPILER_IMPORT_ONNX_WEIGHTTABLE_H
#define TENON_COMPILER_IMPORT_ONNX_WEIGHTTABLE_H

#include "compiler/import/onnx/BoundTensors.h"

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinOps.h"

#include <memory>

namespace tenon::onnx {

/// The stored tensors of one model and the symbols made for them.
class WeightTable {
public:
  WeightTable(Model &model, mlir::ModuleOp module)
      : model(model), module(module) {}

  /// Takes tensors from elsewhere. Before anything else is asked for.
  void bind(WeightBindings &bindings) { bound = {model, bindings}; }
  const BoundTensors &boundTensors() const { return bound; }

  /// Keeps `name` from being given to a weight.
  void reserve(const std::string &name) { taken.insert(name); }
  /// The located bytes of a tensor message, with `name` where it has no name.
  absl::StatusOr<std::shared_ptr<const TensorData>>
  locate(const TensorProto &proto, const std::string &name);
  /// The symbol of a file-backed tensor, made and hashed on first use.
  mlir::FlatSymbolRefAttr symbol(const TensorData &data);

private:
  Model &model;
  mlir::ModuleOp module;
  BoundTensors bound;
  absl::flat_hash_map<const TensorProto *, std::shared_ptr<const TensorData>>
      located;
  absl::flat_hash_map<const TensorData *, mlir::FlatSymbolRefAttr> symbols;
  absl::flat_hash_set<std::string> taken;
};

} // namespace tenon::onnx

#endif // TENON_COMPILER_IMPORT_ONNX_WEIGHTTABLE_H
