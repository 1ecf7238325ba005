#include "compiler/driver/PassRecorder.h"

#include "compiler/driver/ModuleText.h"

#include "mlir/IR/SymbolTable.h"
#include "mlir/Pass/Pass.h"

namespace tenon::driver {
namespace {

/// Adaptors that carry a pipeline to nested ops have no flag; they are no
/// step of their own.
bool isStep(mlir::Pass *pass) { return !pass->getArgument().empty(); }

int64_t countOps(mlir::Operation *op) {
  int64_t count = 0;
  op->walk([&](mlir::Operation *) { ++count; });
  return count;
}

} // namespace

PassRecorder::PassRecorder(std::string phase, TraceLog *trace,
                           DumpWriter *dumps)
    : phase(std::move(phase)), trace(trace), dumps(dumps) {}

std::string PassRecorder::unfinishedPass() const {
  std::lock_guard<std::mutex> lock(mutex);
  if (!failedPass.empty() || running.empty())
    return failedPass;
  return running.begin()->second.flag;
}

void PassRecorder::runBeforePass(mlir::Pass *pass, mlir::Operation *op) {
  if (!isStep(pass))
    return;
  Running state;
  state.flag = pass->getArgument().str();
  if (trace) {
    state.ops = countOps(op);
    state.memory = memoryUse().anonymous;
  }
  if (dumps)
    state.text = printForReading(op);
  state.start = TraceLog::Clock::now();
  std::lock_guard<std::mutex> lock(mutex);
  running[{pass, op}] = std::move(state);
}

void PassRecorder::runAfterPass(mlir::Pass *pass, mlir::Operation *op) {
  finish(pass, op, /*failed=*/false);
}

void PassRecorder::runAfterPassFailed(mlir::Pass *pass, mlir::Operation *op) {
  finish(pass, op, /*failed=*/true);
}

void PassRecorder::finish(mlir::Pass *pass, mlir::Operation *op, bool failed) {
  if (!isStep(pass))
    return;
  Running state;
  {
    std::lock_guard<std::mutex> lock(mutex);
    auto it = running.find({pass, op});
    state = std::move(it->second);
    running.erase(it);
    if (failed && failedPass.empty())
      failedPass = state.flag;
  }
  std::string name = state.flag;
  if (auto symbol = mlir::SymbolTable::getSymbolName(op))
    name += "-" + symbol.str();
  if (trace)
    trace->add(name, phase, state.start,
               {{"ops_before", state.ops},
                {"ops_after", countOps(op)},
                {"memory_before", static_cast<int64_t>(state.memory)},
                {"memory_after", static_cast<int64_t>(memoryUse().anonymous)}});
  if (!dumps)
    return;
  std::string head = "// " + state.flag + " in phase " + phase;
  if (failed) {
    dumps->write(phase + "-" + name, "mlir", head + ": failed\n");
    return;
  }
  std::string text = printForReading(op);
  dumps->write(phase + "-" + name, "mlir",
               text == state.text
                   ? head + ": unchanged\n"
                   : head + "; long constants are elided\n" + text);
}

} // namespace tenon::driver
