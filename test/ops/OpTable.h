//===- OpTable.h - The table of op cases ----------------------------------===//
//
// Reads table/*.ops and expands each row into cases, one per choice of its
// variables. A case is a tiny module, its inputs, and how its results compare.
// README.md describes the form of a row.
//
//===----------------------------------------------------------------------===//

#ifndef TENON_TEST_OPS_OPTABLE_H
#define TENON_TEST_OPS_OPTABLE_H

#include "backends/reference/Tensor.h"

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <optional>
#include <string>
#include <vector>

namespace tenon::optable {

/// How far a value may be from the right one.
struct Tolerance {
  enum Kind {
    Exact,    ///< Equal bits, but any NaN for NaN.
    Ulp,      ///< Units in the last place of the result's type.
    Relative, ///< A share of the largest finite right value of the tensor.
  };
  Kind kind = Exact;
  double amount = 0;
};

/// A value that a case takes or gives.
struct Port {
  std::string name; ///< Without the `%`.
  std::string type; ///< MLIR's spelling, e.g. `tensor<4xf32>`.
  reference::ElementType element;
  std::vector<int64_t> shape;
  std::string values; ///< An input's values, or what an output must be.
};

struct Case {
  std::string name;   ///< E.g. `add/plain/T=f32`; its first part is an op.
  std::string file;   ///< Where it stands, for messages.
  int line = 0;       ///< Of its `case` line.
  std::string module; ///< With one entry, `@main`.
  std::vector<Port> inputs, outputs;
  std::string truth;   ///< A Python expression, see make_goldens.py.
  Tolerance tolerance; ///< Of the interpreter against the truth.
  Tolerance cpu;       ///< Of compiled kernels against the interpreter.
  std::string opName() const { return name.substr(0, name.find('/')); }
};

/// The cases of one file's text.
llvm::Expected<std::vector<Case>> parseTable(llvm::StringRef text,
                                             llvm::StringRef file);

/// The cases of all files `*.ops` of a folder, in the order of their names.
llvm::Expected<std::vector<Case>> readTables(llvm::StringRef folder);

/// The inputs' values.
llvm::Expected<std::vector<reference::Tensor>> makeInputs(const Case &test);

/// Values as the table writes them, see README.md. `seed` decides the draws.
llvm::Expected<reference::Tensor> makeValues(const Port &port,
                                             llvm::StringRef seed);

/// Nothing where `actual` is close enough to `expected`, else what differs.
std::optional<std::string> findDifference(const reference::Tensor &actual,
                                          const reference::Tensor &expected,
                                          Tolerance tolerance);

} // namespace tenon::optable

#endif // TENON_TEST_OPS_OPTABLE_H
