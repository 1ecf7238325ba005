//===- HostTensor.h - small tensors known at import -------------*- C++ -*-===//
//
// Exporters compute shapes with ordinary nodes. Their values are small and
// known while importing, so they are held here, computed by the Evaluator, and
// leave no trace in the imported graph.
//
//===----------------------------------------------------------------------===//
#ifndef TENON_COMPILER_IMPORT_ONNX_HOSTTENSOR_H
#define TENON_COMPILER_IMPORT_ONNX_HOSTTENSOR_H

#include "compiler/import/onnx/ModelReader.h"

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"

#include <optional>

namespace tenon::onnx {

/// A tensor by value. Integers and bools stand in `ints` (64-bit unsigned ones
/// as the same bits), floats in `floats`, both in row-major order; the other
/// vector is empty. Every value is representable in `type`.
struct HostTensor {
  TensorProto::DataType type = TensorProto::INT64;
  Dims dims;
  std::vector<int64_t> ints;
  std::vector<double> floats;

  /// A vector of 64-bit integers, as shapes are.
  static HostTensor vector(std::vector<int64_t> values);
  /// A 64-bit integer.
  static HostTensor scalar(int64_t value);
  /// A tensor of `type` and `dims` filled with zeros.
  static HostTensor zeros(TensorProto::DataType type, Dims dims);
  /// The contents of `data`, or nothing where the element type is not one that
  /// is computed with here (complex, 8-bit and smaller floats, 4-bit).
  static std::optional<HostTensor> from(const TensorData &data);

  /// True for the element types whose values stand in `floats`.
  bool isFloat() const;
  int64_t size() const {
    return static_cast<int64_t>(isFloat() ? floats.size() : ints.size());
  }
  int64_t rank() const { return static_cast<int64_t>(dims.size()); }
  /// Element `index` as a double.
  double asDouble(int64_t index) const;
  /// Makes every element representable in `type` again after arithmetic:
  /// integers wrap, floats round.
  void normalize();
  /// The contents as an attribute.
  mlir::DenseElementsAttr attribute(mlir::MLIRContext *context) const;
};

/// Element types that HostTensor holds.
bool isHostType(TensorProto::DataType type);
/// f16, bf16, f32, f64.
bool isHostFloat(TensorProto::DataType type);

/// The format of a small float that is carried (see NarrowTypes.h); null for
/// all other types.
const llvm::fltSemantics *carriedSemantics(TensorProto::DataType type);
/// Whether values of `type` are held by a wider type of the graph: integers
/// below a byte, and small floats that the graph lacks.
bool isCarried(TensorProto::DataType type);
/// Whether the graph can hold values of this type: all but strings.
bool isGraphType(TensorProto::DataType type);
/// The graph's element type of `type`, of a carried one the type that carries
/// it; null for strings. Bool is i1, signed integers are signless, unsigned
/// ones unsigned.
mlir::Type elementType(TensorProto::DataType type, mlir::MLIRContext *context);
/// The type that `elementType` gives its own name, none that is carried;
/// UNDEFINED for types that ONNX lacks.
TensorProto::DataType dataType(mlir::Type type);
/// The tensor type of `dims` and `type`; null as elementType is.
mlir::RankedTensorType tensorType(TensorProto::DataType type, const Dims &dims,
                                  mlir::MLIRContext *context);
/// Any tensor as an attribute; null where `elementType` is.
mlir::DenseElementsAttr denseAttribute(const TensorData &data,
                                       mlir::MLIRContext *context);

} // namespace tenon::onnx

#endif // TENON_COMPILER_IMPORT_ONNX_HOSTTENSOR_H
