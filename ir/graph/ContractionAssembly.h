//===- ContractionAssembly.h - Hooks of the contractions' op formats ------===//
//
// Private to the contraction family: convolution's code is a file of its own.
//
//===----------------------------------------------------------------------===//

#ifndef TENON_IR_GRAPH_CONTRACTIONASSEMBLY_H
#define TENON_IR_GRAPH_CONTRACTIONASSEMBLY_H

#include "mlir/IR/OpImplementation.h"

namespace tenon::graph {

/// `[b, 0, 1, f] x [0, 1, i, o] -> [b, 0, 1, f]`.
mlir::ParseResult parseConvolutionDims(
    mlir::OpAsmParser &parser, mlir::IntegerAttr &inputBatch,
    mlir::IntegerAttr &inputFeature, mlir::DenseI64ArrayAttr &inputSpatial,
    mlir::IntegerAttr &kernelInput, mlir::IntegerAttr &kernelOutput,
    mlir::DenseI64ArrayAttr &kernelSpatial, mlir::IntegerAttr &outputBatch,
    mlir::IntegerAttr &outputFeature, mlir::DenseI64ArrayAttr &outputSpatial);
void printConvolutionDims(
    mlir::OpAsmPrinter &printer, mlir::Operation *op,
    mlir::IntegerAttr inputBatch, mlir::IntegerAttr inputFeature,
    mlir::DenseI64ArrayAttr inputSpatial, mlir::IntegerAttr kernelInput,
    mlir::IntegerAttr kernelOutput, mlir::DenseI64ArrayAttr kernelSpatial,
    mlir::IntegerAttr outputBatch, mlir::IntegerAttr outputFeature,
    mlir::DenseI64ArrayAttr outputSpatial);

/// Strides, padding, dilations and reversal, as far as they are not trivial.
mlir::ParseResult parseConvolutionWindow(
    mlir::OpAsmParser &parser, mlir::DenseI64ArrayAttr spatial,
    mlir::DenseI64ArrayAttr &strides, mlir::DenseI64ArrayAttr &low,
    mlir::DenseI64ArrayAttr &high, mlir::DenseI64ArrayAttr &lhsDilation,
    mlir::DenseI64ArrayAttr &rhsDilation, mlir::DenseBoolArrayAttr &reversal);
void printConvolutionWindow(mlir::OpAsmPrinter &printer, mlir::Operation *op,
                            mlir::DenseI64ArrayAttr spatial,
                            mlir::DenseI64ArrayAttr strides,
                            mlir::DenseI64ArrayAttr low,
                            mlir::DenseI64ArrayAttr high,
                            mlir::DenseI64ArrayAttr lhsDilation,
                            mlir::DenseI64ArrayAttr rhsDilation,
                            mlir::DenseBoolArrayAttr reversal);

/// Whether both lists are one tensor of one shape, of which the second can hold
/// sums of products of the first.
bool isCompatibleSum(mlir::TypeRange inferred, mlir::TypeRange actual);

} // namespace tenon::graph

#endif // TENON_IR_GRAPH_CONTRACTIONASSEMBLY_H
