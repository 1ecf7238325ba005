//===- CompiledOpTest.cpp - Compiled kernels over the op table ------------===//
//
// Each case is compiled for every variant of this machine's architecture and
// run against the interpreter: plainly, and with every buffer at a forbidden
// page. It is compiled for another architecture too, and no image imports a
// symbol. What is not there yet stands in not_compiled.txt.
//
//===----------------------------------------------------------------------===//

#include "backends/reference/Interpreter.h"
#include "compiler/driver/PhaseRunner.h"
#include "runtime/capi/tenon.h"
#include "test/ops/Cases.h"
#include "test/ops/CompiledCases.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/TargetParser/Triple.h"

#include <gtest/gtest.h>

#include <map>

using namespace tenon;
using namespace tenon::optable;
using reference::Tensor;

namespace {

struct Release {
  void operator()(tn_model *model) const { tn_model_release(model); }
  void operator()(tn_session *session) const { tn_session_destroy(session); }
};

/// One artifact, one variant, one way to guard it.
class CaseSession {
public:
  CaseSession(const std::string &artifact, const std::string &variant,
              tn_guard guard) {
    tn_load_options load = TN_LOAD_OPTIONS_INIT;
    load.variant = variant.c_str();
    tn_model *made = nullptr;
    status = tn_model_load_file(artifact.c_str(), &load, &made, &diagnostic);
    model.reset(made);
    if (status != TN_OK)
      return;
    tn_session_options options = TN_SESSION_OPTIONS_INIT;
    // A fault is caught on the thread that runs the entry.
    options.threads = guard == TN_GUARD_OFF ? 2 : 1;
    options.guard = guard;
    tn_session *opened = nullptr;
    status = tn_session_create(model.get(), &options, &opened, &diagnostic);
    session.reset(opened);
  }

  /// Whether the artifact's code may run here at all.
  bool lacksFeatures() const { return status == TN_CPU_FEATURES; }
  /// Whether a run ended in a fault; such a session is of no use any more.
  bool hasCrashed() const { return crashed; }

  /// What is wrong with the results, or "".
  std::string run(const CompiledCase &compiled, const Case &test,
                  llvm::ArrayRef<Tensor> inputs,
                  llvm::ArrayRef<Tensor> expected) {
    if (status != TN_OK)
      return diagnostic.message;
    uint32_t entry = 0;
    bool ok = tn_model_find_entry(model.get(), compiled.entry.c_str(), &entry,
                                  &diagnostic) == TN_OK;
    for (size_t i = 0; ok && i < inputs.size(); ++i)
      ok = bind(entry, static_cast<uint32_t>(i), inputs[i]);
    reference::Tensors results;
    for (size_t i = 0; ok && i < expected.size(); ++i) {
      results.emplace_back(expected[i].getElementType(),
                           expected[i].getShape());
      ok = tn_session_bind_output(
               session.get(), entry, static_cast<uint32_t>(i),
               results.back().getMutableData(), results.back().getByteSize(),
               &diagnostic) == TN_OK;
    }
    if (!ok)
      return diagnostic.message;
    bool survived = driver::runGuarded([&] {
      ok = tn_session_run(session.get(), entry, &diagnostic) == TN_OK;
    });
    if (!survived) {
      // Nobody knows what it holds.
      (void)session.release();
      crashed = true;
      return "the kernel crashes";
    }
    if (!ok)
      return diagnostic.message;
    for (auto [i, result] : llvm::enumerate(results))
      if (auto difference = findDifference(result, expected[i], test.cpu))
        return "result " + std::to_string(i) + ": " + *difference;
    return "";
  }

private:
  bool bind(uint32_t entry, uint32_t index, const Tensor &input) {
    tn_tensor tensor{dtypeOf(input.getElementType()),
                     static_cast<int32_t>(input.getRank()),
                     input.getShape().data(), input.getData()};
    return tn_session_bind_input(session.get(), entry, index, &tensor,
                                 &diagnostic) == TN_OK;
  }

