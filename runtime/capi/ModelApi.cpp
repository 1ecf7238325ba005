// Models and signatures of the C API.

#include "runtime/capi/Handles.h"

#include <algorithm>
#include <cstdio>

using namespace tenon::rt;
namespace fb = tenon::fb;

namespace {

Code toLoadOptions(const tn_load_options *given, LoadOptions &options,
                   Diagnostic &diagnostic) {
  tn_load_options o = TN_LOAD_OPTIONS_INIT;
  TN_TRY(readOptions(given, o, diagnostic));
  options.variant = o.variant;
  options.inspectOnly = o.inspect_only != 0;
  options.publishCode = o.publish_code != 0;
  options.integrity.skipWeights = o.skip_weight_check != 0;
  options.integrity.expectedSha256 = o.expected_sha256;
  options.gpuCapability = cuda::queryCapability;
  options.log = {o.log, o.log_user};
  return Code::Ok;
}

// Looks a name up, and lists all names when it is not there.
template <typename NameOf>
Code findName(const char *name, uint32_t count, NameOf nameOf, Code missing,
              const char *what, uint32_t &index, Diagnostic &diagnostic) {
  char known[300];
  size_t used = 0;
  known[0] = 0;
  for (uint32_t i = 0; i < count; ++i) {
    const char *candidate = nameOf(i);
    if (strcmp(candidate, name) == 0) {
      index = i;
      return Code::Ok;
    }
    int n = snprintf(known + used, sizeof(known) - used, "%s%s", i ? ", " : "",
                     candidate);
    used = std::min(sizeof(known) - 1, used + static_cast<size_t>(n));
  }
  return diagnostic.fail(missing, "there is no %s '%s', only: %s", what, name,
                         known);
}

const fb::Entry *firstPlan(const tn_model *model, uint32_t entry) {
  Diagnostic ignored;
  const fb::Entry *plan = nullptr;
  if (failed(findPlan(model, entry, 0, plan, ignored)))
    return nullptr;
  return plan;
}

tn_code tensorInfo(const tn_model *model, uint32_t entry,
                   uint32_t specialization, uint32_t index, bool output,
                   tn_tensor_info *info, tn_diagnostic *diagnostic) {
  return report(diagnostic, [&](Diagnostic &d) {
    const fb::Entry *plan;
    TN_TRY(findPlan(model, entry, specialization, plan, d));
    TN_TRY(require(info, "info", d));
    const fb::Tensors &tensors = output ? *plan->outputs() : *plan->inputs();
    uint32_t count = output ? visibleOutputs(*plan) : tensors.size();
    TN_TRY(checkIndex(index, count, output ? "output" : "input", d));
    const fb::Tensor &t = *tensors.Get(index);
    describeTensor(
        t, t.alignment() ? t.alignment() : dtypeAlignment(DType(t.dtype())),
        *info);
    return Code::Ok;
  });
}

tn_code findTensor(const tn_model *model, uint32_t entry, const char *name,
                   bool output, uint32_t *index, tn_diagnostic *diagnostic) {
  return report(diagnostic, [&](Diagnostic &d) {
    const fb::Entry *plan;
    TN_TRY(findPlan(model, entry, 0, plan, d));
    TN_TRY(require(name && index, "the name or index", d));
    const fb::Tensors &tensors = output ? *plan->outputs() : *plan->inputs();
    auto nameOf = [&](uint32_t i) { return tensors.Get(i)->name()->c_str(); };
    uint32_t count = output ? visibleOutputs(*plan) : tensors.size();
    return findName(name, count, nameOf, Code::NoSuchName,
                    output ? "output" : "input", *index, d);
  });
}

} // namespace

int32_t tn_api_version(void) { return TN_API_VERSION; }

const char *tn_version(void) { return TENON_VERSION; }

const char *tn_dtype_name(int32_t dtype) {
  bool known = dtype >= 0 && dtype < static_cast<int32_t>(kDTypeCount);
  return dtypeName(known ? DType(dtype) : DType::Invalid);
}

int32_t tn_dtype_bits(int32_t dtype) {
  bool known = dtype >= 0 && dtype < static_cast<int32_t>(kDTypeCount);
  return static_cast<int32_t>(dtypeBits(known ? DType(dtype) : DType::Invalid));
}

tn_code tn_model_load_file(const char *path, const tn_load_options *options,
                           tn_model **model, tn_diagnostic *diagnostic) {
  return report(diagnostic, [&](Diagnostic &d) {
    TN_TRY(require(path && model, "the path or model", d));
    LoadOptions loadOptions;
    TN_TRY(toLoadOptions(options, loadOptions, d));
    Model *made;
    TN_TRY(Model::loadFile(path, loadOptions, made, d));
    *model = wrap(made);
    return Code::Ok;
  });
}

