// What stands behind the opaque types of the C API, and the way errors leave.
#ifndef TENON_RUNTIME_CAPI_HANDLES_H
#define TENON_RUNTIME_CAPI_HANDLES_H

#include "runtime/capi/tenon.h"
#include "runtime/cpu/CpuDevice.h"
#include "runtime/cuda/CudaDevice.h"
#include "runtime/executor/Session.h"
#include "runtime/loader/Metadata.h"

#include <cstring>

// The devices come first, so that they outlive the session; it uses one.
struct tn_session {
  tenon::rt::CpuDevice device;
  tenon::rt::CudaDevice gpu;
  tenon::rt::Session session;
};

namespace tenon::rt {

inline Model *unwrap(tn_model *model) {
  return reinterpret_cast<Model *>(model);
}
inline const Model *unwrap(const tn_model *model) {
  return reinterpret_cast<const Model *>(model);
}
inline tn_model *wrap(Model *model) {
  return reinterpret_cast<tn_model *>(model);
}

/// Calls body(Diagnostic &) and hands its error to the caller's diagnostic.
template <typename Body> tn_code report(tn_diagnostic *out, Body body) {
  Diagnostic diagnostic;
  Code code = body(diagnostic);
  if (out) {
    out->code = static_cast<int32_t>(code);
    static_assert(sizeof(out->message) == Diagnostic::kCapacity);
    if (failed(code))
      memcpy(out->message, diagnostic.message(), sizeof(out->message));
    else
      out->message[0] = 0;
  }
  return static_cast<tn_code>(code);
}

/// Fails with InvalidArgument when a pointer that a call needs is null.
inline Code require(bool given, const char *what, Diagnostic &diagnostic) {
  if (given)
    return Code::Ok;
  return diagnostic.fail(Code::InvalidArgument, "%s is NULL", what);
}

/// Takes what the caller's version of an option struct has; the rest stays as
/// it is.
template <typename Options>
Code readOptions(const Options *given, Options &options,
                 Diagnostic &diagnostic) {
  if (!given)
    return Code::Ok;
  if (given->struct_size < sizeof(size_t) ||
      given->struct_size > sizeof(Options))
    return diagnostic.fail(Code::InvalidArgument,
                           "the options' struct_size is not one that this "
                           "library knows");
  memcpy(static_cast<void *>(&options), given, given->struct_size);
  return Code::Ok;
}

/// The entry's metadata in a specialization. Errors: InvalidArgument for a
/// null model, NoSuchEntry, IndexOutOfRange.
inline Code findPlan(const tn_model *model, uint32_t entry,
                     uint32_t specialization, const fb::Entry *&plan,
                     Diagnostic &diagnostic) {
  TN_TRY(require(model, "the model", diagnostic));
  const EntryTable &entries = unwrap(model)->entries();
  if (entry >= entries.size())
    return diagnostic.fail(Code::NoSuchEntry, "there is no entry %u of %u",
                           entry, entries.size());
  if (specialization >= entries.specializations(entry))
    return diagnostic.fail(Code::IndexOutOfRange,
                           "the entry has %u specializations, there is no %u",
                           entries.specializations(entry), specialization);
  plan = unwrap(model)->metadata().entries()->Get(
      entries.metadataIndex(entry, specialization));
  return Code::Ok;
}

/// Fails with IndexOutOfRange unless index < count.
inline Code checkIndex(uint32_t index, uint32_t count, const char *what,
                       Diagnostic &diagnostic) {
  if (index < count)
    return Code::Ok;
  return diagnostic.fail(Code::IndexOutOfRange, "there is no %s %u of %u", what,
                         index, count);
}

/// A string that may be absent.
inline const char *textOf(const flatbuffers::String *text) {
  return text ? text->c_str() : "";
}

/// Fills the parts that inputs, outputs, variables and weights share.
template <typename Table>
void describeTensor(const Table &table, uint32_t alignment,
                    tn_tensor_info &info) {
  info.name = table.name()->c_str();
  info.dtype = static_cast<int32_t>(table.dtype());
  info.rank = static_cast<int32_t>(table.shape()->size());
  info.shape = table.shape()->data();
  info.byte_size = 0;
  tensorBytes(static_cast<DType>(table.dtype()), info.shape,
              table.shape()->size(), info.byte_size);
  info.alignment = alignment;
}

} // namespace tenon::rt

#endif // TENON_RUNTIME_CAPI_HANDLES_H