  static int32_t dtypeOf(reference::ElementType type) {
    for (int32_t dtype = TN_F32; dtype <= TN_COMPLEX_F64; ++dtype)
      if (reference::getElementTypeName(type) == tn_dtype_name(dtype))
        return dtype;
    return 0;
  }

  bool crashed = false;
  tn_code status = TN_OK;
  tn_diagnostic diagnostic = {};
  std::unique_ptr<tn_model, Release> model;
  std::unique_ptr<tn_session, Release> session;
};

target::TargetDescription lookUp(llvm::StringRef name) {
  return llvm::cantFail(target::lookupTarget(name));
}

/// This machine's own description, and the others of its architecture.
std::vector<target::TargetDescription> getHostTargets() {
  std::vector<target::TargetDescription> targets{lookUp("native")};
  auto arch = llvm::Triple(targets[0].triple).getArch();
  for (llvm::StringRef name : target::builtinTargetNames()) {
    target::TargetDescription target = lookUp(name);
    if (llvm::Triple(target.triple).getArch() == arch &&
        target.name != targets[0].name)
      targets.push_back(target);
  }
  return targets;
}

/// A machine of another architecture, which is compiled for only.
target::TargetDescription getForeignTarget() {
  bool isArm = llvm::Triple(lookUp("native").triple).isAArch64();
  return lookUp(isArm ? "x86-64-v4" : "aarch64");
}

/// Cases next to each other in the table, compiled when the first is run.
class Batch {
public:
  explicit Batch(llvm::ArrayRef<Case> cases) : cases(cases) {
    folder = testing::TempDir();
    llvm::SmallString<128> unique;
    EXPECT_FALSE(
        llvm::sys::fs::createUniqueDirectory("tenon-op-cases", unique));
    folder = std::string(unique);
  }
  ~Batch() { llvm::sys::fs::remove_directories(folder); }

  const CompiledCase &host(const Case &test) {
    if (hostCases.empty())
      hostCases = compileCases(cases, getHostTargets(), folder);
    return hostCases[indexOf(test)];
  }

  const CompiledCase &foreign(const Case &test) {
    if (foreignCases.empty()) {
      llvm::sys::fs::create_directory(folder + "/foreign");
      foreignCases =
          compileCases(cases, {getForeignTarget()}, folder + "/foreign");
    }
    return foreignCases[indexOf(test)];
  }

  CaseSession &session(const CompiledCase &compiled, const std::string &variant,
                       tn_guard guard) {
    auto &made = sessions[{compiled.artifact, variant, guard}];
    if (!made || made->hasCrashed())
      made = std::make_unique<CaseSession>(compiled.artifact, variant, guard);
    return *made;
  }

  const std::string &imports(const std::string &artifact) {
    auto it = importsOf.find(artifact);
    if (it == importsOf.end())
      it = importsOf.try_emplace(artifact, findImports(artifact)).first;
    return it->second;
  }

private:
  size_t indexOf(const Case &test) const {
    for (size_t i = 0; i < cases.size(); ++i)
      if (cases[i].name == test.name)
        return i;
    llvm_unreachable("the case is of another batch");
  }

  llvm::ArrayRef<Case> cases;
  std::string folder;
  std::vector<CompiledCase> hostCases, foreignCases;
  std::map<std::tuple<std::string, std::string, tn_guard>,
           std::unique_ptr<CaseSession>>
      sessions;
  std::map<std::string, std::string> importsOf;
};

/// All cases, and the batch of each.
struct Batches {
  static constexpr size_t kCasesPerBatch = 100;

  static Batches &get() {
    static Batches batches;
    return batches;
  }

  Batch &of(const Case &test) { return *byName.at(test.name); }

  std::vector<Case> all;

private:
  Batches()
      : all(llvm::cantFail(readTables((getTableRoot() + "/table").str()))) {
    for (size_t i = 0; i < all.size(); i += kCasesPerBatch) {
      size_t count = std::min(kCasesPerBatch, all.size() - i);
      batches.push_back(
          std::make_unique<Batch>(llvm::ArrayRef(all).slice(i, count)));
      for (size_t j = i; j < i + count; ++j)
        byName[all[j].name] = batches.back().get();
    }
  }

