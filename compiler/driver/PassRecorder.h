// Watches the passes of one phase: how long each took, whether it changed the
// module, and what the module looked like after it.

#ifndef TENON_COMPILER_DRIVER_PASSRECORDER_H
#define TENON_COMPILER_DRIVER_PASSRECORDER_H

#include "compiler/driver/DumpWriter.h"
#include "compiler/driver/TraceLog.h"

#include "mlir/Pass/PassInstrumentation.h"
#include "llvm/ADT/DenseMap.h"

#include <mutex>
#include <string>

namespace tenon::driver {

/// Feeds a trace and the dumps of `--dump-ir`. Either may be null. Dumps need
/// a context without threads, so that passes over several entries come one
/// after the other.
class PassRecorder : public mlir::PassInstrumentation {
public:
  PassRecorder(std::string phase, TraceLog *trace, DumpWriter *dumps);

  /// The flag of the pass that failed, or that was running when the compiler
  /// crashed; empty when there is none.
  std::string unfinishedPass() const;

  void runBeforePass(mlir::Pass *pass, mlir::Operation *op) override;
  void runAfterPass(mlir::Pass *pass, mlir::Operation *op) override;
  void runAfterPassFailed(mlir::Pass *pass, mlir::Operation *op) override;

private:
  struct Running {
    TraceLog::Clock::time_point start;
    int64_t ops = 0;
    uint64_t memory = 0; // anonymous, where a trace is kept
    std::string text;    // before the pass, where dumps are written
    std::string flag;
  };

  void finish(mlir::Pass *pass, mlir::Operation *op, bool failed);

  std::string phase;
  TraceLog *trace;
  DumpWriter *dumps;
  mutable std::mutex mutex;
  llvm::DenseMap<std::pair<mlir::Pass *, mlir::Operation *>, Running> running;
  std::string failedPass;
};

} // namespace tenon::driver

#endif // TENON_COMPILER_DRIVER_PASSRECORDER_H
