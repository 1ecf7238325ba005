#include "compiler/driver/RandomCheck.h"

#include "compiler/check/RandomGraph.h"
#include "compiler/driver/Dialects.h"
#include "compiler/driver/ModuleText.h"
#include "compiler/report/Error.h"

#include "llvm/Support/FileSystem.h"

namespace tenon::driver {
namespace {

/// A seed's module, with its weights in `folder`.
absl::StatusOr<mlir::OwningOpRef<mlir::ModuleOp>>
makeGraph(uint64_t seed, const std::string &folder,
          mlir::MLIRContext &context) {
  check::RandomGraphOptions options;
  options.seed = seed;
  options.accepts = canCompile;
  check::RandomGraph graph = check::makeRandomGraph(context, options);
  if (!graph.weights.empty()) {
    absl::Status status =
        writeText(folder + "/" + options.weightFile,
                  std::string(graph.weights.begin(), graph.weights.end()));
    if (!status.ok())
      return status;
  }
  return std::move(graph.module);
}

std::unique_ptr<mlir::MLIRContext> makeContext() {
  mlir::DialectRegistry registry;
  registerDialects(registry);
  auto context = std::make_unique<mlir::MLIRContext>(
      registry, mlir::MLIRContext::Threading::DISABLED);
  context->loadAllAvailableDialects();
  return context;
}

} // namespace

absl::StatusOr<std::string> printRandomGraph(uint64_t seed,
                                             const std::string &folder) {
  auto context = makeContext();
  auto module = makeGraph(seed, folder, *context);
  if (!module.ok())
    return module.status();
  return printModule(**module, folder, folder);
}

Agreement checkSeed(uint64_t seed, const std::string &folder,
                    const target::TargetDescription &host,
                    const target::TargetDescription *portable) {
  AgreementOptions options;
  options.folder = folder + "/seed-" + std::to_string(seed);
  options.target = portable && seed % 4 == 3 ? *portable : host;
  options.seed = seed;
  Agreement failure;
  failure.verdict = Agreement::NotCompiled;
  if (llvm::sys::fs::create_directories(options.folder)) {
    failure.reason = options.folder + ": cannot be made";
    return failure;
  }
  auto context = makeContext();
  auto module = makeGraph(seed, options.folder, *context);
  if (!module.ok()) {
    failure.reason = report::describe(module.status());
    return failure;
  }
  Agreement result = checkAgreement(**module, options);
  if (result.verdict == Agreement::Agrees) {
    llvm::sys::fs::remove_directories(options.folder);
    return result;
  }
  absl::Status kept =
      writeText(options.folder + "/graph.mlir",
                printModule(**module, options.folder, options.folder));
  if (!kept.ok())
    result.reason += "; " + report::describe(kept);
  return result;
}

absl::StatusOr<Agreement> checkModule(const std::string &path,
                                      const AgreementOptions &options) {
  auto context = makeContext();
  auto module = parseModule(path, *context, report::ErrorCode::ModelMalformed);
  if (!module.ok())
    return module.status();
  if (llvm::sys::fs::create_directories(options.folder))
    return report::makeError(report::ErrorCode::OutputUnwritable,
                             options.folder + ": cannot be made");
  return checkAgreement(**module, options);
}

} // namespace tenon::driver