  std::vector<std::unique_ptr<Batch>> batches;
  std::map<std::string, Batch *> byName;
};

const std::vector<Exception> &getExceptions() {
  static const std::vector<Exception> exceptions = [] {
    auto read = readExceptions((getTableRoot() + "/not_compiled.txt").str());
    if (!read) {
      ADD_FAILURE() << toString(read.takeError());
      return std::vector<Exception>();
    }
    return *read;
  }();
  return exceptions;
}

const Exception *findException(const Case &test) {
  for (const Exception &exception : getExceptions())
    if (exception.matches(test.name))
      return &exception;
  return nullptr;
}

/// Runs a case on every variant in every way; what is wrong, or "".
std::string runEverywhere(Batch &batch, const CompiledCase &compiled,
                          const Case &test) {
  CaseContext context;
  auto module = context.parse(test);
  auto inputs = makeInputs(test);
  if (!module || !inputs)
    return "not a case: " + toString(inputs.takeError());
  auto expected = interpret(*module, *inputs, context);
  if (!expected)
    return "the oracle refuses: " + toString(expected.takeError());
  std::string wrong;
  bool ran = false;
  for (const target::TargetDescription &target : getHostTargets())
    for (tn_guard guard : {TN_GUARD_OFF, TN_GUARD_END, TN_GUARD_START}) {
      CaseSession &session = batch.session(compiled, target.name, guard);
      if (session.lacksFeatures())
        continue;
      ran = true;
      std::string here = session.run(compiled, test, *inputs, *expected);
      static const char *const guards[] = {"no guard", "guard at the end",
                                           "guard at the start"};
      if (!here.empty())
        wrong += target.name + ", " + guards[guard] + ": " + here + "\n";
    }
  return ran ? wrong : "no variant runs here";
}

void runCase(const Case &test) {
  Batch &batch = Batches::get().of(test);
  const CompiledCase &compiled = batch.host(test);
  const Exception *exception = findException(test);
  std::string wrong = compiled.outcome == CompiledCase::Ready
                          ? runEverywhere(batch, compiled, test)
                          : compiled.reason;
  if (!exception) {
    EXPECT_EQ(compiled.outcome, CompiledCase::Ready) << compiled.reason;
    EXPECT_EQ(wrong, "") << test.module;
    return;
  }
  std::string where =
      "not_compiled.txt:" + std::to_string(exception->line) + ": ";
  if (exception->kind == Exception::Wrong) {
    EXPECT_NE(compiled.outcome, CompiledCase::Refused) << where << wrong;
    EXPECT_NE(wrong, "") << where << "this is right now: take the line out";
    return;
  }
  EXPECT_EQ(compiled.outcome, CompiledCase::Refused)
      << where << "this is not refused: " << wrong;
  EXPECT_NE(wrong.find(exception->reason), std::string::npos) << where << wrong;
}

void crossCompile(const Case &test) {
  Batch &batch = Batches::get().of(test);
  const Exception *exception = findException(test);
  if (exception && exception->kind == Exception::Refused) {
    EXPECT_EQ(batch.foreign(test).outcome, CompiledCase::Refused);
    return;
  }
  for (const CompiledCase *compiled : {&batch.host(test), &batch.foreign(test)})
    if (compiled->outcome == CompiledCase::Ready)
      EXPECT_EQ(batch.imports(compiled->artifact), "");
    else
      EXPECT_TRUE(exception) << compiled->reason;
}

TEST(NotCompiled, EveryLineMatchesACase) {
  for (const Exception &exception : getExceptions())
    EXPECT_TRUE(llvm::any_of(
        Batches::get().all,
        [&](const Case &test) { return findException(test) == &exception; }))
        << "line " << exception.line << ": " << exception.pattern;
}

[[maybe_unused]] const bool registered =
    registerCases("CompiledOp", runCase) &&
    registerCases("CrossCompiledOp", crossCompile);

} // namespace
