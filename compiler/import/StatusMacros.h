//===- StatusMacros.h - early returns for absl::Status ----------*- C++ -*-===//
//
// Only for .cpp files and private headers of this layer.
//
//===----------------------------------------------------------------------===//
#ifndef TENON_COMPILER_IMPORT_STATUSMACROS_H
#define TENON_COMPILER_IMPORT_STATUSMACROS_H

#include "absl/status/statusor.h"

/// Returns from the enclosing function when `expr`, a Status, is an error.
#define TENON_RETURN_IF_ERROR(expr)                                            \
  do {                                                                         \
    if (absl::Status tenonStatus = (expr); !tenonStatus.ok())                  \
      return tenonStatus;                                                      \
  } while (false)

#define TENON_STATUS_CONCAT_IMPL(a, b) a##b
#define TENON_STATUS_CONCAT(a, b) TENON_STATUS_CONCAT_IMPL(a, b)
#define TENON_ASSIGN_OR_RETURN_IMPL(result, lhs, expr)                         \
  auto result = (expr);                                                        \
  if (!result.ok())                                                            \
    return result.status();                                                    \
  lhs = std::move(result).value()

/// Declares or assigns `lhs` from `expr`, a StatusOr, or returns its error.
#define TENON_ASSIGN_OR_RETURN(lhs, expr)                                      \
  TENON_ASSIGN_OR_RETURN_IMPL(TENON_STATUS_CONCAT(tenonResult, __LINE__), lhs, \
                              expr)

#endif // TENON_COMPILER_IMPORT_STATUSMACROS_H
