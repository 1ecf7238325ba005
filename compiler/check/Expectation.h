// What a right executor may give for a module: values of the interpreter, each
// with the error that rounding explains.

#ifndef TENON_COMPILER_CHECK_EXPECTATION_H
#define TENON_COMPILER_CHECK_EXPECTATION_H

#include "compiler/check/Calls.h"

#include <optional>

namespace tenon::check {

/// A tensor and how far each element may be off, of complex numbers each part.
/// An infinite slack stands for an element that says nothing: a rounding error
/// decides whether it is NaN, or which integer it is.
struct Expected {
  reference::Tensor value;
  std::vector<double> slack;
};

struct ExpectedCall {
  std::vector<Expected> outputs;
  std::vector<std::pair<std::string, Expected>> state;
};

/// Calls an entry once for each of `inputs`, state going from call to call.
/// Slack comes from `runs` moved runs (Rounding.h) of the entry's primitives,
/// or 24 where these have decisions to make: twice the farthest that any of
/// them came from where the primitives end unmoved, and an ulp. Fails with a
/// diagnostic.
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

/// What differs first between a call and what it should have given.
struct CallDifference {
  std::string result; ///< "output 0" or "variable v"
  std::string values;
};
std::optional<CallDifference> findDifference(const CallResults &actual,
                                             const ExpectedCall &expected,
                                             Coverage *coverage = nullptr);

/// Inputs of two calls of an entry, the same for a seed on every machine: small
/// numbers with whole ones among them, then NaN, infinities, zeros of both
/// signs and extremes in between.
std::vector<reference::Tensors> makeProbes(graph::EntryOp entry, uint64_t seed);
/// "plain inputs" or "edge values".
const char *probeName(size_t call);

} // namespace tenon::check

#endif // TENON_COMPILER_CHECK_EXPECTATION_H
