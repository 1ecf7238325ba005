#include "compiler/report/Provenance.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/Path.h"

namespace tenon::report {
namespace {

/// Collects names first; positions only where no name is found, because a
/// node's name says more than a line of an exported file.
void collect(mlir::Location location, llvm::SmallVectorImpl<std::string> &names,
             llvm::SmallVectorImpl<std::string> &positions) {
  llvm::TypeSwitch<mlir::LocationAttr>(location)
      .Case([&](mlir::NameLoc loc) { names.push_back(loc.getName().str()); })
      .Case([&](mlir::FusedLoc loc) {
        for (mlir::Location part : loc.getLocations())
          collect(part, names, positions);
      })
      .Case([&](mlir::CallSiteLoc loc) {
        collect(loc.getCallee(), names, positions);
      })
      .Case([&](mlir::OpaqueLoc loc) {
        collect(loc.getFallbackLocation(), names, positions);
      })
      .Case([&](mlir::FileLineColRange loc) {
        positions.push_back(
            llvm::formatv(
                "{0}:{1}:{2}",
                llvm::sys::path::filename(loc.getFilename().getValue()),
                loc.getStartLine(), loc.getStartColumn())
                .str());
      });
}

} // namespace

llvm::SmallVector<std::string> nodeNames(mlir::Location location) {
  llvm::SmallVector<std::string> names, positions, unique;
  collect(location, names, positions);
  for (std::string &name : names.empty() ? positions : names)
    if (!llvm::is_contained(unique, name))
      unique.push_back(std::move(name));
  return unique;
}

std::string provenance(mlir::Location location, unsigned limit) {
  llvm::SmallVector<std::string> names = nodeNames(location);
  llvm::ArrayRef<std::string> shown = names;
  std::string text = llvm::join(shown.take_front(limit), ", ");
  if (names.size() > limit)
    text += " and " + std::to_string(names.size() - limit) + " more";
  return text;
}

} // namespace tenon::report
