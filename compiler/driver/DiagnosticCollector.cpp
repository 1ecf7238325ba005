#include "compiler/driver/DiagnosticCollector.h"

#include "compiler/report/Provenance.h"
#include "ir/graph/Unsupported.h"

#include "llvm/ADT/StringExtras.h"

namespace tenon::driver {
namespace {

/// One line: where, what, and the notes that explain it. A note that prints
/// the whole op is left out, the location says enough.
std::string oneLine(mlir::Diagnostic &diagnostic) {
  std::string text = report::provenance(diagnostic.getLocation(), 3);
  if (!text.empty())
    text += ": ";
  text += diagnostic.str();
  for (mlir::Diagnostic &note : diagnostic.getNotes())
    if (!llvm::StringRef(note.str()).starts_with("see current operation"))
      text += " (" + note.str() + ")";
  llvm::SmallVector<llvm::StringRef> lines;
  llvm::StringRef(text).split(lines, '\n', -1, false);
  return llvm::join(lines, " ");
}

} // namespace

DiagnosticCollector::DiagnosticCollector(mlir::MLIRContext &context)
    : handler(&context, [this](mlir::Diagnostic &diagnostic) {
        std::lock_guard<std::mutex> lock(mutex);
        unsupported += graph::isUnsupported(diagnostic);
        if (diagnostic.getSeverity() == mlir::DiagnosticSeverity::Error)
          errorTexts.push_back(oneLine(diagnostic));
        else if (diagnostic.getSeverity() == mlir::DiagnosticSeverity::Warning)
          warningTexts.push_back(oneLine(diagnostic));
        return mlir::success();
      }) {}

std::string DiagnosticCollector::errors(unsigned limit) const {
  std::lock_guard<std::mutex> lock(mutex);
  llvm::ArrayRef<std::string> shown = errorTexts;
  std::string text = llvm::join(shown.take_front(limit), "; ");
  if (errorTexts.size() > limit)
    text += "; and " + std::to_string(errorTexts.size() - limit) + " more";
  return text;
}

} // namespace tenon::driver
