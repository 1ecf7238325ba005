//===- Cases.cpp - Running the op table under GoogleTest ------------------===//

#include "test/ops/Cases.h"
#include "backends/reference/Interpreter.h"
#include "ir/graph/GraphOps.h"
#include "ir/kernel/KernelOps.h"

#include "mlir/Parser/Parser.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include <gtest/gtest.h>

using namespace llvm;
using namespace tenon::reference;

namespace tenon::optable {

StringRef getTableRoot() { return TENON_SOURCE_DIR "/test/ops"; }

CaseContext::CaseContext() : context(mlir::MLIRContext::Threading::DISABLED) {
  context.loadDialect<graph::TenonDialect, kernel::KernelDialect>();
  context.getDiagEngine().registerHandler([this](mlir::Diagnostic &diag) {
    errors += diag.str() + "\n";
    return mlir::success();
  });
}

mlir::OwningOpRef<mlir::ModuleOp> CaseContext::parse(const Case &test) {
  return mlir::parseSourceString<mlir::ModuleOp>(test.module, &context);
}

Expected<Tensors> interpret(mlir::ModuleOp module, ArrayRef<Tensor> inputs,
                            CaseContext &context) {
  auto results = evaluateEntry(module, "main", inputs, {});
  if (failed(results))
    return createStringError(context.errors);
  return *results;
}

/// Lines `NAME [v, v, ..]` of all golden files, by name.
static const StringMap<std::string> &getGoldens() {
  static const StringMap<std::string> goldens = [] {
    StringMap<std::string> goldens;
    std::error_code status;
    std::string folder = (getTableRoot() + "/golden").str();
    for (sys::fs::directory_iterator it(folder, status), end;
         it != end && !status; it.increment(status)) {
      auto buffer = MemoryBuffer::getFile(it->path(), /*IsText=*/true);
      if (!buffer || sys::path::extension(it->path()) != ".txt")
        continue;
      SmallVector<StringRef> lines;
      (*buffer)->getBuffer().split(lines, '\n');
      for (StringRef line : lines)
        if (!line.empty() && !line.starts_with("#"))
          goldens[line.split(' ').first] = line.split(' ').second.str();
    }
    return goldens;
  }();
  return goldens;
}

Expected<Tensors> getExpected(const Case &test) {
  Tensors expected;
  for (auto [index, port] : enumerate(test.outputs)) {
    Port known = port;
    if (known.values.empty()) {
      auto it = getGoldens().find(test.name + ":" + std::to_string(index));
      if (it == getGoldens().end())
        return createStringError("no golden values: run make_goldens.py");
      known.values = it->second;
    }
    Expected<Tensor> values = makeValues(known, "");
    if (!values)
      return values.takeError();
    expected.push_back(*values);
  }
  return expected;
}

namespace {

class CaseTest : public testing::Test {
public:
  explicit CaseTest(std::function<void()> body) : body(std::move(body)) {}
  void TestBody() override { body(); }

private:
  std::function<void()> body;
};

} // namespace

static void registerOne(const char *suite, const std::string &name,
                        const char *file, int line,
                        std::function<void()> body) {
  testing::RegisterTest(
      suite, name.c_str(), nullptr, nullptr, file, line,
      [=]() -> testing::Test * { return new CaseTest(body); });
}

bool registerCases(const char *suite, std::function<void(const Case &)> runCase,
                   std::function<std::optional<Case>(const Case &)> adapt) {
  auto cases = readTables((getTableRoot() + "/table").str());
  if (!cases) {
    std::string message = toString(cases.takeError());
    registerOne(suite, "TableIsReadable", __FILE__, __LINE__,
                [=] { FAIL() << message; });
    return false;
  }
  for (const Case &original : *cases) {
    std::optional<Case> test = adapt ? adapt(original) : original;
    if (test)
      registerOne(suite, test->name, original.file.c_str(), test->line,
                  [test, runCase] { runCase(*test); });
  }
  return true;
}

} // namespace tenon::optable
