//===- EmulatedOpTest.cpp - GPU kernels over the op table -----------------===//
//
// Compiles cases for sm_90 and runs them on an emulated GPU, threads in order
// and in reverse, against the interpreter. What kernels do not hold stands in
// not_compiled.txt, as for CPUs, and what GPUs alone do not in not_on_gpus.txt.
//
//===----------------------------------------------------------------------===//

#include "test/backends/cuda/support/EmulatedDevice.h"
#include "test/ops/Cases.h"
#include "test/ops/CompiledCases.h"

#include "llvm/Support/FileSystem.h"

#include <gtest/gtest.h>

#include <cstring>
#include <map>

using namespace tenon;
using namespace tenon::optable;

namespace {

/// What became of each case.
class Cases {
public:
  static Cases &get() {
    static Cases cases;
    return cases;
  }

  /// The compiled case; compiles those around it too.
  const CompiledCase &compile(const Case &test) {
    size_t index = indexOf.at(test.name), batch = index / kCasesPerBatch;
    if (batches.size() <= batch)
      batches.resize(batch + 1);
    size_t begin = batch * kCasesPerBatch;
    if (batches[batch].empty()) {
      std::string own = folder + "/" + std::to_string(batch);
      EXPECT_FALSE(llvm::sys::fs::create_directory(own));
      batches[batch] =
          compileCases(llvm::ArrayRef(all).slice(
                           begin, std::min(kCasesPerBatch, all.size() - begin)),
                       {target}, own);
    }
    return batches[batch][index - begin];
  }

  /// The opened artifact; `wrong` says why it is not one.
  cuda::EmulatedModel &open(const std::string &artifact, std::string &wrong) {
    auto &[model, failure] = models[artifact];
    if (!model) {
      model = std::make_unique<cuda::EmulatedModel>();
      failure = model->open(artifact, configuredPath(artifact), target);
    }
    wrong = failure;
    return *model;
  }

private:
  // Small, so that a session's kernels are compiled soon.
  static constexpr size_t kCasesPerBatch = 60;

  Cases()
      : target(llvm::cantFail(target::lookupTarget("sm_90"))),
        all(llvm::cantFail(readTables((getTableRoot() + "/table").str()))) {
    for (size_t i = 0; i < all.size(); ++i)
      indexOf[all[i].name] = i;
    llvm::SmallString<128> unique;
    EXPECT_FALSE(llvm::sys::fs::createUniqueDirectory("tenon-gpu-op", unique));
    folder = std::string(unique);
  }
  ~Cases() {
    models.clear();
    llvm::sys::fs::remove_directories(folder);
  }

  target::TargetDescription target;
  std::string folder;
  std::vector<Case> all;
  std::map<std::string, size_t> indexOf;
  std::vector<std::vector<CompiledCase>> batches;
  std::map<std::string,
           std::pair<std::unique_ptr<cuda::EmulatedModel>, std::string>>
      models;
};

/// The exceptions of GPUs, then those of kernels in general.
const std::vector<Exception> &getExceptions() {
  static const std::vector<Exception> exceptions = [] {
    std::vector<Exception> all;
    for (const char *file : {"/not_on_gpus.txt", "/not_compiled.txt"}) {
      auto read = readExceptions((getTableRoot() + file).str());
      if (read)
        all.insert(all.end(), read->begin(), read->end());
      else
        ADD_FAILURE() << toString(read.takeError());
    }
    return all;
  }();
  return exceptions;
}

const Exception *findException(const Case &test) {
  for (const Exception &exception : getExceptions())
    if (exception.matches(test.name))
      return &exception;
  return nullptr;
}

bool haveSameBits(const reference::Tensors &a, const reference::Tensors &b) {
  for (auto [x, y] : llvm::zip_equal(a, b))
    if (std::memcmp(x.getData(), y.getData(), x.getByteSize()) != 0)
      return false;
  return true;
}

/// Runs a case in both orders of threads; what is wrong, or "".
std::string runBothWays(const CompiledCase &compiled, const Case &test) {
  CaseContext context;
  auto module = context.parse(test);
  auto inputs = makeInputs(test);
  if (!module || !inputs)
    return "not a case: " + toString(inputs.takeError());
  auto expected = interpret(*module, *inputs, context);
  if (!expected)
    return "the oracle refuses: " + toString(expected.takeError());
  std::string wrong;
  cuda::EmulatedModel &model = Cases::get().open(compiled.artifact, wrong);
  if (!wrong.empty())
    return wrong;
  std::vector<reference::Tensors> results;
  for (cuda::TurnOrder order :
       {cuda::TurnOrder::Forward, cuda::TurnOrder::Backward}) {
    reference::Tensors &outputs = results.emplace_back();
    for (const reference::Tensor &tensor : *expected)
      outputs.emplace_back(tensor.getElementType(), tensor.getShape());
    wrong = model.run(compiled.entry, *inputs, outputs, order);
    if (!wrong.empty())
      return wrong;
  }
  for (auto [i, result] : llvm::enumerate(results[0]))
    if (auto difference = findDifference(result, (*expected)[i], test.cpu))
      wrong += "result " + std::to_string(i) + ": " + *difference + "\n";
  if (!haveSameBits(results[0], results[1]))
    wrong += "threads in reverse order give other bits\n";
  return wrong;
}

void runCase(const Case &test) {
  const CompiledCase &compiled = Cases::get().compile(test);
  const Exception *exception = findException(test);
  std::string wrong = compiled.outcome == CompiledCase::Ready
                          ? runBothWays(compiled, test)
                          : compiled.reason;
  if (!exception) {
    EXPECT_EQ(compiled.outcome, CompiledCase::Ready) << compiled.reason;
    EXPECT_EQ(wrong, "") << test.module;
    return;
  }
  if (exception->kind == Exception::Wrong) {
    EXPECT_NE(wrong, "") << "this is right now: take out the line of "
                         << exception->pattern;
    return;
  }
  EXPECT_EQ(compiled.outcome, CompiledCase::Refused)
      << exception->pattern << " is not refused: " << wrong;
  EXPECT_NE(wrong.find(exception->reason), std::string::npos)
      << exception->pattern << ": " << wrong;
}

[[maybe_unused]] const bool registered = registerCases("EmulatedOp", runCase);

} // namespace
