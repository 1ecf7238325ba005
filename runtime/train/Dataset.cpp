#include "runtime/train/Dataset.h"

#include <cmath>
#include <cstring>
#include <memory>
#include <utility>

namespace tenon::training {
namespace {

Problem mismatch(std::string text) {
  return {TN_DATA_MISMATCH, std::move(text)};
}

Problem problemOf(const tn_diagnostic &diagnostic) {
  return {static_cast<tn_code>(diagnostic.code), diagnostic.message};
}

std::string describe(int32_t dtype, const std::vector<int64_t> &shape) {
  std::string text = tn_dtype_name(dtype);
  text += " [";
  for (size_t i = 0; i < shape.size(); ++i)
    text += (i ? ", " : "") + std::to_string(shape[i]);
  return text + "]";
}

Column fromArray(std::string name, const tn_array &array) {
  auto owned = std::shared_ptr<tn_array>(new tn_array(array), [](tn_array *a) {
    tn_array_free(a);
    delete a;
  });
  return {std::move(name),
          array.dtype,
          {array.shape, array.shape + array.rank},
          static_cast<const uint8_t *>(array.data),
          owned};
}

Problem loadNpz(const std::string &path, Dataset &dataset) {
  tn_diagnostic diagnostic;
  std::vector<std::string> names;
  if (tn_npz_names(
          path.c_str(),
          [](void *user, const char *name) {
            static_cast<std::vector<std::string> *>(user)->push_back(name);
          },
          &names, &diagnostic) != TN_OK)
    return problemOf(diagnostic);
  for (const std::string &name : names) {
    tn_array array = {};
    if (tn_npz_read(path.c_str(), name.c_str(), &array, &diagnostic) != TN_OK)
      return problemOf(diagnostic);
    if (Problem problem = dataset.add(fromArray(name, array));
        problem.code != TN_OK)
      return problem;
  }
  return {};
}

Problem loadSafetensors(const std::string &path, Dataset &dataset) {
  tn_diagnostic diagnostic;
  tn_safetensors *opened = nullptr;
  if (tn_safetensors_open(path.c_str(), &opened, &diagnostic) != TN_OK)
    return problemOf(diagnostic);
  std::shared_ptr<tn_safetensors> file(opened, tn_safetensors_close);
  for (uint32_t i = 0; i < tn_safetensors_count(opened); ++i) {
    const char *name = tn_safetensors_name(opened, i);
    tn_tensor tensor;
    if (tn_safetensors_find(opened, name, &tensor, &diagnostic) != TN_OK)
      return problemOf(diagnostic);
    Column column{name,
                  tensor.dtype,
                  {tensor.shape, tensor.shape + tensor.rank},
                  static_cast<const uint8_t *>(tensor.data),
                  file};
    if (Problem problem = dataset.add(std::move(column)); problem.code != TN_OK)
      return problem;
  }
  return {};
}

//===-- Element types -----------------------------------------------------===//

/// Calls body(T()) with the C++ type of a plain dtype; false for others.
template <typename Body> bool withType(int32_t dtype, Body body) {
  switch (dtype) {
  case TN_F32:
    body(float());
    return true;
  case TN_F64:
    body(double());
    return true;
  case TN_I1:
  case TN_UI8:
    body(uint8_t());
    return true;
  case TN_I8:
    body(int8_t());
    return true;
  case TN_I16:
    body(int16_t());
    return true;
  case TN_UI16:
    body(uint16_t());
    return true;
  case TN_I32:
    body(int32_t());
    return true;
  case TN_UI32:
    body(uint32_t());
    return true;
  case TN_I64:
    body(int64_t());
    return true;
  case TN_UI64:
    body(uint64_t());
    return true;
  default:
    return false;
  }
}

/// Whether every value of the integer `value` is one of type To.
template <typename To, typename From> bool fits(From value) {
  if constexpr (std::is_integral_v<To> && std::is_integral_v<From>)
    return std::in_range<To>(value);
  else
    return true;
}

/// Converts a whole column; an error names what does not fit.
Problem convert(const Column &from, int32_t dtype, Column &to) {
  size_t count = 1;
  for (int64_t dim : from.shape)
    count *= static_cast<size_t>(dim);
  size_t bytes = count * static_cast<size_t>(tn_dtype_bits(dtype)) / 8;
  std::shared_ptr<void> memory(
      aligned_alloc(64, (std::max<size_t>(bytes, 1) + 63) / 64 * 64), free);
  if (!memory)
    return {TN_OUT_OF_MEMORY, "no memory for the data"};
  bool allFit = true, allowed = false;
  withType(from.dtype, [&](auto source) {
    withType(dtype, [&](auto target) {
      using From = decltype(source);
      using To = decltype(target);
      // Fractions are never cut off.
      if (std::is_floating_point_v<From> && std::is_integral_v<To>)
        return;
      if (dtype == TN_I1)
        return;
      allowed = true;
      const auto *in = reinterpret_cast<const From *>(from.data);
      auto *out = static_cast<To *>(memory.get());
      for (size_t i = 0; i < count; ++i) {
        From value;
        memcpy(&value, in + i, sizeof(value));
        allFit &= fits<To>(value);
        out[i] = static_cast<To>(value);
      }
    });
  });
  if (!allowed)
    return mismatch("'" + from.name + "' holds " + tn_dtype_name(from.dtype) +
                    ", which does not become " + tn_dtype_name(dtype));
  if (!allFit)
    return mismatch("'" + from.name + "' holds numbers that do not fit " +
                    tn_dtype_name(dtype));
  to = {from.name, dtype, from.shape,
        static_cast<const uint8_t *>(memory.get()), memory};
  return {};
}

} // namespace

Problem Dataset::load(const std::vector<std::string> &files, Dataset &dataset) {
  for (const std::string &file : files) {
    Problem problem;
    if (file.ends_with(".npz")) {
      problem = loadNpz(file, dataset);
    } else if (file.ends_with(".safetensors")) {
      problem = loadSafetensors(file, dataset);
    } else if (size_t equals = file.find('='); equals != std::string::npos) {
      tn_diagnostic diagnostic;
      tn_array array = {};
      if (tn_npy_read(file.c_str() + equals + 1, 0, &array, &diagnostic) !=
          TN_OK)
        return problemOf(diagnostic);
      problem = dataset.add(fromArray(file.substr(0, equals), array));
    } else {
      problem = {TN_INVALID_ARGUMENT,
                 "'" + file +
                     "': expected FILE.npz, FILE.safetensors or NAME=FILE.npy"};
    }
    if (problem.code != TN_OK)
      return problem;
  }
  return {};
}

Problem Dataset::add(Column column) {
  if (column.shape.empty())
    return mismatch("'" + column.name + "' is a single number, not examples");
  if (find(column.name))
    return mismatch("'" + column.name + "' is given twice");
  if (!columns.empty() && column.examples() != examples())
    return mismatch("'" + column.name + "' has " +
                    std::to_string(column.examples()) + " examples, '" +
                    columns.front().name + "' has " +
                    std::to_string(examples()));
  columns.push_back(std::move(column));
  return {};
}

const Column *Dataset::find(const std::string &name) const {
  for (const Column &column : columns)
    if (column.name == name)
      return &column;
  return nullptr;
}

std::string Dataset::names() const {
  std::string text;
  for (const Column &column : columns)
    text += (text.empty() ? "" : ", ") + column.name;
  return text;
}

Problem matchColumn(const Dataset &dataset, const Wanted &wanted, bool stacked,
                    Column &column) {
  const Column *found = dataset.find(wanted.name);
  if (!found)
    return mismatch("there is no '" + wanted.name + "', only " +
                    dataset.names());
  if (!stacked && wanted.shape.empty())
    return mismatch("input '" + wanted.name +
                    "' is a single number, not one per example");
  size_t skip = stacked ? 0 : 1;
  std::vector<int64_t> expected = {found->shape[0]};
  expected.insert(expected.end(),
                  wanted.shape.begin() + static_cast<ptrdiff_t>(skip),
                  wanted.shape.end());
  if (found->shape != expected)
    return mismatch(
        "'" + wanted.name + "' is " + describe(found->dtype, found->shape) +
        ", the model takes " + describe(wanted.dtype, wanted.shape) +
        (stacked ? " per step" : " per batch"));
  if (found->dtype == wanted.dtype) {
    column = *found;
    return {};
  }
  return convert(*found, wanted.dtype, column);
}

} // namespace tenon::training
