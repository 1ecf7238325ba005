// What a right executor may give for a module: values of the interpreter, each
// with the error that rounding explains.

#ifndef TENON_COMPILER_CHECK_EXPECTATION_H
#define TENON_COMPILER_CHECK_EXPECTATION_H

#include "compiler/check/Calls.h"

#include <optional>

namespace tenon::check {

/// A tensor and how far each element may be off. An infinite slack stands for
/// an element that says nothing: a rounding error decides whether it is NaN,
/// or which integer it is.
struct Expected {
  reference::Tensor value;
  std::vector<double> slack;
};

struct ExpectedCall {
  std::vector<Expected> outputs;
  std::vector<std::pair<std::string, Expected>> state;
};

/// Calls an entry once for each of `inputs`, state going from call to call.
/// Slack comes from `runs` moved runs (Rounding.h), or 24 where these have
/// decisions to make: twice the farthest that any of them came, and an ulp.
/// Fails with a diagnostic.
llvm::FailureOr<std::vector<ExpectedCall>>
expectCalls(graph::EntryOp entry, llvm::ArrayRef<reference::Tensors> inputs,
            const reference::WeightResolver &weights, int runs = 8);

/// How many elements were compared, and of how many nothing is known.
struct Coverage {
  int64_t compared = 0;
  int64_t unknown = 0;
};

/// Nothing where `actual` is as expected, else what differs first. NaN equals
/// NaN.
std::optional<std::string> findDifference(const reference::Tensor &actual,
                                          const Expected &expected,
                                          Coverage *coverage = nullptr);

/// How probe inputs are drawn.
enum class ProbeStyle {
  Plain, ///< small numbers, whole ones among them
  Edges, ///< with NaN, infinities, zeros of both signs, extremes in between
};

/// Values for the inputs of an entry, the same for a seed on every machine.
reference::Tensors makeProbe(graph::EntryOp entry, uint64_t seed,
                             ProbeStyle style);

} // namespace tenon::check

#endif // TENON_COMPILER_CHECK_EXPECTATION_H