tn_code tn_model_load_memory(const void *data, size_t size,
                             const tn_load_options *options, tn_model **model,
                             tn_diagnostic *diagnostic) {
  return report(diagnostic, [&](Diagnostic &d) {
    TN_TRY(require(data && model, "the data or model", d));
    LoadOptions loadOptions;
    TN_TRY(toLoadOptions(options, loadOptions, d));
    Model *made;
    TN_TRY(Model::loadMemory(data, size, loadOptions, made, d));
    *model = wrap(made);
    return Code::Ok;
  });
}

void tn_model_release(tn_model *model) {
  if (model)
    unwrap(model)->release();
}

uint32_t tn_model_entry_count(const tn_model *model) {
  return model ? unwrap(model)->entries().size() : 0;
}

const char *tn_model_entry_name(const tn_model *model, uint32_t entry) {
  const fb::Entry *plan = firstPlan(model, entry);
  return plan ? plan->name()->c_str() : nullptr;
}

tn_code tn_model_find_entry(const tn_model *model, const char *name,
                            uint32_t *entry, tn_diagnostic *diagnostic) {
  return report(diagnostic, [&](Diagnostic &d) {
    TN_TRY(require(model && name && entry, "the model, name or entry", d));
    auto nameOf = [&](uint32_t i) { return tn_model_entry_name(model, i); };
    return findName(name, tn_model_entry_count(model), nameOf,
                    Code::NoSuchEntry, "entry", *entry, d);
  });
}

uint32_t tn_model_specialization_count(const tn_model *model, uint32_t entry) {
  return firstPlan(model, entry)
             ? unwrap(model)->entries().specializations(entry)
             : 0;
}

uint32_t tn_model_input_count(const tn_model *model, uint32_t entry) {
  const fb::Entry *plan = firstPlan(model, entry);
  return plan ? plan->inputs()->size() : 0;
}

uint32_t tn_model_output_count(const tn_model *model, uint32_t entry) {
  const fb::Entry *plan = firstPlan(model, entry);
  return plan ? visibleOutputs(*plan) : 0;
}

tn_code tn_model_input_info(const tn_model *model, uint32_t entry,
                            uint32_t specialization, uint32_t index,
                            tn_tensor_info *info, tn_diagnostic *diagnostic) {
  return tensorInfo(model, entry, specialization, index, /*output=*/false, info,
                    diagnostic);
}

tn_code tn_model_output_info(const tn_model *model, uint32_t entry,
                             uint32_t specialization, uint32_t index,
                             tn_tensor_info *info, tn_diagnostic *diagnostic) {
  return tensorInfo(model, entry, specialization, index, /*output=*/true, info,
                    diagnostic);
}

tn_code tn_model_find_input(const tn_model *model, uint32_t entry,
                            const char *name, uint32_t *index,
                            tn_diagnostic *diagnostic) {
  return findTensor(model, entry, name, /*output=*/false, index, diagnostic);
}

tn_code tn_model_find_output(const tn_model *model, uint32_t entry,
                             const char *name, uint32_t *index,
                             tn_diagnostic *diagnostic) {
  return findTensor(model, entry, name, /*output=*/true, index, diagnostic);
}

uint32_t tn_model_variable_count(const tn_model *model) {
  return model ? sizeOf(unwrap(model)->metadata().variables()) : 0;
}

tn_code tn_model_variable_info(const tn_model *model, uint32_t index,
                               tn_tensor_info *info,
                               tn_diagnostic *diagnostic) {
  return report(diagnostic, [&](Diagnostic &d) {
    TN_TRY(require(model && info, "the model or info", d));
    TN_TRY(checkIndex(index, tn_model_variable_count(model), "variable", d));
    describeTensor(*unwrap(model)->metadata().variables()->Get(index),
                   /*alignment=*/1, *info);
    return Code::Ok;
  });
}

tn_code tn_model_find_variable(const tn_model *model, const char *name,
                               uint32_t *index, tn_diagnostic *diagnostic) {
  return report(diagnostic, [&](Diagnostic &d) {
    TN_TRY(require(model && name && index, "the model, name or index", d));
    const auto *variables = unwrap(model)->metadata().variables();
    auto nameOf = [&](uint32_t i) {
      return variables->Get(i)->name()->c_str();
    };
    return findName(name, sizeOf(variables), nameOf, Code::NoSuchName,
                    "variable", *index, d);
  });
}
