//===- AxisLine.h - numbers along one axis ----------------------*- C++ -*-===//
//
// Resize computes, for each place of an axis, where in the input it lies and
// how much its neighbours count. Its scales may be known while importing or at
// run time only; a Line is written down once and computed in whichever way is
// possible, in f64 both times.
//
//===----------------------------------------------------------------------===//
#ifndef TENON_COMPILER_IMPORT_ONNX_OPS_AXISLINE_H
#define TENON_COMPILER_IMPORT_ONNX_OPS_AXISLINE_H

#include "compiler/import/onnx/Emitter.h"

namespace tenon::onnx {

/// One number per place of an axis, or one for all. A bool is 0 or 1.
struct Line {
  /// The numbers, where they are known.
  std::vector<double> known;
  /// Where they are not: a vector or scalar of f64, or of i1.
  Value computed;

  bool isKnown() const { return !computed; }
  /// Whether all numbers are known to be `value`.
  bool isAll(double value) const;
};

/// The arithmetic of lines of one length.
class LineMath {
public:
  LineMath(Emitter emitter, int64_t length) : e(emitter), length(length) {}

  Line number(double value) { return {{value}, {}}; }
  /// 0 .. length - 1.
  Line places();
  /// A scalar of any number type.
  Line scalar(Value value);

  Line add(const Line &a, const Line &b);
  Line sub(const Line &a, const Line &b);
  Line mul(const Line &a, const Line &b);
  Line div(const Line &a, const Line &b);
  Line max(const Line &a, const Line &b);
  Line min(const Line &a, const Line &b);
  Line floor(const Line &a);
  Line ceil(const Line &a);
  Line abs(const Line &a);
  Line less(const Line &a, const Line &b);
  Line equal(const Line &a, const Line &b);
  Line either(const Line &a, const Line &b);
  Line select(const Line &condition, const Line &a, const Line &b);

  /// The line as a vector of the axis' length, of `element`.
  Value vector(const Line &line, mlir::Type element);

private:
  template <typename Host, typename Graph>
  Line binary(const Line &a, const Line &b, Host host, Graph graph);
  template <typename Host, typename Graph>
  Line unary(const Line &a, Host host, Graph graph);
  Value lift(const Line &line);

  Emitter e;
  int64_t length;
};

} // namespace tenon::onnx

#endif // TENON_COMPILER_IMPORT_ONNX_OPS_AXISLINE_H
