#include "compiler/driver/Support.h"

#include "backends/cpu/emit/KernelEmitter.h"
#include "backends/cuda/emit/KernelEmitter.h"
#include "compiler/driver/Dialects.h"
#include "compiler/driver/EntrySpecs.h"
#include "compiler/driver/PhaseRunner.h"
#include "compiler/import/MissingOps.h"
#include "compiler/report/Error.h"
#include "compiler/report/Provenance.h"

#include "llvm/ADT/StringExtras.h"

namespace tenon::driver {
namespace {

/// Ops that name storage; no kernel computes them.
bool isStructure(mlir::Operation *op) {
  return mlir::isa<graph::GetWeightOp, graph::ConstantOp, graph::ReturnOp>(
             op) ||
         op->getDialect()->getNamespace() != "tenon";
}

/// Why a kernel could not copy a value into the result that an entry returns
/// it as; empty where none has to, or one can.
std::string whyNotReturned(mlir::OpOperand &result) {
  mlir::Operation *producer = result.get().getDefiningOp();
  std::string reason;
  if ((producer && !isStructure(producer)) ||
      succeeded(cpu::canHold(result.get().getType(), reason)))
    return "";
  return reason;
}

} // namespace

absl::Status checkLowerable(mlir::ModuleOp module, target::TargetKind kind) {
  bool isGpu = kind == target::TargetKind::Cuda;
  std::map<std::pair<std::string, std::string>, llvm::SmallVector<std::string>>
      refused;
  for (graph::EntryOp entry : module.getOps<graph::EntryOp>()) {
    for (mlir::Operation &op : entry.getBody().front()) {
      std::string reason;
      if (isStructure(&op) || succeeded(isGpu ? cuda::canEmit(&op, reason)
                                              : cpu::canEmit(&op, reason)))
        continue;
      refused[{op.getName().stripDialect().str(), reason}].push_back(
          report::provenance(op.getLoc(), 1));
    }
    mlir::Operation *end = entry.getBody().front().getTerminator();
    for (mlir::OpOperand &result : end->getOpOperands())
      if (std::string reason = whyNotReturned(result); !reason.empty())
        refused[{"return", reason}].push_back(
            report::provenance(result.get().getLoc(), 1));
  }
  if (refused.empty())
    return absl::OkStatus();
  std::string text =
      isGpu ? "GPUs have no kernel for:" : "the CPU has no kernel for:";
  for (auto &[what, nodes] : refused) {
    constexpr size_t limit = 8;
    text += "\n  " + what.first + ": " + what.second + " (" +
            llvm::join(llvm::ArrayRef(nodes).take_front(limit), ", ");
    if (nodes.size() > limit)
      text += " and " + std::to_string(nodes.size() - limit) + " more";
    text += ")";
    if (std::string instead = nearestThing(what.first, what.second);
        !instead.empty())
      text += "; instead: " + instead;
  }
  return report::makeError(report::ErrorCode::ModelUnsupported, text);
}

/// Checks a model whose dimensions all have sizes.
static absl::StatusOr<ModelFacts> checkSized(const ModelRequest &request,
                                             target::TargetKind kind) {
  mlir::DialectRegistry registry;
  registerDialects(registry);
  mlir::MLIRContext context(registry);
  auto model = loadModel(request, context);
  if (!model.ok())
    return model.status();
  ModelFacts facts;
  mlir::ModuleOp module = *model->module;
  facts.entries = entrySpecs(module);
  for (graph::EntryOp entry : module.getOps<graph::EntryOp>())
    for (mlir::Operation &op : entry.getBody().front())
      if (!isStructure(&op))
        ++facts.ops[op.getName().stripDialect().str()];
  for (graph::WeightOp weight : module.getOps<graph::WeightOp>()) {
    ++facts.weights;
    facts.weightsSize += static_cast<uint64_t>(weight.getByteSize());
  }
  // Nothing up to the graph's end depends on the machine.
  absl::Status status = runPhase(pipeline::Phase::Graph, module,
                                 pipeline::PipelineOptions(), PhaseRecords());
  status.Update(status.ok() ? checkLowerable(module, kind) : absl::OkStatus());
  if (!status.ok())
    return status;
  return facts;
}

absl::StatusOr<ModelFacts> checkPending(const ModelRequest &request,
                                        const PendingModel &pending,
                                        target::TargetKind kind) {
  // All open dimensions alike, since models add and compare them: small, large
  // enough for a few halvings of an image, and one that divides everything.
  std::vector<absl::Status> refusals;
  absl::StatusOr<ModelFacts> facts;
  for (int64_t size : {4, 32, 1}) {
    ModelRequest sized = request;
    for (const std::string &dim : pending.declared.openDims)
      sized.dims.push_back({dim, {size}});
    facts = checkSized(sized, kind);
    if (facts.ok())
      break;
    refusals.push_back(facts.status());
  }
  if (!facts.ok()) {
    auto isUnsupported = [](const absl::Status &status) {
      return report::errorCode(status) == report::ErrorCode::ModelUnsupported;
    };
    if (llvm::all_of(refusals, isUnsupported))
      return refusals.front();
    auto other = llvm::find_if_not(refusals, isUnsupported);
    std::string reason(other->message());
    facts.emplace().unchecked = reason.substr(0, reason.find('\n'));
  }
  facts->entries.clear();
  for (const DeclaredEntry &entry : pending.declared.entries)
    facts->entries.push_back(entrySpec(entry));
  facts->openDims = pending.declared.openDims;
  return facts;
}

absl::StatusOr<ModelFacts> checkModel(const ModelRequest &request,
                                      target::TargetKind kind) {
  auto facts = checkSized(request, kind);
  if (report::errorCode(facts.status()) != report::ErrorCode::SizesOpen)
    return facts;
  auto pending = describePending(request);
  if (!pending.ok())
    return pending.status();
  return checkPending(request, *pending, kind);
}

} // namespace tenon::driver
