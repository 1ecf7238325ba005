//===- Evaluation.h - The table from ops to what they compute -------------===//
//
// Each op family registers one evaluation per op. An evaluation gets the op for
// its attributes, types and regions, and the operands' values; shapes come from
// the values, so that a bounded dimension has its actual size.
//
//===----------------------------------------------------------------------===//

#ifndef TENON_BACKENDS_REFERENCE_EVALUATION_H
#define TENON_BACKENDS_REFERENCE_EVALUATION_H

#include "backends/reference/Tensor.h"

#include "mlir/IR/Operation.h"
#include "llvm/ADT/StringMap.h"

#include <functional>

namespace tenon::reference {

class Evaluator;

using Tensors = llvm::SmallVector<Tensor>;

/// Computes an op's results. Fails with a diagnostic on the op.
using Evaluation = std::function<llvm::FailureOr<Tensors>(
    mlir::Operation *, llvm::ArrayRef<Tensor>, Evaluator &)>;

/// What each op computes, by the op's full name.
class EvaluationTable {
public:
  /// All families' evaluations.
  static const EvaluationTable &get();

  /// The evaluation of an op, or null.
  const Evaluation *find(llvm::StringRef opName) const;

  /// Registers the evaluation of OpT. `fn` takes (OpT, ArrayRef<Tensor>,
  /// Evaluator &) and gives FailureOr<Tensors>.
  template <typename OpT, typename Fn> void add(Fn fn) {
    bool isNew =
        evaluations
            .try_emplace(
                OpT::getOperationName(),
                [fn](mlir::Operation *op, llvm::ArrayRef<Tensor> operands,
                     Evaluator &evaluator) -> llvm::FailureOr<Tensors> {
                  return fn(llvm::cast<OpT>(op), operands, evaluator);
                })
            .second;
    assert(isNew && "op registered twice");
    (void)isNew;
  }

  /// Registers an op with one result that cannot fail. `fn` takes (OpT,
  /// ArrayRef<Tensor>) and gives a Tensor.
  template <typename OpT, typename Fn> void addSimple(Fn fn) {
    add<OpT>([fn](OpT op, llvm::ArrayRef<Tensor> operands,
                  Evaluator &) -> llvm::FailureOr<Tensors> {
      return Tensors{fn(op, operands)};
    });
  }

private:
  llvm::StringMap<Evaluation> evaluations;
};

// The families, one file each under evaluate/.
void addUnaryEvaluations(EvaluationTable &table);
void addBinaryEvaluations(EvaluationTable &table);
void addElementwiseEvaluations(EvaluationTable &table);
void addConvertEvaluations(EvaluationTable &table);
void addShapeEvaluations(EvaluationTable &table);
void addDotEvaluations(EvaluationTable &table);
void addConvolutionEvaluations(EvaluationTable &table);
void addReduceEvaluations(EvaluationTable &table);
void addWindowEvaluations(EvaluationTable &table);
void addIndexingEvaluations(EvaluationTable &table);
void addNormalizeEvaluations(EvaluationTable &table);
void addAttentionEvaluations(EvaluationTable &table);
void addControlFlowEvaluations(EvaluationTable &table);
void addStructureEvaluations(EvaluationTable &table);
void addKernelEvaluations(EvaluationTable &table);

} // namespace tenon::reference

#endif // TENON_BACKENDS_REFERENCE_EVALUATION_H
