//===- VerifyModule.cpp - the last check of every front end ---------------===//
#include "compiler/import/VerifyModule.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "mlir/IR/Verifier.h"
#include "llvm/Support/raw_ostream.h"

using namespace tenon;

/// Where a location points, as a prefix of a message.
static std::string prefixOf(mlir::Location loc) {
  if (auto name = llvm::dyn_cast<mlir::NameLoc>(loc))
    return absl::StrCat("node '", name.getName().str(), "': ");
  if (auto file = llvm::dyn_cast<mlir::FileLineColLoc>(loc))
    return absl::StrCat(file.getFilename().str(), ":", file.getLine(), ":",
                        file.getColumn(), ": ");
  return "";
}

DiagnosticCollector::DiagnosticCollector(mlir::MLIRContext &context)
    : handler(&context, [this](mlir::Diagnostic &diagnostic) {
        if (error.empty() &&
            diagnostic.getSeverity() == mlir::DiagnosticSeverity::Error)
          error = absl::StrReplaceAll(
              absl::StrCat(prefixOf(diagnostic.getLocation()),
                           diagnostic.str()),
              {{"\n", " "}});
        return mlir::success();
      }) {}

absl::Status tenon::verifyImported(mlir::ModuleOp module,
                                   const std::string &path) {
  DiagnosticCollector collector(*module.getContext());
  if (mlir::succeeded(mlir::verify(module)))
    return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("'", path, "': ", collector.firstError()));
}
