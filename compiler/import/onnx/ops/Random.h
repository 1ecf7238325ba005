//===- Random.h - random numbers for a node ---------------------*- C++ -*-===//
#ifndef TENON_COMPILER_IMPORT_ONNX_OPS_RANDOM_H
#define TENON_COMPILER_IMPORT_ONNX_OPS_RANDOM_H

#include "compiler/import/onnx/NodeContext.h"

namespace tenon::onnx {

/// f32 numbers in [0, 1), drawn with the node's seed or, where it has none, its
/// name: the same at each run.
Value drawUniform(NodeContext &n, llvm::ArrayRef<int64_t> dims);

} // namespace tenon::onnx

#endif // TENON_COMPILER_IMPORT_ONNX_OPS_RANDOM_H
