// Computes at compile time what depends on weights alone: compiles the plan's
// `prepare` entries for this machine, and runs them one by one while the
// artifact is written.

#ifndef TENON_COMPILER_DRIVER_PREPARATION_H
#define TENON_COMPILER_DRIVER_PREPARATION_H

#include "compiler/driver/PhaseRunner.h"
#include "compiler/driver/WeightFiles.h"
#include "ir/kernel/KernelOps.h"
#include "runtime/capi/tenon.h"

#include "mlir/IR/SymbolTable.h"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace tenon::driver {

/// Lives until the artifact is written. Not safe to use from several threads.
class Preparation {
public:
  /// Compiles the entries of `plan`; `weights` outlives the result. The code
  /// passes through a file in `folder` that is gone on return. Returns null
  /// where the plan has nothing to prepare. An error carries T0205, or the
  /// code generator's number.
  static absl::StatusOr<std::unique_ptr<Preparation>>
  create(mlir::ModuleOp plan, WeightFiles &weights, const std::string &folder,
         const PhaseRecords &records);

  /// The bytes of a prepared tensor in its physical layout, computed when they
  /// are asked for.
  absl::StatusOr<artifact::ByteSource> source(kernel::PreparedOp prepared);

private:
  struct ReleaseModel {
    void operator()(tn_model *model) const { tn_model_release(model); }
  };
  struct EndSession {
    void operator()(tn_session *session) const { tn_session_destroy(session); }
  };

  Preparation(mlir::ModuleOp plan, WeightFiles &weights, TraceLog *trace)
      : plan(plan), symbols(plan), weights(weights), trace(trace) {}

  absl::StatusOr<uint32_t> findEntry(const std::string &name) const;
  absl::StatusOr<std::vector<uint8_t>> run(const std::string &entry);
  absl::Status bindInput(uint32_t entry, uint32_t index,
                         std::vector<std::vector<uint8_t>> &copies);

  mlir::ModuleOp plan;
  mlir::SymbolTable symbols;
  WeightFiles &weights;
  TraceLog *trace;
  /// The number of each entry, by its name.
  std::map<std::string, uint32_t> entryNumbers;
  std::unique_ptr<tn_model, ReleaseModel> model;
  std::unique_ptr<tn_session, EndSession> session;
};

} // namespace tenon::driver

#endif // TENON_COMPILER_DRIVER_PREPARATION_H
