//===- CompiledCases.cpp - Cases of the op table as artifacts -------------===//

#include "test/ops/CompiledCases.h"

#include "backends/cpu/emit/KernelEmitter.h"
#include "backends/cuda/emit/KernelEmitter.h"
#include "compiler/driver/Compile.h"
#include "compiler/driver/DiagnosticCollector.h"
#include "compiler/driver/Dialects.h"
#include "compiler/driver/PhaseRunner.h"
#include "compiler/driver/Support.h"
#include "compiler/report/Error.h"
#include "ir/graph/GraphOps.h"
#include "ir/plan/PlanOps.h"
#include "runtime/capi/tenon_inspect.h"

#include "mlir/Parser/Parser.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Object/ELFObjectFile.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/GlobPattern.h"
#include "llvm/Support/MemoryBuffer.h"

using namespace llvm;

namespace tenon::optable {
namespace {

using pipeline::Phase;

/// Leads cases through all phases but the last.
class CaseCompiler {
public:
  CaseCompiler(ArrayRef<Case> cases,
               ArrayRef<target::TargetDescription> targets, std::string folder)
      : cases(cases), targets(targets), folder(std::move(folder)),
        results(cases.size()) {}

  std::vector<CompiledCase> run() {
    std::vector<size_t> ready;
    for (size_t i = 0; i < cases.size(); ++i)
      if (screen(cases[i], results[i]))
        ready.push_back(i);
    compileAll(ready);
    return std::move(results);
  }

private:
  /// Whether the case may be compiled with others.
  bool screen(const Case &test, CompiledCase &result) {
    if (!context)
      makeContext();
    driver::DiagnosticCollector diagnostics(*context);
    auto module =
        mlir::parseSourceString<mlir::ModuleOp>(test.module, context.get());
    if (!module) {
      result.reason = diagnostics.errors();
      return false;
    }
    pipeline::PipelineOptions options = pipeline::optionsFor(targets);
    absl::Status status;
    for (Phase phase : {Phase::Graph, Phase::Fused, Phase::Layout,
                        Phase::Scheduled, Phase::Plan, Phase::Configured}) {
      status = driver::runPhase(phase, *module, options, {});
      if (status.ok() && phase == Phase::Graph)
        status = driver::checkLowerable(*module, targets.front().kind);
      if (!status.ok())
        break;
    }
    if (status.ok())
      status = emitOnTrial(*module, diagnostics);
    if (status.ok())
      return true;
    if (report::errorCode(status) == report::ErrorCode::ModelUnsupported)
      result.outcome = CompiledCase::Refused;
    // A crash leaves a context behind that nothing shall touch.
    if (report::errorCode(status) == report::ErrorCode::CompilerCrashed) {
      (void)module.release();
      (void)context.release();
    }
    result.reason = report::describe(status);
    return false;
  }

  absl::Status emitOnTrial(mlir::ModuleOp plan,
                           driver::DiagnosticCollector &diagnostics) {
    mlir::OwningOpRef<mlir::ModuleOp> code(
        mlir::ModuleOp::create(plan.getLoc()));
    bool emitted = true;
    mlir::gpu::GPUModuleOp gpuCode;
    if (isForGpu()) {
      auto b = mlir::OpBuilder::atBlockEnd(code->getBody());
      gpuCode = mlir::gpu::GPUModuleOp::create(b, plan.getLoc(), "kernels");
    }
    bool survived = driver::runGuarded([&] {
      for (plan::KernelOp op : plan.getOps<plan::KernelOp>()) {
        auto fused = mlir::cast<kernel::FusedOp>(op.getFused());
        emitted &=
            gpuCode ? succeeded(cuda::emitKernel(
                          fused, gpuCode, op.getSymName(), targets.front()))
                    : succeeded(cpu::emitKernel(fused, *code, op.getSymName(),
                                                {targets.front()}));
      }
    });
    if (!survived) {
      (void)code.release();
      return report::makeError(report::ErrorCode::CompilerCrashed,
                               "crash in emission: " + diagnostics.errors());
    }
    return emitted ? absl::OkStatus()
                   : report::makeError(report::ErrorCode::CodegenFailed,
                                       diagnostics.errors());
  }

  bool isForGpu() const {
    return targets.front().kind == target::TargetKind::Cuda;
  }

  void makeContext() {
    mlir::DialectRegistry registry;
    driver::registerDialects(registry);
    context = std::make_unique<mlir::MLIRContext>(
        registry, mlir::MLIRContext::Threading::DISABLED);
    context->loadAllAvailableDialects();
  }

  /// Compiles the cases into one artifact; where that fails, into two.
  void compileAll(ArrayRef<size_t> indices) {
    if (indices.empty())
      return;
    std::string path = folder + "/cases-" + std::to_string(indices.front()) +
                       "-" + std::to_string(indices.back());
    std::string text;
    for (size_t i : indices)
      text += moduleOf(i);
    std::error_code error;
    raw_fd_ostream(path + ".mlir", error) << text;
    driver::CompileOptions options;
    options.model = path + ".mlir";
    options.targets.assign(targets.begin(), targets.end());
    options.output = path + ".tenon";
    absl::StatusOr<report::CompileSummary> summary = driver::compile(options);
    std::string artifact = options.output;
    if (summary.ok() && isForGpu()) {
      options.output = configuredPath(artifact);
      options.to = Phase::Configured;
      summary = driver::compile(options);
    }
    for (size_t i : indices) {
      results[i].outcome =
          summary.ok() ? CompiledCase::Ready : CompiledCase::Failed;
      results[i].reason = report::describe(summary.status());
      results[i].artifact = artifact;
      results[i].entry = "case_" + std::to_string(i);
    }
    if (summary.ok() || indices.size() == 1)
      return;
    compileAll(indices.take_front(indices.size() / 2));
    compileAll(indices.drop_front(indices.size() / 2));
  }

