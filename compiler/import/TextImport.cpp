//===- TextImport.cpp - modules from files --------------------------------===//
#include "compiler/import/TextImport.h"

#include "compiler/import/StatusMacros.h"
#include "compiler/import/VerifyModule.h"
#include "compiler/import/WeightCheck.h"
#include "compiler/import/stablehlo/StablehloImport.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "ir/graph/GraphOps.h"
#include "mlir/Bytecode/BytecodeReader.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Parser/Parser.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/SourceMgr.h"

using namespace tenon;

bool tenon::isModuleFile(const std::string &path) {
  if (absl::EndsWith(path, ".mlir") || absl::EndsWith(path, ".mlirbc"))
    return true;
  auto start = llvm::MemoryBuffer::getFileSlice(path, 4, 0);
  return start && mlir::isBytecode((*start)->getMemBufferRef());
}

absl::StatusOr<mlir::OwningOpRef<mlir::ModuleOp>>
tenon::parseModule(const std::string &path, mlir::MLIRContext &context) {
  auto buffer = llvm::MemoryBuffer::getFile(path);
  if (!buffer)
    return absl::NotFoundError(
        absl::StrCat(path, ": ", buffer.getError().message()));
  DiagnosticCollector collector(context);
  llvm::SourceMgr sources;
  sources.AddNewSourceBuffer(std::move(*buffer), llvm::SMLoc());
  // Foreign modules carry notes of dialects that say nothing about the result
  // (shardings), and their unknown ops are listed, not malformed; modules of
  // our own dialects hold nothing else.
  bool allowed = context.allowsUnregisteredDialects();
  context.allowUnregisteredDialects();
  auto module = mlir::parseSourceFile<mlir::ModuleOp>(
      sources, mlir::ParserConfig(&context, /*verifyAfterParse=*/false));
  context.allowUnregisteredDialects(module && isStablehlo(*module));
  bool isRead = module && succeeded(mlir::verify(*module));
  context.allowUnregisteredDialects(allowed);
  if (!isRead)
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": ", collector.firstError()));
  return module;
}

/// A context may not know what foreign modules are written in.
static void loadDialects(mlir::MLIRContext &context) {
  mlir::DialectRegistry registry;
  registerStablehlo(registry);
  context.appendDialectRegistry(registry);
  context.loadDialect<graph::TenonDialect>();
}

absl::StatusOr<mlir::OwningOpRef<mlir::ModuleOp>>
tenon::importText(const std::string &path, const ImportOptions &options,
                  mlir::MLIRContext &context) {
  loadDialects(context);
  TENON_ASSIGN_OR_RETURN(auto module, parseModule(path, context));
  if (isStablehlo(*module))
    return convertStablehlo(*module, path, options);
  if (!options.dims.empty())
    return absl::FailedPreconditionError(
        absl::StrCat("'", path, "' has no symbolic dimension '",
                     options.dims.front().name, "': its shapes are fixed"));
  TENON_RETURN_IF_ERROR(checkWeights(*module, path));
  return module;
}
