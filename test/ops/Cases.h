//===- Cases.h - Running the op table under GoogleTest --------------------===//

#ifndef TENON_TEST_OPS_CASES_H
#define TENON_TEST_OPS_CASES_H

#include "backends/reference/Evaluation.h"
#include "test/ops/OpTable.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include <functional>

namespace tenon::optable {

/// A context with the dialects that cases are written in. Its diagnostics go
/// to `errors`.
class CaseContext {
public:
  CaseContext();

  /// The case's module; null, with the reason in `errors`, if it is wrong.
  mlir::OwningOpRef<mlir::ModuleOp> parse(const Case &test);

  mlir::MLIRContext context;
  std::string errors;
};

/// The results of `@main` in the interpreter.
llvm::Expected<reference::Tensors>
interpret(mlir::ModuleOp module, llvm::ArrayRef<reference::Tensor> inputs,
          CaseContext &context);

/// What the results have to be: from the row itself, or from golden/.
llvm::Expected<reference::Tensors> getExpected(const Case &test);

/// Registers one GoogleTest per case, named `suite.case`. Called from a static
/// initializer; a table that cannot be read becomes one failing test. With
/// `adapt`, runs what it makes of a case, and not the cases that it gives
/// nothing for.
bool registerCases(const char *suite, std::function<void(const Case &)> runCase,
                   std::function<std::optional<Case>(const Case &)> adapt = {});

/// The folder of this file, in the source tree.
llvm::StringRef getTableRoot();

} // namespace tenon::optable

#endif // TENON_TEST_OPS_CASES_H