  /// The case's module with symbols that no other case has.
  std::string moduleOf(size_t index) {
    auto module = mlir::parseSourceString<mlir::ModuleOp>(cases[index].module,
                                                          context.get());
    std::string suffix = "_" + std::to_string(index);
    for (mlir::Operation &op : module->getBody()->getOperations()) {
      auto symbol = cast<mlir::SymbolOpInterface>(op);
      std::string name = isa<graph::EntryOp>(op)
                             ? "case" + suffix
                             : symbol.getName().str() + suffix;
      auto renamed = mlir::StringAttr::get(context.get(), name);
      if (failed(
              mlir::SymbolTable::replaceAllSymbolUses(&op, renamed, *module)))
        return cases[index].module;
      symbol.setName(renamed);
    }
    std::string text;
    raw_string_ostream os(text);
    for (mlir::Operation &op : module->getBody()->getOperations())
      os << op << "\n";
    return text;
  }

  ArrayRef<Case> cases;
  ArrayRef<target::TargetDescription> targets;
  std::string folder;
  std::vector<CompiledCase> results;
  std::unique_ptr<mlir::MLIRContext> context;
};

/// Names of undefined symbols of one ELF image.
std::string findUndefined(StringRef bytes) {
  auto file = object::ELF64LEFile::create(bytes);
  if (!file)
    return toString(file.takeError());
  auto sections = file->sections();
  if (!sections)
    return toString(sections.takeError());
  std::string names;
  bool hasSymbols = false;
  for (const auto &section : *sections) {
    if (section.sh_type != ELF::SHT_DYNSYM)
      continue;
    hasSymbols = true;
    auto symbols = file->symbols(&section);
    auto strings = file->getStringTableForSymtab(section);
    if (!symbols || !strings)
      return toString(joinErrors(symbols.takeError(), strings.takeError()));
    for (const auto &symbol : *symbols) {
      Expected<StringRef> name = symbol.getName(*strings);
      if (!name)
        return toString(name.takeError());
      if (symbol.isUndefined() && !name->empty())
        names += name->str() + " ";
    }
  }
  return hasSymbols ? names : "an image without symbols";
}

} // namespace

std::vector<CompiledCase>
compileCases(ArrayRef<Case> cases, ArrayRef<target::TargetDescription> targets,
             const std::string &folder) {
  return CaseCompiler(cases, targets, folder).run();
}

std::string configuredPath(const std::string &artifact) {
  return artifact + ".configured.mlir";
}

std::string findImports(const std::string &artifact) {
  auto buffer = MemoryBuffer::getFile(artifact, /*IsText=*/false,
                                      /*RequiresNullTerminator=*/false);
  if (!buffer)
    return "cannot read " + artifact;
  tn_load_options options = TN_LOAD_OPTIONS_INIT;
  options.inspect_only = 1;
  tn_diagnostic diagnostic;
  tn_model *model = nullptr;
  if (tn_model_load_file(artifact.c_str(), &options, &model, &diagnostic) !=
      TN_OK)
    return diagnostic.message;
  std::string names;
  int images = 0;
  for (uint32_t i = 0; i < tn_model_section_count(model); ++i) {
    tn_section_info info;
    if (tn_model_section_info(model, i, &info, nullptr) != TN_OK ||
        StringRef(info.kind) != "code")
      continue;
    ++images;
    names +=
        findUndefined((*buffer)->getBuffer().substr(info.offset, info.size));
  }
  tn_model_release(model);
  return images ? names : "no code";
}

/// Globs with at most that many alternatives in braces.
static Expected<GlobPattern> parseGlob(StringRef pattern) {
  return GlobPattern::create(pattern, /*MaxSubPatterns=*/64);
}

bool Exception::matches(StringRef name) const {
  // The pattern was parsed once when it was read.
  return cantFail(parseGlob(pattern)).match(name);
}

Expected<std::vector<Exception>> readExceptions(StringRef path) {
  auto buffer = MemoryBuffer::getFile(path, /*IsText=*/true);
  if (!buffer)
    return createStringError("cannot read " + path);
  std::vector<Exception> exceptions;
  SmallVector<StringRef> lines;
  (*buffer)->getBuffer().split(lines, '\n');
  for (auto [index, line] : enumerate(lines)) {
    if (line.trim().empty() || line.starts_with("#"))
      continue;
    SmallVector<StringRef> words;
    SplitString(line, words);
    auto bad = [&, number = index + 1](const Twine &why) {
      return createStringError(path + ":" + Twine(number) + ": " + why);
    };
    if (words.size() < 3 || (words[1] != "refused" && words[1] != "wrong"))
      return bad("expected 'GLOB refused|wrong REASON'");
    Expected<GlobPattern> glob = parseGlob(words[0]);
    if (!glob)
      return joinErrors(bad("not a glob"), glob.takeError());
    exceptions.push_back(
        {words[0].str(),
         words[1] == "wrong" ? Exception::Wrong : Exception::Refused,
         join(ArrayRef(words).drop_front(2), " "),
         static_cast<int>(index + 1)});
  }
  return exceptions;
}

} // namespace tenon::optable
