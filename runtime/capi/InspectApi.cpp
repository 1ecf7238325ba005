// What is inside an artifact, through the C API.

#include "runtime/capi/tenon_inspect.h"

#include "runtime/capi/Handles.h"
#include "runtime/core/CpuFeatures.h"

using namespace tenon::rt;
namespace fb = tenon::fb;

namespace {

const fb::Artifact &metadataOf(const tn_model *model) {
  return unwrap(model)->metadata();
}

const char *bufferKindName(fb::BufferKind kind) {
  switch (kind) {
  case fb::BufferKind::Input:
    return "input";
  case fb::BufferKind::Output:
    return "output";
  case fb::BufferKind::Arena:
    return "arena";
  case fb::BufferKind::Weight:
    return "weight";
  case fb::BufferKind::Variable:
    return "variable";
  case fb::BufferKind::Constant:
    return "constant";
  }
  return "unknown";
}

bool canRun(const fb::Artifact &artifact, const fb::Variant &variant) {
  if (strcmp(artifact.target_arch()->c_str(), hostArch()) != 0)
    return false;
  for (const flatbuffers::String *feature : *variant.features())
    if (cpuFeature(feature->c_str(), feature->size()) != Feature::Present)
      return false;
  return true;
}

} // namespace

tn_code tn_model_artifact_info(const tn_model *model, tn_artifact_info *info,
                               tn_diagnostic *diagnostic) {
  return report(diagnostic, [&](Diagnostic &d) {
    TN_TRY(require(model && info, "the model or info", d));
    const FileHeader &header = unwrap(model)->artifactFile().header();
    info->format_version = header.formatVersion;
    info->file_size = header.fileSize;
    info->producer = textOf(metadataOf(model).producer());
    info->target_arch = metadataOf(model).target_arch()->c_str();
    memcpy(info->sha256, header.sha256, sizeof(info->sha256));
    return Code::Ok;
  });
}

uint32_t tn_model_section_count(const tn_model *model) {
  return model ? unwrap(model)->artifactFile().header().sectionCount : 0;
}

tn_code tn_model_section_info(const tn_model *model, uint32_t index,
                              tn_section_info *info,
                              tn_diagnostic *diagnostic) {
  return report(diagnostic, [&](Diagnostic &d) {
    TN_TRY(require(model && info, "the model or info", d));
    TN_TRY(checkIndex(index, tn_model_section_count(model), "section", d));
    const SectionHeader &s = unwrap(model)->artifactFile().sectionHeader(index);
    *info = {sectionKindName(s.kind), s.index, s.offset, s.size};
    return Code::Ok;
  });
}

const char *tn_model_debug_json(const tn_model *model, size_t *size) {
  SectionBytes section;
  if (model)
    section = unwrap(model)->artifactFile().section(SectionKind::Debug);
  if (size)
    *size = section.size;
  return reinterpret_cast<const char *>(section.data);
}

uint32_t tn_model_open_dim_count(const tn_model *model) {
  const fb::Source *source = model ? metadataOf(model).source() : nullptr;
  return source ? source->open_dims()->size() : 0;
}

const char *tn_model_open_dim(const tn_model *model, uint32_t index) {
  return index < tn_model_open_dim_count(model)
             ? metadataOf(model).source()->open_dims()->Get(index)->c_str()
             : nullptr;
}

const char *tn_model_source_description(const tn_model *model) {
  const fb::Source *source = model ? metadataOf(model).source() : nullptr;
  return source ? source->description()->c_str() : nullptr;
}

uint32_t tn_model_source_file_count(const tn_model *model) {
  const fb::Source *source = model ? metadataOf(model).source() : nullptr;
  return source ? source->files()->size() : 0;
}

tn_code tn_model_source_file(const tn_model *model, uint32_t index,
                             tn_source_file *file, tn_diagnostic *diagnostic) {
  return report(diagnostic, [&](Diagnostic &d) {
    TN_TRY(require(model && file, "the model or file", d));
    TN_TRY(
        checkIndex(index, tn_model_source_file_count(model), "source file", d));
    const fb::SourceFile &f = *metadataOf(model).source()->files()->Get(index);
    *file = {f.path()->c_str(), unwrap(model)->sourceData(index), f.size()};
    return Code::Ok;
  });
}

uint32_t tn_model_variant_count(const tn_model *model) {
  return model ? metadataOf(model).variants()->size() : 0;
}

tn_code tn_model_variant_info(const tn_model *model, uint32_t index,
                              tn_variant_info *info,
                              tn_diagnostic *diagnostic) {
  return report(diagnostic, [&](Diagnostic &d) {
    TN_TRY(require(model && info, "the model or info", d));
    TN_TRY(checkIndex(index, tn_model_variant_count(model), "variant", d));
    const fb::Variant &v = *metadataOf(model).variants()->Get(index);
    const Model &m = *unwrap(model);
    *info = {v.name()->c_str(), v.features()->size(),
             canRun(metadataOf(model), v),
             m.canRun() && m.variantIndex() == index};
    return Code::Ok;
  });
}

const char *tn_model_variant_feature(const tn_model *model, uint32_t variant,
                                     uint32_t index) {
  if (!model || variant >= tn_model_variant_count(model))
    return nullptr;
  const auto &features =
      *metadataOf(model).variants()->Get(variant)->features();
  return index < features.size() ? features.Get(index)->c_str() : nullptr;
}

