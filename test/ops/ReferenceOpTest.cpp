//===- ReferenceOpTest.cpp - The interpreter over the op table ------------===//
//
// Each case's module parses, verifies, prints and parses back, and evaluates to
// the known values.
//
//===----------------------------------------------------------------------===//

#include "mlir/Parser/Parser.h"
#include "test/ops/Cases.h"

#include <gtest/gtest.h>

using namespace tenon::optable;

static std::string print(mlir::ModuleOp module) {
  std::string text;
  llvm::raw_string_ostream os(text);
  module.print(os);
  return text;
}

static void runCase(const Case &test) {
  CaseContext context;
  auto module = context.parse(test);
  ASSERT_TRUE(module) << context.errors << test.module;
  std::string text = print(*module);
  auto again = mlir::parseSourceString<mlir::ModuleOp>(text, &context.context);
  ASSERT_TRUE(again) << context.errors << text;
  EXPECT_EQ(print(*again), text);

  auto inputs = makeInputs(test);
  ASSERT_TRUE(bool(inputs)) << toString(inputs.takeError());
  auto results = interpret(*module, *inputs, context);
  ASSERT_TRUE(bool(results)) << toString(results.takeError());
  auto expected = getExpected(test);
  ASSERT_TRUE(bool(expected)) << toString(expected.takeError());
  ASSERT_EQ(results->size(), expected->size());
  for (size_t i = 0; i < results->size(); ++i)
    if (auto difference =
            findDifference((*results)[i], (*expected)[i], test.tolerance))
      ADD_FAILURE() << "result " << i << ": " << *difference;
}

[[maybe_unused]] static const bool registered =
    registerCases("ReferenceOp", runCase);
