//===- OpConversion.h - What a rule sees of the op it converts --*- C++ -*-===//
#ifndef TENON_COMPILER_IMPORT_STABLEHLO_OPCONVERSION_H
#define TENON_COMPILER_IMPORT_STABLEHLO_OPCONVERSION_H

#include "compiler/import/stablehlo/Converter.h"

#include "ir/graph/ValueBuilder.h"

namespace tenon::stablehlo {

/// One op on its way. Operands are tenon values already.
class OpConversion {
public:
  OpConversion(Converter &converter, mlir::Operation *op)
      : converter(converter), op(op),
        builder(converter.getBuilder(), converter.locate(op)) {}

  mlir::Operation *getOp() const { return op; }
  Converter &getConverter() { return converter; }
  /// Writes at the insertion point, with the op's location. Its helpers end the
  /// program on shapes that do not fit: what a rule builds from unchecked types
  /// goes through create().
  graph::ValueBuilder &build() { return builder; }
  mlir::OpBuilder &getBuilder() { return converter.getBuilder(); }
  mlir::Location getLoc() const { return builder.getLoc(); }

  /// Looks all operands up; false, after a report, if one cannot be used here.
  bool resolve();
  mlir::Value operand(unsigned index) const { return operands[index]; }
  llvm::ArrayRef<mlir::Value> getOperands() const { return operands; }
  mlir::RankedTensorType operandType(unsigned index) const {
    return graph::getTensor(operands[index]);
  }
  /// The type that the source states for a result; dimensions may be `?`.
  mlir::RankedTensorType resultType(unsigned index = 0) const {
    return llvm::cast<mlir::RankedTensorType>(op->getResult(index).getType());
  }

  /// An attribute that the verifier has seen, or null where it is optional.
  template <typename Attr> Attr attr(llvm::StringRef name) const {
    return op->getAttrOfType<Attr>(name);
  }
  /// A list of numbers, or `count` times `normal` where it is missing.
  llvm::SmallVector<int64_t> integers(llvm::StringRef name, size_t count = 0,
                                      int64_t normal = 0) const;
  bool flag(llvm::StringRef name) const {
    auto value = attr<mlir::BoolAttr>(name);
    return value && value.getValue();
  }
  mlir::NamedAttribute named(llvm::StringRef name, mlir::Attribute value) {
    return getBuilder().getNamedAttr(name, value);
  }
  mlir::NamedAttribute named(llvm::StringRef name,
                             llvm::ArrayRef<int64_t> values) {
    return named(name, getBuilder().getDenseI64ArrayAttr(values));
  }
  mlir::NamedAttribute named(llvm::StringRef name, int64_t value) {
    return named(name, getBuilder().getI64IntegerAttr(value));
  }

  /// Writes an op of the graph dialect, by its name there. Result types that
  /// are not static are inferred from the operands; null, after a report, if
  /// that fails. Static ones are taken as stated, and verified at the end.
  mlir::Operation *create(llvm::StringRef name, mlir::ValueRange inputs,
                          mlir::TypeRange types,
                          llvm::ArrayRef<mlir::NamedAttribute> attributes = {});
  /// Infers the result types of an op of the graph dialect that are not static.
  mlir::LogicalResult inferTypes(mlir::Operation *made);
  /// As create, and takes the results for the op's.
  mlir::LogicalResult
  replaceWith(llvm::StringRef name, mlir::ValueRange inputs,
              llvm::ArrayRef<mlir::NamedAttribute> attributes = {});
  /// Takes values for the op's results.
  mlir::LogicalResult replace(mlir::ValueRange results);

  /// The integers of a constant tensor, or nothing if it is not one.
  static std::optional<llvm::SmallVector<int64_t>> constant(mlir::Value value);

  mlir::LogicalResult unsupported(const llvm::Twine &why) {
    converter.addUnsupported(op, why.str());
    return mlir::failure();
  }
  mlir::LogicalResult invalid(const llvm::Twine &why) {
    converter.addInvalid(op, why.str());
    return mlir::failure();
  }

private:
  Converter &converter;
  mlir::Operation *op;
  graph::ValueBuilder builder;
  llvm::SmallVector<mlir::Value> operands;
};

/// A rule for ops that both dialects have under one name, with the same
/// attributes.
mlir::LogicalResult convertRenamed(OpConversion &conversion);

} // namespace tenon::stablehlo

#endif // TENON_COMPILER_IMPORT_STABLEHLO_OPCONVERSION_H
