//===- CompletenessTest.cpp - Every graph op is complete or says it is not ===//
//
// Walks the registered ops of the graph dialect and demands what an op needs to
// be of use everywhere. What an op does not have stands in incomplete.txt with
// a reason, and nothing else may stand there, so that the list only shrinks.
//
//===----------------------------------------------------------------------===//

#include "backends/common/emit/EmitOpInterface.h"
#include "backends/reference/Interpreter.h"
#include "compiler/driver/Dialects.h"
#include "ir/graph/GraphOps.h"
#include "ir/interfaces/DecomposableOpInterface.h"
#include "ir/interfaces/DifferentiableOpInterface.h"
#include "test/ops/Cases.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Parser/Parser.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

using namespace tenon;
using llvm::StringRef;
using mlir::RegisteredOperationName;

namespace {

std::string readFile(const llvm::Twine &path) {
  auto buffer = llvm::MemoryBuffer::getFile(path, /*IsText=*/true);
  return buffer ? (*buffer)->getBuffer().str() : std::string();
}

/// All files of `folder` whose names end so, one after the other.
std::string readFiles(const llvm::Twine &folder, StringRef ending) {
  std::string text;
  std::error_code error;
  for (llvm::sys::fs::directory_iterator it(folder, error), end;
       it != end && !error; it.increment(error))
    if (StringRef(it->path()).ends_with(ending))
      text += readFile(it->path());
  return text;
}

/// What the tests ask about ops.
class Facts {
public:
  Facts() {
    mlir::DialectRegistry registry;
    driver::registerDialects(registry);
    context.appendDialectRegistry(registry);
    context.loadAllAvailableDialects();
    for (RegisteredOperationName name : context.getRegisteredOperations())
      if (name.getDialectNamespace() == "tenon")
        ops.push_back(name);
    StringRef root = TENON_SOURCE_DIR;
    pages = readFiles(root + "/docs/generated", ".md");
    wrongForms = readFiles(root + "/test/ir/graph", "-invalid.mlir");
    auto cases =
        optable::readTables((optable::getTableRoot() + "/table").str());
    EXPECT_TRUE(bool(cases));
    for (const optable::Case &test : *cases) {
      rows.insert(test.opName());
      // One op of each kind, in the first module that has it.
      std::string spelled = "tenon." + test.opName();
      if (instances.contains(spelled))
        continue;
      modules.push_back(
          mlir::parseSourceString<mlir::ModuleOp>(test.module, &context));
      modules.back()->walk([&](mlir::Operation *op) {
        if (op->getName().getStringRef() == spelled)
          instances[spelled] = op;
      });
    }
  }

  static Facts &get() {
    static Facts facts;
    return facts;
  }

