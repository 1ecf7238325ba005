//===- OpList.h - the rows of the table of ONNX ops, as data ----*- C++ -*-===//
#ifndef TENON_COMPILER_IMPORT_ONNX_OPLIST_H
#define TENON_COMPILER_IMPORT_ONNX_OPLIST_H

#include <string>
#include <vector>

namespace tenon::onnx {

/// A row of the table (OpTable.h) as pages and lists show it.
struct ListedOp {
  std::string name; ///< with its domain, unless that is the default one
  int since, until; ///< versions of the operator set
  std::string limits;
};

/// All rows, sorted by domain, name and version.
std::vector<ListedOp> listOps();

} // namespace tenon::onnx

#endif // TENON_COMPILER_IMPORT_ONNX_OPLIST_H