uint32_t tn_model_kernel_count(const tn_model *model) {
  return model ? metadataOf(model).kernels()->size() : 0;
}

tn_code tn_model_kernel_info(const tn_model *model, uint32_t index,
                             uint32_t variant, tn_kernel_info *info,
                             tn_diagnostic *diagnostic) {
  return report(diagnostic, [&](Diagnostic &d) {
    TN_TRY(require(model && info, "the model or info", d));
    TN_TRY(checkIndex(index, tn_model_kernel_count(model), "kernel", d));
    TN_TRY(checkIndex(variant, tn_model_variant_count(model), "variant", d));
    const fb::Kernel &k = *metadataOf(model).kernels()->Get(index);
    const fb::KernelCode &code = *k.code()->Get(variant);
    *info = {k.name()->c_str(), textOf(k.provenance()), k.operands()->size(),
             code.num_tiles(), code.scratch_size()};
    return Code::Ok;
  });
}

uint32_t tn_model_weight_count(const tn_model *model) {
  return model ? sizeOf(metadataOf(model).weights()) : 0;
}

tn_code tn_model_weight_info(const tn_model *model, uint32_t index,
                             tn_weight_info *info, tn_diagnostic *diagnostic) {
  return report(diagnostic, [&](Diagnostic &d) {
    TN_TRY(require(model && info, "the model or info", d));
    TN_TRY(checkIndex(index, tn_model_weight_count(model), "weight", d));
    const fb::Weight &w = *metadataOf(model).weights()->Get(index);
    describeTensor(w, kTensorAlignment, info->tensor);
    info->layout = textOf(w.layout());
    info->stored_size = w.size();
    info->hash = w.hash();
    return Code::Ok;
  });
}

tn_code tn_model_plan_info(const tn_model *model, uint32_t entry,
                           uint32_t specialization, tn_plan_info *info,
                           tn_diagnostic *diagnostic) {
  return report(diagnostic, [&](Diagnostic &d) {
    const fb::Entry *plan;
    TN_TRY(findPlan(model, entry, specialization, plan, d));
    TN_TRY(require(info, "info", d));
    *info = {plan->arena_size(),
             plan->arena_alignment(),
             plan->peak(),
             plan->lower_bound(),
             plan->scratch_size(),
             plan->buffers()->size(),
             plan->instructions()->size(),
             sizeOf(plan->dims())};
    return Code::Ok;
  });
}

tn_code tn_model_plan_dim(const tn_model *model, uint32_t entry,
                          uint32_t specialization, uint32_t index,
                          const char **name, int64_t *size,
                          tn_diagnostic *diagnostic) {
  return report(diagnostic, [&](Diagnostic &d) {
    const fb::Entry *plan;
    TN_TRY(findPlan(model, entry, specialization, plan, d));
    TN_TRY(require(name && size, "the name or size", d));
    TN_TRY(checkIndex(index, sizeOf(plan->dims()), "dimension", d));
    *name = plan->dims()->Get(index)->name()->c_str();
    *size = plan->dims()->Get(index)->size();
    return Code::Ok;
  });
}

tn_code tn_model_plan_buffer(const tn_model *model, uint32_t entry,
                             uint32_t specialization, uint32_t index,
                             tn_buffer_info *info, tn_diagnostic *diagnostic) {
  return report(diagnostic, [&](Diagnostic &d) {
    const fb::Entry *plan;
    TN_TRY(findPlan(model, entry, specialization, plan, d));
    TN_TRY(require(info, "info", d));
    TN_TRY(checkIndex(index, plan->buffers()->size(), "buffer", d));
    const fb::Buffer &b = *plan->buffers()->Get(index);
    uint64_t offset = b.offset();
    if (b.kind() == fb::BufferKind::Arena)
      offset += plan->allocations()->Get(b.index())->offset();
    const char *name =
        plan->buffer_names() ? textOf(plan->buffer_names()->Get(index)) : "";
    *info = {name, bufferKindName(b.kind()), b.index(), offset, b.size()};
    return Code::Ok;
  });
}

tn_code tn_model_plan_step(const tn_model *model, uint32_t entry,
                           uint32_t specialization, uint32_t index,
                           tn_step_info *info, tn_diagnostic *diagnostic) {
  return report(diagnostic, [&](Diagnostic &d) {
    const fb::Entry *plan;
    TN_TRY(findPlan(model, entry, specialization, plan, d));
    TN_TRY(require(info, "info", d));
    TN_TRY(checkIndex(index, plan->instructions()->size(), "step", d));
    *info = {};
    info->provenance = "";
    if (plan->instructions_type()->GetEnum<fb::Instruction>(index) ==
        fb::Instruction::Copy) {
      const auto &copy = *plan->instructions()->GetAs<fb::Copy>(index);
      info->kind = "copy";
      info->copy_from = copy.from();
      info->copy_to = copy.to();
      return Code::Ok;
    }
    const auto &launch = *plan->instructions()->GetAs<fb::Launch>(index);
    info->kind = "launch";
    info->kernel = launch.kernel();
    info->provenance = textOf(launch.provenance());
    info->buffers = launch.buffers()->data();
    info->buffer_count = launch.buffers()->size();
    return Code::Ok;
  });
}
