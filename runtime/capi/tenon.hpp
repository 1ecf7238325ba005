// A thin C++17 wrapper over tenon.h: owners instead of release calls, and
// exceptions instead of codes. Everything is inline; what it does not wrap is
// reached through get(). The rules of tenon.h hold unchanged.
#ifndef TENON_RUNTIME_CAPI_TENON_HPP
#define TENON_RUNTIME_CAPI_TENON_HPP

#include "tenon.h" // beside this file, in the tree and when installed

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace tenon {

/// A failed call: its code, and its one line of text as what().
class Error : public std::runtime_error {
public:
  explicit Error(const tn_diagnostic &diagnostic)
      : std::runtime_error(diagnostic.message),
        errorCode(static_cast<tn_code>(diagnostic.code)) {}
  tn_code code() const { return errorCode; }

private:
  tn_code errorCode;
};

/// Calls a function of the C API with `arguments` and a diagnostic, and throws
/// Error when it fails.
template <typename Function, typename... Arguments>
void call(Function function, Arguments... arguments) {
  tn_diagnostic diagnostic;
  if (function(arguments..., &diagnostic) != TN_OK)
    throw Error(diagnostic);
}

/// The tn_dtype of a C++ element type.
template <typename T> struct DTypeOf;
template <> struct DTypeOf<float> {
  static constexpr tn_dtype value = TN_F32;
};
template <> struct DTypeOf<double> {
  static constexpr tn_dtype value = TN_F64;
};
template <> struct DTypeOf<bool> {
  static constexpr tn_dtype value = TN_I1;
};
template <> struct DTypeOf<int8_t> {
  static constexpr tn_dtype value = TN_I8;
};
template <> struct DTypeOf<int16_t> {
  static constexpr tn_dtype value = TN_I16;
};
template <> struct DTypeOf<int32_t> {
  static constexpr tn_dtype value = TN_I32;
};
template <> struct DTypeOf<int64_t> {
  static constexpr tn_dtype value = TN_I64;
};
template <> struct DTypeOf<uint8_t> {
  static constexpr tn_dtype value = TN_UI8;
};
template <> struct DTypeOf<uint16_t> {
  static constexpr tn_dtype value = TN_UI16;
};
template <> struct DTypeOf<uint32_t> {
  static constexpr tn_dtype value = TN_UI32;
};
template <> struct DTypeOf<uint64_t> {
  static constexpr tn_dtype value = TN_UI64;
};

/// A loaded artifact. May be moved, and used by any number of threads.
class Model {
public:
  explicit Model(const std::string &path,
                 const tn_load_options *options = nullptr) {
    tn_model *made = nullptr;
    call(tn_model_load_file, path.c_str(), options, &made);
    model.reset(made);
  }

  /// The number of an entry, input or output. Throws when there is none.
  uint32_t entry(const char *name) const {
    uint32_t index = 0;
    call(tn_model_find_entry, get(), name, &index);
    return index;
  }
  uint32_t input(uint32_t entry, const char *name) const {
    uint32_t index = 0;
    call(tn_model_find_input, get(), entry, name, &index);
    return index;
  }
  uint32_t output(uint32_t entry, const char *name) const {
    uint32_t index = 0;
    call(tn_model_find_output, get(), entry, name, &index);
    return index;
  }

  tn_tensor_info inputInfo(uint32_t entry, uint32_t index,
                           uint32_t specialization = 0) const {
    tn_tensor_info info;
    call(tn_model_input_info, get(), entry, specialization, index, &info);
    return info;
  }
  tn_tensor_info outputInfo(uint32_t entry, uint32_t index,
                            uint32_t specialization = 0) const {
    tn_tensor_info info;
    call(tn_model_output_info, get(), entry, specialization, index, &info);
    return info;
  }

  tn_model *get() const { return model.get(); }

private:
  struct Release {
    void operator()(tn_model *model) const { tn_model_release(model); }
  };
  std::unique_ptr<tn_model, Release> model;
};

/// A model in use. May be moved; used by one thread at a time.
class Session {
public:
  explicit Session(const Model &model,
                   const tn_session_options *options = nullptr) {
    tn_session *made = nullptr;
    call(tn_session_create, model.get(), options, &made);
    session.reset(made);
  }

  /// Binds memory that stays with the caller.
  template <typename T>
  void bindInput(uint32_t entry, uint32_t index, const T *data,
                 const std::vector<int64_t> &shape) {
    tn_tensor tensor{DTypeOf<T>::value, static_cast<int32_t>(shape.size()),
                     shape.data(), data};
    call(tn_session_bind_input, get(), entry, index, &tensor);
  }
  template <typename T>
  void bindOutput(uint32_t entry, uint32_t index, T *data, size_t count) {
    call(tn_session_bind_output, get(), entry, index, static_cast<void *>(data),
         count * sizeof(T));
  }

  void run(uint32_t entry) { call(tn_session_run, get(), entry); }

  /// The shape of an output of that rank after a run.
  std::vector<int64_t> outputShape(uint32_t entry, uint32_t index,
                                   size_t rank) {
    std::vector<int64_t> shape(rank);
    call(tn_session_output_shape, get(), entry, index, shape.data(),
         static_cast<int32_t>(rank));
    return shape;
  }

  tn_session *get() const { return session.get(); }

private:
  struct Destroy {
    void operator()(tn_session *session) const { tn_session_destroy(session); }
  };
  std::unique_ptr<tn_session, Destroy> session;
};

} // namespace tenon

#endif // TENON_RUNTIME_CAPI_TENON_HPP
