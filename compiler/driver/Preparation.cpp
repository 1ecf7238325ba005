#include "compiler/driver/Preparation.h"

#include "compiler/artifact/ArtifactWriter.h"
#include "compiler/driver/CodeGeneration.h"
#include "compiler/report/Error.h"
#include "ir/plan/PlanOps.h"

#include "absl/cleanup/cleanup.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/TargetParser/Triple.h"

#include <filesystem>

namespace tenon::driver {
namespace {

using report::ErrorCode;

absl::Status fail(const std::string &reason) {
  return report::makeError(ErrorCode::PreparationFailed, reason);
}

} // namespace

absl::StatusOr<std::unique_ptr<Preparation>>
Preparation::create(mlir::ModuleOp plan, WeightFiles &weights,
                    const std::string &folder, const PhaseRecords &records) {
  auto isPrepare = [](plan::EntryOp entry) { return entry.getPrepare(); };
  if (llvm::none_of(plan.getOps<plan::EntryOp>(), isPrepare))
    return nullptr;
  auto host = target::lookupTarget("native");
  if (!host)
    return fail(llvm::toString(host.takeError()));
  // Dumps and numbers of the artifact's own code come later.
  auto code = generateCode(plan, /*prepare=*/true, *host, Configuration::Anew,
                           PhaseRecords{records.trace, nullptr});
  if (!code.ok())
    return code.status();
  TranslationOptions options;
  options.producer = "tenon";
  options.targetArch = llvm::Triple(host->triple).getArchName().str();
  options.prepare = true;
  auto contents = translatePlan(plan, {std::move(*code)}, options);
  if (!contents.ok())
    return contents.status();

  llvm::SmallString<128> path;
  if (std::error_code error = llvm::sys::fs::createUniqueFile(
          folder + "/.tenon-prepare-%%%%%%%%", path))
    return report::makeError(ErrorCode::OutputUnwritable,
                             folder + ": " + error.message());
  absl::Cleanup remove = [&] { (void)llvm::sys::fs::remove(path); };
  auto written = artifact::writeArtifact(*contents, path.str().str());
  if (!written.ok())
    return fail(std::string(written.status().message()));

  std::unique_ptr<Preparation> result(
      new Preparation(plan, weights, records.trace));
  tn_diagnostic diagnostic;
  tn_model *model = nullptr;
  if (tn_model_load_file(path.c_str(), nullptr, &model, &diagnostic) != TN_OK)
    return fail(diagnostic.message);
  result->model.reset(model);
  tn_session *session = nullptr;
  if (tn_session_create(model, nullptr, &session, &diagnostic) != TN_OK)
    return fail(diagnostic.message);
  result->session.reset(session);
  for (uint32_t i = 0; i < tn_model_entry_count(model); ++i)
    result->entryNumbers.emplace(tn_model_entry_name(model, i), i);
  return result;
}

absl::StatusOr<uint32_t> Preparation::findEntry(const std::string &name) const {
  auto it = entryNumbers.find(name);
  if (it == entryNumbers.end())
    return fail("no entry '" + name + "'");
  return it->second;
}

absl::StatusOr<artifact::ByteSource>
Preparation::source(kernel::PreparedOp prepared) {
  std::string entry = prepared.getEntry().str();
  tn_diagnostic diagnostic;
  auto index = findEntry(entry);
  if (!index.ok())
    return index.status();
  tn_tensor_info output;
  if (tn_model_output_info(model.get(), *index, 0, 0, &output, &diagnostic) !=
      TN_OK)
    return fail(diagnostic.message);
  artifact::ByteSource source;
  source.size = output.byte_size;
  source.produce = [this, entry](const artifact::ByteSink &sink) {
    auto bytes = run(entry);
    return bytes.ok() ? sink(*bytes) : bytes.status();
  };
  return source;
}

absl::Status Preparation::bindInput(uint32_t entry, uint32_t index,
                                    std::vector<std::vector<uint8_t>> &copies) {
  tn_diagnostic diagnostic;
  tn_tensor_info info;
  if (tn_model_input_info(model.get(), entry, 0, index, &info, &diagnostic) !=
      TN_OK)
    return fail(diagnostic.message);
  auto weight = symbols.lookup<graph::WeightOp>(info.name);
  if (!weight)
    return fail("no tenon.weight @" + std::string(info.name));
  std::span<const uint8_t> bytes;
  if (weight.getSplat()) {
    copies.push_back(elementBytes(*weight.getSplat()));
    bytes = copies.back();
  } else {
    auto mapped = weights.bytes(weight);
    if (!mapped.ok())
      return mapped.status();
    bytes = *mapped;
  }
  // A model's file may place a tensor anywhere.
  if (reinterpret_cast<uintptr_t>(bytes.data()) % info.alignment != 0) {
    copies.emplace_back(bytes.begin(), bytes.end());
    bytes = copies.back();
  }
  tn_tensor tensor{info.dtype, info.rank, info.shape, bytes.data()};
  if (tn_session_bind_input(session.get(), entry, index, &tensor,
                            &diagnostic) != TN_OK)
    return fail(diagnostic.message);
  return absl::OkStatus();
}

absl::StatusOr<std::vector<uint8_t>> Preparation::run(const std::string &name) {
  TraceScope scope(trace, name, "prepare");
  tn_diagnostic diagnostic;
  auto found = findEntry(name);
  if (!found.ok())
    return found.status();
  uint32_t entry = *found;
  std::vector<std::vector<uint8_t>> copies;
  for (uint32_t i = 0; i < tn_model_input_count(model.get(), entry); ++i)
    if (absl::Status status = bindInput(entry, i, copies); !status.ok())
      return status;
  tn_tensor_info info;
  if (tn_model_output_info(model.get(), entry, 0, 0, &info, &diagnostic) !=
      TN_OK)
    return fail(diagnostic.message);
  std::vector<uint8_t> output(info.byte_size);
  if (tn_session_bind_output(session.get(), entry, 0, output.data(),
                             output.size(), &diagnostic) != TN_OK ||
      tn_session_run(session.get(), entry, &diagnostic) != TN_OK)
    return fail(name + ": " + diagnostic.message);
  return output;
}

} // namespace tenon::driver
