//===- HloAssembly.h - Hooks of the import dialects' op formats -*- C++ -*-===//
//
// Private to the dialect's .cpp files: each `custom<Name>(...)` of an assembly
// format calls parseName and printName.
//
//===----------------------------------------------------------------------===//
#ifndef TENON_COMPILER_IMPORT_STABLEHLO_DIALECT_HLOASSEMBLY_H
#define TENON_COMPILER_IMPORT_STABLEHLO_DIALECT_HLOASSEMBLY_H

#include "compiler/import/stablehlo/dialect/HloDialect.h"

namespace tenon::stablehlo {

/// `[1, 2]`.
mlir::ParseResult parseIntegers(mlir::AsmParser &parser,
                                llvm::SmallVectorImpl<int64_t> &values);
void printIntegers(mlir::AsmPrinter &printer, llvm::ArrayRef<int64_t> values);

/// One type for operands and result alike, or a function type where they
/// differ.
mlir::ParseResult parseOneOrAllTypes(mlir::OpAsmParser &parser,
                                     llvm::ArrayRef<mlir::Type *> operands,
                                     mlir::Type &result);
void printOneOrAllTypes(mlir::OpAsmPrinter &printer, mlir::Operation *op,
                        mlir::TypeRange operands, mlir::Type result);

inline mlir::ParseResult parseSameType(mlir::OpAsmParser &parser, mlir::Type &a,
                                       mlir::Type &result) {
  return parseOneOrAllTypes(parser, {&a}, result);
}
inline void printSameType(mlir::OpAsmPrinter &printer, mlir::Operation *op,
                          mlir::Type a, mlir::Type result) {
  printOneOrAllTypes(printer, op, {a}, result);
}
inline mlir::ParseResult parseSameType(mlir::OpAsmParser &parser, mlir::Type &a,
                                       mlir::Type &b, mlir::Type &result) {
  return parseOneOrAllTypes(parser, {&a, &b}, result);
}
inline void printSameType(mlir::OpAsmPrinter &printer, mlir::Operation *op,
                          mlir::Type a, mlir::Type b, mlir::Type result) {
  printOneOrAllTypes(printer, op, {a, b}, result);
}
inline mlir::ParseResult parseSameType(mlir::OpAsmParser &parser, mlir::Type &a,
                                       mlir::Type &b, mlir::Type &c,
                                       mlir::Type &result) {
  return parseOneOrAllTypes(parser, {&a, &b, &c}, result);
}
inline void printSameType(mlir::OpAsmPrinter &printer, mlir::Operation *op,
                          mlir::Type a, mlir::Type b, mlir::Type c,
                          mlir::Type result) {
  printOneOrAllTypes(printer, op, {a, b, c}, result);
}

/// The same for as many operands as were parsed.
mlir::ParseResult
parseSameTypes(mlir::OpAsmParser &parser,
               llvm::SmallVectorImpl<mlir::OpAsmParser::UnresolvedOperand> &,
               llvm::SmallVectorImpl<mlir::Type> &types, mlir::Type &result);
void printSameTypes(mlir::OpAsmPrinter &printer, mlir::Operation *op,
                    mlir::OperandRange, mlir::TypeRange types,
                    mlir::Type result);

/// A list of types that operands and results share pairwise.
mlir::ParseResult
parsePairwiseTypes(mlir::OpAsmParser &parser,
                   llvm::SmallVectorImpl<mlir::Type> &operands,
                   llvm::SmallVectorImpl<mlir::Type> &results);
void printPairwiseTypes(mlir::OpAsmPrinter &printer, mlir::Operation *op,
                        mlir::TypeRange operands, mlir::TypeRange results);

/// A tuple's type; the operands are its parts.
mlir::ParseResult parseTupleTypes(mlir::OpAsmParser &parser,
                                  llvm::SmallVectorImpl<mlir::Type> &operands,
                                  mlir::Type &result);
void printTupleTypes(mlir::OpAsmPrinter &printer, mlir::Operation *op,
                     mlir::TypeRange operands, mlir::Type result);

/// The type of a complex result, or a function type.
mlir::ParseResult parseComplexType(mlir::OpAsmParser &parser, mlir::Type &lhs,
                                   mlir::Type &rhs, mlir::Type &result);
void printComplexType(mlir::OpAsmPrinter &printer, mlir::Operation *op,
                      mlir::Type lhs, mlir::Type rhs, mlir::Type result);

/// `predicate, result`, or a function type.
mlir::ParseResult parseSelectType(mlir::OpAsmParser &parser, mlir::Type &pred,
                                  mlir::Type &onTrue, mlir::Type &onFalse,
                                  mlir::Type &result);
void printSelectType(mlir::OpAsmPrinter &printer, mlir::Operation *op,
                     mlir::Type pred, mlir::Type onTrue, mlir::Type onFalse,
                     mlir::Type result);

/// Operands, each followed by a comma.
mlir::ParseResult parseOperandsBefore(
    mlir::OpAsmParser &parser,
    llvm::SmallVectorImpl<mlir::OpAsmParser::UnresolvedOperand> &operands);
void printOperandsBefore(mlir::OpAsmPrinter &printer, mlir::Operation *op,
                         mlir::OperandRange operands);

/// `[0:4, 1:9:2]`: start, limit and, unless it is 1, stride.
mlir::ParseResult parseSliceRanges(mlir::OpAsmParser &parser,
                                   mlir::DenseI64ArrayAttr &starts,
                                   mlir::DenseI64ArrayAttr &limits,
                                   mlir::DenseI64ArrayAttr &strides);
void printSliceRanges(mlir::OpAsmPrinter &printer, mlir::Operation *op,
                      mlir::DenseI64ArrayAttr starts,
                      mlir::DenseI64ArrayAttr limits,
                      mlir::DenseI64ArrayAttr strides);

/// `e5m10`.
mlir::ParseResult parseFloatFormat(mlir::OpAsmParser &parser,
                                   mlir::IntegerAttr &exponent,
                                   mlir::IntegerAttr &mantissa);
void printFloatFormat(mlir::OpAsmPrinter &printer, mlir::Operation *op,
                      mlir::IntegerAttr exponent, mlir::IntegerAttr mantissa);

/// `@name`.
mlir::ParseResult parseCallTarget(mlir::OpAsmParser &parser,
                                  mlir::StringAttr &target);
void printCallTarget(mlir::OpAsmPrinter &printer, mlir::Operation *op,
                     mlir::StringAttr target);

/// `batching_dims = [0] x [0], contracting_dims = [2] x [1]`.
mlir::ParseResult parseDotDimensionNumbers(mlir::OpAsmParser &parser,
                                           DotDimsAttr &dims);
void printDotDimensionNumbers(mlir::OpAsmPrinter &printer, mlir::Operation *op,
                              DotDimsAttr dims);

/// `, precision = [DEFAULT, DEFAULT]`, or nothing.
mlir::ParseResult parsePrecisionConfig(mlir::OpAsmParser &parser,
                                       mlir::ArrayAttr &precision);
void printPrecisionConfig(mlir::OpAsmPrinter &printer, mlir::Operation *op,
                          mlir::ArrayAttr precision);

/// The same, with `, algorithm = <...>` behind it.
mlir::ParseResult parsePrecisionAndAlgorithm(mlir::OpAsmParser &parser,
                                             mlir::ArrayAttr &precision,
                                             DotAlgorithmAttr &algorithm);
void printPrecisionAndAlgorithm(mlir::OpAsmPrinter &printer,
                                mlir::Operation *op, mlir::ArrayAttr precision,
                                DotAlgorithmAttr algorithm);

/// `[b, 0, 1, f]x[0, 1, i, o]->[b, 0, 1, f]`.
mlir::ParseResult parseConvDimensions(mlir::AsmParser &parser,
                                      ConvDimsAttr &dims);
void printConvDimensions(mlir::AsmPrinter &printer, mlir::Operation *op,
                         ConvDimsAttr dims);

/// `stride = [1, 1], pad = [[0, 1], [0, 1]], ...`, each of them optional.
mlir::ParseResult parseWindowAttributes(mlir::OpAsmParser &parser,
                                        mlir::DenseI64ArrayAttr &strides,
                                        mlir::DenseIntElementsAttr &padding,
                                        mlir::DenseI64ArrayAttr &lhsDilation,
                                        mlir::DenseI64ArrayAttr &rhsDilation,
                                        mlir::DenseBoolArrayAttr &reversal);
void printWindowAttributes(mlir::OpAsmPrinter &printer, mlir::Operation *op,
                           mlir::DenseI64ArrayAttr strides,
                           mlir::DenseIntElementsAttr padding,
                           mlir::DenseI64ArrayAttr lhsDilation,
                           mlir::DenseI64ArrayAttr rhsDilation,
                           mlir::DenseBoolArrayAttr reversal);

} // namespace tenon::stablehlo

#endif // TENON_COMPILER_IMPORT_STABLEHLO_DIALECT_HLOASSEMBLY_H
