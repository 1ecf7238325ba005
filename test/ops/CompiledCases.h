//===- CompiledCases.h - Cases of the op table as artifacts ---------------===//
//
// Code generation is paid per module, so that many cases share an artifact, an
// entry each. A case that stops the others is found and left out.
//
//===----------------------------------------------------------------------===//

#ifndef TENON_TEST_OPS_COMPILEDCASES_H
#define TENON_TEST_OPS_COMPILEDCASES_H

#include "ir/target/TargetDescription.h"
#include "test/ops/OpTable.h"

namespace tenon::optable {

/// How far a case came on its way to code.
struct CompiledCase {
  enum Outcome {
    Ready,   ///< It is an entry of an artifact.
    Refused, ///< The compiler lists it as unsupported, as with exit code 3.
    Failed,  ///< The compiler fails in any other way.
  };
  Outcome outcome = Failed;
  std::string reason;   ///< Why there is no code.
  std::string artifact; ///< The file that holds it.
  std::string entry;    ///< The entry in it.
};

/// Compiles `cases` for all of `targets`, which are of one architecture, into
/// artifacts in `folder`. Gives one result per case, in order. For GPUs the
/// module as its kernels are emitted stands beside each artifact, see
/// configuredPath.
std::vector<CompiledCase>
compileCases(llvm::ArrayRef<Case> cases,
             llvm::ArrayRef<target::TargetDescription> targets,
             const std::string &folder);

/// Where the module of an artifact for GPUs at the end of phase "configured"
/// stands.
std::string configuredPath(const std::string &artifact);

/// Names of symbols that code images of an artifact import, "" where none
/// does. Anything that cannot be read is text too.
std::string findImports(const std::string &artifact);

/// What is known not to compile or not to be right yet, as not_compiled.txt
/// says it.
struct Exception {
  enum Kind {
    Refused, ///< Refused with a message that contains `reason`.
    Wrong,   ///< Fails to compile, or gives other values; `reason` says why.
  };
  std::string pattern; ///< A glob for names of cases.
  Kind kind = Refused;
  std::string reason;
  int line = 0;
  bool matches(llvm::StringRef name) const;
};

/// The table of exceptions, in its order: the first that matches counts.
llvm::Expected<std::vector<Exception>> readExceptions(llvm::StringRef path);

} // namespace tenon::optable

#endif // TENON_TEST_OPS_COMPILEDCASES_H
