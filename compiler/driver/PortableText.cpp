#include "compiler/driver/PortableText.h"

#include "compiler/driver/DiagnosticCollector.h"
#include "compiler/driver/PhaseRunner.h"
#include "compiler/driver/WeightFiles.h"
#include "compiler/export/StablehloExport.h"
#include "compiler/pipeline/Pipeline.h"
#include "compiler/report/Error.h"

#include "mlir/IR/Verifier.h"
#include "mlir/Pass/PassManager.h"

namespace tenon::driver {

using report::ErrorCode;

absl::StatusOr<std::string> toStablehlo(LoadedModel &model) {
  mlir::ModuleOp module = *model.module;
  DiagnosticCollector diagnostics(*module.getContext());
  mlir::PassManager pm(module.getContext(), mlir::ModuleOp::getOperationName());
  pipeline::addPrimitivePasses(pm);
  mlir::LogicalResult result = mlir::success();
  if (!runGuarded([&] { result = pm.run(module); }))
    return report::makeError(ErrorCode::CompilerCrashed,
                             "the compiler crashed on the way to primitives");
  if (failed(result))
    return report::makeError(ErrorCode::PhaseFailed, diagnostics.errors());

  WeightFiles files(model.folder);
  auto exported = exportStablehlo(
      module, [&](graph::WeightOp weight) { return files.bytes(weight); });
  if (absl::IsUnimplemented(exported.status()))
    return report::makeError(ErrorCode::ModelUnsupported,
                             std::string(exported.status().message()));
  if (!exported.ok())
    return exported.status();
  if (failed(mlir::verify(**exported)))
    return report::makeError(ErrorCode::VerificationFailed,
                             diagnostics.errors());
  std::string text;
  llvm::raw_string_ostream stream(text);
  (*exported)->print(stream, mlir::OpPrintingFlags().enableDebugInfo());
  stream << "\n";
  return text;
}

} // namespace tenon::driver
