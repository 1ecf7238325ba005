#include "compiler/driver/Agreement.h"

#include "backends/cpu/emit/KernelEmitter.h"
#include "backends/reference/WeightFiles.h"
#include "compiler/driver/Compile.h"
#include "compiler/driver/DiagnosticCollector.h"
#include "compiler/driver/ModuleText.h"
#include "compiler/driver/PhaseRunner.h"
#include "compiler/report/Error.h"
#include "ir/graph/GraphOps.h"
#include "ir/interfaces/DecomposableOpInterface.h"
#include "runtime/capi/tenon.h"

using namespace tenon::reference;

namespace tenon::driver {
namespace {

struct Release {
  void operator()(tn_model *model) const { tn_model_release(model); }
  void operator()(tn_session *session) const { tn_session_destroy(session); }
};

int32_t dtypeOf(ElementType type) {
  for (int32_t dtype = TN_F32; dtype <= TN_COMPLEX_F64; ++dtype)
    if (getElementTypeName(type) == tn_dtype_name(dtype))
      return dtype;
  return 0;
}

/// One artifact and its entry @main, in one session. Each step gives "" or
/// what went wrong.
class Session {
public:
  std::string open(const std::string &path, int32_t threads, tn_guard guard) {
    tn_model *loaded = nullptr;
    if (tn_model_load_file(path.c_str(), nullptr, &loaded, &diagnostic) !=
        TN_OK)
      return diagnostic.message;
    model.reset(loaded);
    tn_session_options options = TN_SESSION_OPTIONS_INIT;
    options.threads = threads;
    options.guard = guard;
    tn_session *created = nullptr;
    if (tn_session_create(model.get(), &options, &created, &diagnostic) !=
            TN_OK ||
        tn_model_find_entry(model.get(), "main", &entry, &diagnostic) != TN_OK)
      return diagnostic.message;
    session.reset(created);
    return "";
  }

