// The table of descriptions that are compiled into the program.

#include "ir/target/TargetDescription.h"

#include "llvm/ADT/StringExtras.h"

using namespace tenon::target;

namespace {
struct BuiltinTarget {
  llvm::StringLiteral name;
  llvm::StringLiteral text;
};

constexpr BuiltinTarget builtinTargets[] = {
#include "ir/target/BuiltinTargets.inc"
};
} // namespace

llvm::SmallVector<llvm::StringRef> tenon::target::builtinTargetNames() {
  llvm::SmallVector<llvm::StringRef> names;
  for (const BuiltinTarget &entry : builtinTargets)
    names.push_back(entry.name);
  llvm::sort(names);
  return names;
}

llvm::Expected<TargetDescription>
tenon::target::lookupTarget(llvm::StringRef name) {
  if (name == "native")
    return detectHostTarget();
  for (const BuiltinTarget &entry : builtinTargets)
    if (entry.name == name)
      return parseTargetDescription(entry.text, (name + ".target").str());
  return llvm::createStringError("unknown target '" + name + "', known are " +
                                 llvm::join(builtinTargetNames(), ", ") +
                                 " and native");
}