  mlir::MLIRContext context;
  std::vector<RegisteredOperationName> ops;
  /// The generated pages, and the tests of verifiers.
  std::string pages, wrongForms;
  /// Ops that the table has rows of, and one op of each.
  llvm::StringSet<> rows;
  llvm::StringMap<mlir::Operation *> instances;

private:
  std::vector<mlir::OwningOpRef<mlir::ModuleOp>> modules;
};

/// The op's section of its generated page.
StringRef getPage(RegisteredOperationName op) {
  StringRef pages = Facts::get().pages;
  size_t begin = pages.find(("### `" + op.getStringRef() + "` (").str());
  if (begin == StringRef::npos)
    return "";
  StringRef page = pages.substr(begin + 4);
  return page.substr(0, page.find("\n### "));
}

/// A formula or, for what computes nothing, a form in words and an example.
bool hasMaths(RegisteredOperationName op) {
  StringRef page = getPage(op);
  // Between the syntax and the lists stands the description.
  StringRef description = page.split("```\n\n").second.split("\nTraits:").first;
  return description.contains('=') && description.size() > 20;
}

/// Whether the op's verifier refuses a type of unknown rank in place of each
/// operand's and each result's. What has no row in the table is held to have a
/// test of its own.
bool refusesWrongTypes(RegisteredOperationName name) {
  mlir::Operation *op = Facts::get().instances.lookup(name.getStringRef());
  if (!op)
    return StringRef(Facts::get().wrongForms).contains(name.getStringRef());
  mlir::ScopedDiagnosticHandler silent(
      op->getContext(), [](mlir::Diagnostic &) { return mlir::success(); });
  auto isRefused = [&] {
    return failed(mlir::verify(op, /*verifyRecursively=*/false));
  };
  mlir::OpBuilder b(op);
  auto unranked = mlir::UnrankedTensorType::get(b.getF32Type());
  mlir::Value wrong =
      mlir::UnrealizedConversionCastOp::create(
          b, op->getLoc(), mlir::TypeRange{unranked}, mlir::ValueRange())
          .getResult(0);
  bool refused = !isRefused();
  for (mlir::OpOperand &operand : op->getOpOperands()) {
    mlir::Value right = operand.get();
    operand.set(wrong);
    refused &= isRefused();
    operand.set(right);
  }
  for (mlir::OpResult result : op->getResults()) {
    mlir::Type right = result.getType();
    result.setType(unranked);
    refused &= isRefused();
    result.setType(right);
  }
  wrong.getDefiningOp()->erase();
  return refused;
}

bool infersTypes(RegisteredOperationName op) {
  return op.hasInterface<mlir::InferTypeOpInterface>();
}

bool decomposes(RegisteredOperationName op) {
  return op.hasInterface<DecomposableOpInterface>();
}

bool isEvaluated(RegisteredOperationName op) {
  return decomposes(op) || reference::hasEvaluation(op);
}

bool isLowered(RegisteredOperationName op) {
  return decomposes(op) || op.hasInterface<emit::EmitOpInterface>();
}

bool isInTable(RegisteredOperationName op) {
  return Facts::get().rows.contains(op.stripDialect());
}

/// A rule, a statement that the derivative is zero, or parts that have them.
bool hasDerivative(RegisteredOperationName op) {
  return op.hasInterface<DifferentiableOpInterface>() || decomposes(op);
}

/// There is no batching rule to ask for yet.
bool hasBatchingRule(RegisteredOperationName) { return false; }

/// What every op has to have.
struct Aspect {
  const char *name;
  bool (*has)(RegisteredOperationName);
};

void PrintTo(const Aspect &aspect, std::ostream *os) { *os << aspect.name; }

constexpr Aspect aspects[] = {
    {"maths", hasMaths},           {"verifier", refusesWrongTypes},
    {"inference", infersTypes},    {"evaluation", isEvaluated},
    {"lowering", isLowered},       {"table", isInTable},
    {"derivative", hasDerivative}, {"batching", hasBatchingRule},
};

/// incomplete.txt: `[aspect] REASON`, then lines of ops.
struct Gaps {
  static const Gaps &get() {
    static const Gaps gaps;
    return gaps;
  }

  /// Reasons by aspect and op.
  std::map<std::string, std::map<std::string, std::string>> reasons;

private:
  Gaps() {
    std::string text = readFile(optable::getTableRoot() + "/incomplete.txt");
    EXPECT_FALSE(text.empty()) << "no incomplete.txt";
    std::string aspect, reason;
    llvm::SmallVector<StringRef> lines;
    StringRef(text).split(lines, '\n');
    for (StringRef line : lines) {
      if (line.trim().empty() || line.starts_with("#"))
        continue;
      if (line.consume_front("[")) {
        auto [name, why] = line.split(']');
        aspect = name.str();
        reason = why.trim().str();
        EXPECT_FALSE(reason.empty()) << aspect << " without a reason";
        EXPECT_TRUE(llvm::any_of(
            aspects, [&](const Aspect &known) { return aspect == known.name; }))
            << "no aspect " << aspect;
        continue;
      }
      llvm::SmallVector<StringRef> words;
      llvm::SplitString(line, words);
      for (StringRef op : words)
        EXPECT_TRUE(reasons[aspect].try_emplace(op.str(), reason).second)
            << aspect << ": " << op.str() << " stands there twice";
    }
  }
};

class CompletenessTest : public testing::TestWithParam<Aspect> {};

TEST_P(CompletenessTest, EveryOpHasItOrIsListed) {
  const Aspect &aspect = GetParam();
  std::map<std::string, std::string> listed;
  auto found = Gaps::get().reasons.find(aspect.name);
  if (found != Gaps::get().reasons.end())
    listed = found->second;
  ASSERT_GT(Facts::get().ops.size(), 80u);
  for (RegisteredOperationName op : Facts::get().ops) {
    std::string name = op.stripDialect().str();
    bool has = aspect.has(op), isListed = listed.erase(name) > 0;
    EXPECT_TRUE(has || isListed)
        << name << " has no " << aspect.name
        << ": add it, or say why not in test/ops/incomplete.txt";
    EXPECT_FALSE(has && isListed)
        << name << " has " << aspect.name
        << " now: take it out of test/ops/incomplete.txt";
  }
  for (const auto &[name, reason] : listed)
    ADD_FAILURE() << "incomplete.txt, " << aspect.name << ": no op " << name;
}

INSTANTIATE_TEST_SUITE_P(Aspects, CompletenessTest, testing::ValuesIn(aspects),
                         [](const auto &info) { return info.param.name; });

} // namespace