  /// Calls @main; results and state have the shapes of `expected`.
  std::string call(llvm::ArrayRef<Tensor> inputs,
                   const check::ExpectedCall &expected,
                   check::CallResults &results) {
    for (auto [i, input] : llvm::enumerate(inputs)) {
      tn_tensor tensor{dtypeOf(input.getElementType()),
                       static_cast<int32_t>(input.getRank()),
                       input.getShape().data(), input.getData()};
      if (tn_session_bind_input(session.get(), entry, static_cast<uint32_t>(i),
                                &tensor, &diagnostic) != TN_OK)
        return diagnostic.message;
    }
    for (auto [i, output] : llvm::enumerate(expected.outputs)) {
      Tensor &result = results.outputs.emplace_back(
          output.value.getElementType(), output.value.getShape());
      if (tn_session_bind_output(session.get(), entry, static_cast<uint32_t>(i),
                                 result.getMutableData(), result.getByteSize(),
                                 &diagnostic) != TN_OK)
        return diagnostic.message;
    }
    bool ran = false;
    if (!runGuarded([&] {
          ran = tn_session_run(session.get(), entry, &diagnostic) == TN_OK;
        })) {
      // Nobody knows what it holds.
      (void)session.release();
      return "a kernel crashes";
    }
    if (!ran)
      return diagnostic.message;
    for (const auto &[name, value] : expected.state) {
      Tensor copy(value.value.getElementType(), value.value.getShape());
      uint32_t index = 0;
      if (tn_model_find_variable(model.get(), name.c_str(), &index,
                                 &diagnostic) != TN_OK ||
          tn_session_read_variable(session.get(), index, copy.getMutableData(),
                                   copy.getByteSize(), &diagnostic) != TN_OK)
        return diagnostic.message;
      results.state.push_back({name, copy});
    }
    return "";
  }

private:
  tn_diagnostic diagnostic = {};
  std::unique_ptr<tn_model, Release> model;
  std::unique_ptr<tn_session, Release> session;
  uint32_t entry = 0;
};

/// Whether two runs of the same code gave the same bits.
std::string compareRuns(const check::CallResults &one,
                        const check::CallResults &other) {
  auto differ = [](const Tensor &a, const Tensor &b) {
    for (int64_t i = 0; i < a.getNumElements(); ++i)
      if (a.getBits(i) != b.getBits(i))
        return true;
    return false;
  };
  for (size_t i = 0; i < one.outputs.size(); ++i)
    if (differ(one.outputs[i], other.outputs[i]))
      return "other bits of output " + std::to_string(i);
  for (size_t i = 0; i < one.state.size(); ++i)
    if (differ(one.state[i].second, other.state[i].second))
      return "other bits of variable " + one.state[i].first;
  return "";
}

/// Narrow floats have few values: more runs until every one of many elements
/// has moved.
int countRuns(graph::EntryOp entry) {
  bool isNarrow = false;
  entry.walk([&](mlir::Operation *op) {
    for (mlir::Type type : op->getResultTypes()) {
      mlir::Type element = mlir::getElementTypeOrSelf(type);
      isNarrow |= mlir::isa<mlir::FloatType>(element) &&
                  element.getIntOrFloatBitWidth() < 32;
    }
  });
  return isNarrow ? 24 : 8;
}

} // namespace

bool canCompile(mlir::Operation *op) {
  if (mlir::isa<graph::GetWeightOp, graph::ConstantOp, graph::ReturnOp>(op))
    return llvm::all_of(op->getResultTypes(), [](mlir::Type type) {
      std::string reason;
      return succeeded(cpu::canHold(type, reason));
    });
  std::string reason;
  if (mlir::isa<DecomposableOpInterface>(op))
    return llvm::all_of(op->getResultTypes(), [](mlir::Type type) {
      return !mlir::getElementTypeOrSelf(type).isF64();
    });
  return succeeded(cpu::canEmit(op, reason));
}

Agreement checkAgreement(mlir::ModuleOp module,
                         const AgreementOptions &options) {
  Agreement result;
  auto end = [&](Agreement::Verdict verdict, const std::string &reason) {
    result.verdict = verdict;
    result.reason = reason;
    return result;
  };
  auto entry = module.lookupSymbol<graph::EntryOp>("main");
  if (!entry)
    return end(Agreement::NoOracle, "there is no entry @main");
  std::vector<Tensors> inputs = check::makeProbes(entry, options.seed);
  std::vector<check::ExpectedCall> expected;
  {
    DiagnosticCollector diagnostics(*module.getContext());
    WeightFiles files(options.folder);
    auto calls = check::expectCalls(
        entry, inputs,
        [&](graph::WeightOp weight) { return files.read(weight); },
        countRuns(entry));
    if (failed(calls))
      return end(Agreement::NoOracle, diagnostics.errors());
    expected = std::move(*calls);
  }
  const std::string &work =
      options.workFolder.empty() ? options.folder : options.workFolder;
  CompileOptions compileOptions;
  compileOptions.model = work + "/agreement.mlir";
  compileOptions.output = work + "/agreement.tenon";
  compileOptions.targets = {options.target};
  absl::Status status = writeText(compileOptions.model,
                                  printModule(module, options.folder, work));
  if (status.ok())
    status = compile(compileOptions).status();
  if (!status.ok())
    return end(report::errorCode(status) == report::ErrorCode::ModelUnsupported
                   ? Agreement::Refused
                   : Agreement::NotCompiled,
               report::describe(status));

  std::vector<check::CallResults> first;
  struct Way {
    const char *name;
    int32_t threads;
    tn_guard guard;
  };
  llvm::SmallVector<Way> ways{{"two threads", 2, TN_GUARD_OFF}};
  if (options.guards) {
    ways.push_back({"guarded ends", 1, TN_GUARD_END});
    ways.push_back({"guarded starts", 1, TN_GUARD_START});
  }
  for (const Way &way : ways) {
    std::string where = std::string(way.name) + ", ";
    Session session;
    if (std::string wrong =
            session.open(compileOptions.output, way.threads, way.guard);
        !wrong.empty())
      return end(Agreement::NotCompiled, where + wrong);
    for (size_t i = 0; i < inputs.size(); ++i) {
      std::string call = check::probeName(i) + std::string(": ");
      check::CallResults results;
      std::string wrong = session.call(inputs[i], expected[i], results);
      if (!wrong.empty())
        return end(Agreement::NotCompiled, where + call + wrong);
      bool isFirst = first.size() < inputs.size();
      if (!isFirst)
        wrong = compareRuns(first[i], results);
      else if (auto found = check::findDifference(results, expected[i],
                                                  &result.coverage))
        wrong = found->result + ": " + found->values;
      if (!wrong.empty())
        return end(Agreement::Differs, where + call + wrong);
      if (isFirst)
        first.push_back(std::move(results));
    }
  }
  return result;
}

} // namespace tenon::driver
