//===- Strings.h - ops on strings -------------------------------*- C++ -*-===//
//
// A tensor of strings stands in the graph as ui32 with one more dimension, the
// last: the Unicode code points of each string, filled up with zeros. Strings
// are bounded by its size. A Slot of type STRING has the tensor's own
// dimensions, without that one.
//
//===----------------------------------------------------------------------===//
#ifndef TENON_COMPILER_IMPORT_ONNX_OPS_STRINGS_H
#define TENON_COMPILER_IMPORT_ONNX_OPS_STRINGS_H

#include "compiler/import/onnx/OpTable.h"

namespace tenon::onnx {

/// The most code points of a string that is an input of a model.
constexpr int64_t kMostCharacters = 64;
/// Ends the names of an artifact's inputs and outputs that are strings.
constexpr const char *kStringsSuffix = ":strings";

/// The ops of which an operand or result is a string.
llvm::ArrayRef<OpEntry> stringOps();
/// The row that converts `op` where one of its operands is a string, or null.
const OpEntry *findStringOp(llvm::StringRef op, int64_t opset,
                            llvm::StringRef domain);

/// One to one: the letter of the other case for each code point from 0 on, of
/// Latin, Greek, Cyrillic and Armenian; what has none stays.
std::vector<int64_t> caseTable(bool toUpper);

} // namespace tenon::onnx

#endif // TENON_COMPILER_IMPORT_ONNX_OPS_STRINGS_H
