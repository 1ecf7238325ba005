#include "compiler/driver/Reduction.h"

#include "backends/reference/WeightFiles.h"
#include "compiler/check/PassCheck.h"
#include "compiler/check/Reduce.h"
#include "compiler/driver/DiagnosticCollector.h"
#include "compiler/driver/Dialects.h"
#include "compiler/driver/ModuleText.h"
#include "compiler/driver/PhaseRunner.h"
#include "compiler/driver/Reproducer.h"
#include "compiler/report/Error.h"

#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Program.h"

namespace tenon::driver {
namespace {

using Test = std::function<bool(mlir::ModuleOp)>;

/// Adds the passes of a pipeline over modules, as MLIR writes it.
mlir::LogicalResult addPasses(llvm::StringRef text, mlir::PassManager &passes,
                              llvm::raw_ostream &errors) {
  // The anchor would nest another module.
  text = text.trim();
  if (text.consume_front("builtin.module(") && !text.consume_back(")")) {
    errors << "a closing parenthesis is missing";
    return mlir::failure();
  }
  return mlir::parsePassPipeline(text, passes, errors);
}

Test testByScript(const ReductionOptions &options) {
  return [&options](mlir::ModuleOp module) {
    const std::string &folder = options.agreement.workFolder;
    std::string path = folder + "/candidate.mlir";
    if (!writeText(path, printModule(module, options.agreement.folder, folder))
             .ok())
      return false;
    return llvm::sys::ExecuteAndWait(options.interest.script,
                                     {options.interest.script, path}) == 0;
  };
}

/// Whether the passes change what a module computes.
Test testByPasses(const ReductionOptions &options) {
  return [&options](mlir::ModuleOp module) {
    DiagnosticCollector quiet(*module.getContext());
    mlir::OwningOpRef<mlir::ModuleOp> after = module.clone();
    mlir::PassManager passes(module.getContext(),
                             mlir::ModuleOp::getOperationName());
    bool ran =
        succeeded(addPasses(options.interest.passes, passes, llvm::nulls()));
    runGuarded([&] { ran = ran && succeeded(passes.run(*after)); });
    if (!ran)
      return false;
    reference::WeightFiles files(options.agreement.folder);
    check::PassCheckOptions checkOptions;
    checkOptions.weights = [&](graph::WeightOp weight) {
      return files.read(weight);
    };
    checkOptions.seed = options.agreement.seed;
    check::PassCheck check(checkOptions);
    check.begin(module);
    return check.compare(*after).has_value();
  };
}

} // namespace

/// The reduction, with a folder for what it writes on the way.
static absl::StatusOr<std::string> reduceIn(const std::string &path,
                                            const ReductionOptions &options) {
  mlir::DialectRegistry registry;
  registerDialects(registry);
  mlir::MLIRContext context(registry, mlir::MLIRContext::Threading::DISABLED);
  context.loadAllAvailableDialects();
  auto module = parseModule(path, context, report::ErrorCode::ModelMalformed);
  if (!module.ok())
    return module.status();
  Test test;
  std::string what;
  if (!options.interest.script.empty()) {
    test = testByScript(options);
    what = options.interest.script + " does not exit with 0";
  } else if (!options.interest.passes.empty()) {
    mlir::PassManager passes(&context, mlir::ModuleOp::getOperationName());
    std::string message;
    llvm::raw_string_ostream os(message);
    if (failed(addPasses(options.interest.passes, passes, os)))
      return report::makeError(report::ErrorCode::BadOption,
                               "--passes: " + message);
    test = testByPasses(options);
    what = "the passes leave the results as they are";
  } else {
    Agreement agreement = checkAgreement(**module, options.agreement);
    Agreement::Verdict verdict = agreement.verdict;
    if (verdict == Agreement::NoOracle)
      return report::makeError(
          report::ErrorCode::BadOption,
          path + ": the interpreter has no result: " + agreement.reason);
    test = [&options, verdict](mlir::ModuleOp candidate) {
      return verdict != Agreement::Agrees &&
             checkAgreement(candidate, options.agreement).verdict == verdict;
    };
    what = "interpreter and compiled code agree";
  }
  if (!test(**module))
    return report::makeError(report::ErrorCode::BadOption,
                             path + ": nothing to reduce, " + what);
  if (options.onlyTest)
    return std::string();
  check::ReduceStatistics statistics;
  auto reduced =
      check::reduceModule(**module, {test, options.maxTries}, statistics);
  return printModule(*reduced, options.agreement.folder,
                     options.agreement.folder);
}

absl::StatusOr<std::string> reduce(const std::string &path,
                                   const ReductionOptions &options) {
  llvm::SmallString<128> work;
  if (llvm::sys::fs::createUniqueDirectory("tenon-reduce", work))
    return report::makeError(report::ErrorCode::OutputUnwritable,
                             "there is no folder for what is tried");
  ReductionOptions withFolder = options;
  withFolder.agreement.workFolder = std::string(work);
  auto result = reduceIn(path, withFolder);
  llvm::sys::fs::remove_directories(work);
  return result;
}

absl::Status leaveReducedReproducer(absl::Status failure,
                                    const WrongPass &wrong,
                                    const std::string &folder,
                                    const CompileOptions &options) {
  registerPasses();
  ReductionOptions reduction;
  reduction.interest.passes = wrong.pipeline;
  reduction.agreement.folder = folder;
  // A person waits for this one.
  reduction.maxTries = 200;
  mlir::OwningOpRef<mlir::ModuleOp> before = wrong.before.get().clone();
  Test test = testByPasses(reduction);
  // A pass that went wrong because of what went before it is shown by the
  // whole entry.
  if (test(*before)) {
    check::ReduceStatistics statistics;
    before =
        check::reduceModule(*before, {test, reduction.maxTries}, statistics);
  }
  std::string path = reproducerPath(wrong.flag, options);
  if (!writeText(path, printModule(*before, folder, folderOf(path))).ok())
    return failure;
  return withReplay(std::move(failure), "tenon-reduce --only-test --passes=" +
                                            shellQuote(wrong.pipeline) + " " +
                                            shellQuote(path));
}

} // namespace tenon::driver
