//===- Evaluator.h - compute shape arithmetic while importing ---*- C++ -*-===//
//
// Evaluates nodes whose inputs are small and known, with ONNX's meaning of the
// ops. It covers what exporters use to compute shapes and indices; it is no
// interpreter and never sees weights.
//
//===----------------------------------------------------------------------===//
#ifndef TENON_COMPILER_IMPORT_ONNX_EVALUATOR_H
#define TENON_COMPILER_IMPORT_ONNX_EVALUATOR_H

#include "compiler/import/onnx/Attributes.h"
#include "compiler/import/onnx/HostTensor.h"

#include "llvm/ADT/ArrayRef.h"

#include "absl/strings/string_view.h"

#include <optional>
#include <vector>

namespace tenon::onnx {

/// The most elements that an evaluated tensor has; larger ones are left to the
/// compiler.
constexpr int64_t kMaxHostElements = 4096;

/// A node with known inputs. An absent input is null.
struct HostNode {
  absl::string_view op;
  int64_t opset;
  const Attributes &attributes;
  llvm::ArrayRef<const HostTensor *> inputs;
  size_t numOutputs;
};

/// The outputs of `node`, or nothing where its op is not evaluated here or its
/// inputs are not as ONNX asks; the converter then says what is wrong.
std::optional<std::vector<HostTensor>> evaluate(const HostNode &node);

// The two families behind evaluate().
std::optional<std::vector<HostTensor>>
evaluateElementwise(const HostNode &node);
std::optional<std::vector<HostTensor>> evaluateMovement(const HostNode &node);

} // namespace tenon::onnx

#endif // TENON_COMPILER_IMPORT_ONNX_EVALUATOR_H
