#include "compiler/driver/PassVerifier.h"

#include "mlir/Pass/Pass.h"

namespace tenon::driver {
namespace {

/// Adaptors that carry a pipeline to nested ops are no step of their own.
bool isStep(mlir::Pass *pass) { return !pass->getArgument().empty(); }

/// `op` itself or the nearest op of that kind around it.
template <typename Op> Op around(mlir::Operation *op) {
  auto self = mlir::dyn_cast<Op>(op);
  return self ? self : op->getParentOfType<Op>();
}

/// The pass with its options, anchored where it ran.
std::string pipelineOf(mlir::Pass *pass, mlir::Operation *op) {
  std::string text;
  llvm::raw_string_ostream os(text);
  pass->printAsTextualPipeline(os);
  if (!mlir::isa<mlir::ModuleOp>(op))
    text = op->getName().getStringRef().str() + "(" + text + ")";
  return "builtin.module(" + text + ")";
}

} // namespace

void PassVerifier::runBeforePass(mlir::Pass *pass, mlir::Operation *op) {
  if (!isStep(pass))
    return;
  if (auto entry = around<graph::EntryOp>(op); entry && !verification.wrong)
    verification.check.begin(entry);
  else if (!verification.wrong)
    verification.check.begin(around<mlir::ModuleOp>(op));
  before.emplace_back(op);
}

void PassVerifier::runAfterPass(mlir::Pass *pass, mlir::Operation *op) {
  if (!isStep(pass))
    return;
  bool isUnchanged = before.back() == mlir::OperationFingerPrint(op);
  before.pop_back();
  if (isUnchanged || verification.wrong)
    return;
  // A pass over one entry has no business in another.
  auto difference = verification.check.compare(around<mlir::ModuleOp>(op),
                                               around<graph::EntryOp>(op));
  if (!difference)
    return;
  WrongPass wrong;
  wrong.flag = pass->getArgument().str();
  wrong.pipeline = pipelineOf(pass, op);
  wrong.before = verification.check.lastRight(difference->entry);
  wrong.difference = std::move(*difference);
  verification.wrong = std::move(wrong);
}

void PassVerifier::runAfterPassFailed(mlir::Pass *pass, mlir::Operation *op) {
  if (isStep(pass))
    before.pop_back();
}

} // namespace tenon::driver
