#include "tools/tenon/InspectJson.h"

#include "compiler/driver/PendingModel.h"
#include "compiler/report/Error.h"

namespace tenon::tool {
namespace {

using Json = nlohmann::ordered_json;

/// Thrown inside of this file, where a query fails.
struct Failure {
  absl::Status status;
};

/// Calls a function of the C API with a diagnostic.
template <typename Function, typename... Arguments>
void query(Function function, Arguments... arguments) {
  tn_diagnostic diagnostic;
  if (function(arguments..., &diagnostic) != TN_OK)
    throw Failure{
        report::makeRuntimeError(diagnostic.code, diagnostic.message)};
}

Json tensorJson(const tn_tensor_info &info) {
  return {{"name", info.name},
          {"dtype", tn_dtype_name(info.dtype)},
          {"shape", std::vector<int64_t>(info.shape, info.shape + info.rank)},
          {"byte_size", info.byte_size}};
}

std::string hex(const uint8_t *bytes, size_t count) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string text;
  for (size_t i = 0; i < count; ++i) {
    text += digits[bytes[i] >> 4];
    text += digits[bytes[i] & 15];
  }
  return text;
}

Json fileJson(const tn_model *model) {
  tn_artifact_info info;
  query(tn_model_artifact_info, model, &info);
  return {{"format_version", info.format_version},
          {"size", info.file_size},
          {"producer", info.producer},
          {"target_arch", info.target_arch},
          {"sha256", hex(info.sha256, sizeof info.sha256)}};
}

/// Of an artifact that is not compiled yet; null for others.
Json sourceJson(const tn_model *model) {
  const char *description = tn_model_source_description(model);
  if (!description)
    return nullptr;
  auto pending = driver::parsePending(description);
  if (!pending.ok())
    throw Failure{pending.status()};
  Json entries = Json::array(), dims = Json::object(), files = Json::array();
  for (const DeclaredEntry &entry : pending->declared.entries) {
    Json inputs = Json::array();
    for (const driver::TensorSpec &spec : driver::entrySpec(entry).inputs)
      inputs.push_back({{"name", spec.name},
                        {"dtype", spec.dtype},
                        {"shape", spec.shape},
                        {"symbols", spec.symbols}});
    entries.push_back({{"name", entry.name}, {"inputs", inputs}});
  }
  for (const driver::DimSizes &dim : pending->dims)
    dims[dim.name] = dim.sizes;
  for (uint32_t i = 0; i < tn_model_source_file_count(model); ++i) {
    tn_source_file file;
    query(tn_model_source_file, model, i, &file);
    files.push_back({{"path", file.path}, {"size", file.size}});
  }
  return {{"open_dims", pending->declared.openDims},
          {"dims", dims},
          {"target", pending->target.kind},
          {"target_cpu", pending->target.description.empty()
                             ? pending->target.name
                             : pending->target.file},
          {"entries", entries},
          {"files", files}};
}

Json sectionsJson(const tn_model *model) {
  Json list = Json::array();
  for (uint32_t i = 0; i < tn_model_section_count(model); ++i) {
    tn_section_info info;
    query(tn_model_section_info, model, i, &info);
    list.push_back({{"kind", info.kind},
                    {"index", info.index},
                    {"offset", info.offset},
                    {"size", info.size}});
  }
  return list;
}

Json variantsJson(const tn_model *model) {
  Json list = Json::array();
  for (uint32_t i = 0; i < tn_model_variant_count(model); ++i) {
    tn_variant_info info;
    query(tn_model_variant_info, model, i, &info);
    Json features = Json::array();
    for (uint32_t f = 0; f < info.feature_count; ++f)
      features.push_back(tn_model_variant_feature(model, i, f));
    list.push_back({{"name", info.name},
                    {"runs_here", info.can_run != 0},
                    {"features", features}});
  }
  return list;
}

/// Decisions as the compiler left them, by the kernel's place in the list.
Json decisionsOf(const tn_model *model) {
  size_t size = 0;
  const char *text = tn_model_debug_json(model, &size);
  if (!text)
    return Json::array();
  Json parsed = Json::parse(text, text + size, nullptr,
                            /*allow_exceptions=*/false);
  return parsed.is_object() && parsed.contains("kernels") ? parsed["kernels"]
                                                          : Json::array();
}

Json kernelsJson(const tn_model *model) {
  Json decisions = decisionsOf(model), list = Json::array();
  for (uint32_t i = 0; i < tn_model_kernel_count(model); ++i) {
    Json code = Json::array();
    tn_kernel_info info{};
    for (uint32_t v = 0; v < tn_model_variant_count(model); ++v) {
      query(tn_model_kernel_info, model, i, v, &info);
      code.push_back(
          {{"tiles", info.num_tiles}, {"scratch_size", info.scratch_size}});
    }
    Json kernel = {{"name", info.name},
                   {"nodes", info.provenance},
                   {"operands", info.operand_count},
                   {"code", code}};
    if (i < decisions.size())
      for (const char *key : {"flops", "bytes", "stages", "decisions"})
        if (decisions[i].contains(key))
          kernel[key] = decisions[i][key];
    list.push_back(std::move(kernel));
  }
  return list;
}

Json weightsJson(const tn_model *model) {
  Json list = Json::array();
  for (uint32_t i = 0; i < tn_model_weight_count(model); ++i) {
    tn_weight_info info;
    query(tn_model_weight_info, model, i, &info);
    Json weight = tensorJson(info.tensor);
    weight["layout"] = info.layout;
    weight["stored_size"] = info.stored_size;
    list.push_back(std::move(weight));
  }
  return list;
}

Json stepsJson(const tn_model *model, uint32_t entry, uint32_t specialization,
               uint32_t count) {
  Json list = Json::array();
  for (uint32_t i = 0; i < count; ++i) {
    tn_step_info info;
    query(tn_model_plan_step, model, entry, specialization, i, &info);
    Json step = {{"kind", info.kind}, {"nodes", info.provenance}};
    if (std::string(info.kind) == "launch") {
      tn_kernel_info kernel;
      query(tn_model_kernel_info, model, info.kernel, 0u, &kernel);
      step["kernel"] = kernel.name;
      step["buffers"] =
          std::vector<uint32_t>(info.buffers, info.buffers + info.buffer_count);
    } else {
      step["buffers"] = {info.copy_from, info.copy_to};
    }
    list.push_back(std::move(step));
  }
  return list;
}

Json specializationJson(const tn_model *model, uint32_t entry,
                        uint32_t specialization) {
  tn_plan_info plan;
  query(tn_model_plan_info, model, entry, specialization, &plan);
  Json dims = Json::object(), buffers = Json::array();
  for (uint32_t i = 0; i < plan.dim_count; ++i) {
    const char *name = nullptr;
    int64_t size = 0;
    query(tn_model_plan_dim, model, entry, specialization, i, &name, &size);
    dims[name] = size;
  }
  for (uint32_t i = 0; i < plan.buffer_count; ++i) {
    tn_buffer_info info;
    query(tn_model_plan_buffer, model, entry, specialization, i, &info);
    buffers.push_back({{"name", info.name},
                       {"kind", info.kind},
                       {"index", info.index},
                       {"offset", info.offset},
                       {"size", info.size}});
  }
  Json inputs = Json::array(), outputs = Json::array();
  tn_tensor_info tensor;
  for (uint32_t i = 0; i < tn_model_input_count(model, entry); ++i) {
    query(tn_model_input_info, model, entry, specialization, i, &tensor);
    inputs.push_back(tensorJson(tensor));
  }
  for (uint32_t i = 0; i < tn_model_output_count(model, entry); ++i) {
    query(tn_model_output_info, model, entry, specialization, i, &tensor);
    outputs.push_back(tensorJson(tensor));
  }
  return {{"name", tn_model_entry_name(model, entry)},
          {"dims", dims},
          {"inputs", inputs},
          {"outputs", outputs},
          {"memory",
           {{"arena_size", plan.arena_size},
            {"peak", plan.peak},
            {"lower_bound", plan.lower_bound},
            {"scratch_size", plan.scratch_size}}},
          {"buffers", buffers},
          {"steps", stepsJson(model, entry, specialization, plan.step_count)}};
}

} // namespace

absl::StatusOr<Json> inspectArtifact(const tn_model *model) {
  try {
    Json entries = Json::array();
    for (uint32_t e = 0; e < tn_model_entry_count(model); ++e)
      for (uint32_t s = 0; s < tn_model_specialization_count(model, e); ++s)
        entries.push_back(specializationJson(model, e, s));
    Json facts = {{"file", fileJson(model)},
                  {"variants", variantsJson(model)},
                  {"entries", entries},
                  {"kernels", kernelsJson(model)},
                  {"weights", weightsJson(model)},
                  {"sections", sectionsJson(model)}};
    if (Json source = sourceJson(model); !source.is_null())
      facts["source"] = std::move(source);
    return facts;
  } catch (const Failure &failure) {
    return failure.status;
  }
}

} // namespace tenon::tool
