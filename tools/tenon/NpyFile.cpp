#include "tools/tenon/NpyFile.h"

#include "compiler/report/Error.h"
#include "runtime/io/tenon_io.h"
#include "tools/tenon/ArtifactRunner.h"

#include <algorithm>
#include <cstring>

namespace tenon::tool {
namespace {

absl::Status failure(const tn_diagnostic &diagnostic) {
  return report::makeRuntimeError(diagnostic.code, diagnostic.message);
}

} // namespace

absl::StatusOr<driver::HostTensor> readNpy(const std::string &path,
                                           const std::string &wanted) {
  tn_diagnostic diagnostic;
  tn_array array{};
  if (tn_npy_read(path.c_str(), parseDtype(wanted), &array, &diagnostic) !=
      TN_OK)
    return failure(diagnostic);
  auto *bytes = static_cast<const uint8_t *>(array.data);
  driver::HostTensor tensor{
      {"", tn_dtype_name(array.dtype), {array.shape, array.shape + array.rank}},
      {bytes, bytes + array.byte_size}};
  tn_array_free(&array);
  return tensor;
}

absl::StatusOr<driver::HostTensor> readStrings(const std::string &path,
                                               int64_t characters) {
  auto read = readNpy(path, "ui32");
  if (!read.ok())
    return read.status();
  driver::HostTensor &given = *read;
  if (given.spec.shape.empty())
    return report::makeError(report::ErrorCode::NoSuchInput,
                             path + ": holds no strings");
  auto length = static_cast<size_t>(given.spec.shape.back());
  auto width = static_cast<size_t>(characters);
  driver::HostTensor tensor{given.spec, {}};
  tensor.spec.shape.back() = characters;
  size_t count = 1;
  for (size_t i = 0; i + 1 < given.spec.shape.size(); ++i)
    count *= static_cast<size_t>(given.spec.shape[i]);
  std::vector<uint32_t> points(count * length), padded(count * width);
  if (!given.data.empty())
    std::memcpy(points.data(), given.data.data(), given.data.size());
  for (size_t i = 0; i < points.size(); ++i) {
    size_t row = i / length, column = i % length;
    if (column < width)
      padded[row * width + column] = points[i];
    else if (points[i] != 0)
      return report::makeError(report::ErrorCode::NoSuchInput,
                               path + ": string " + std::to_string(row) +
                                   " is longer than " + std::to_string(width) +
                                   " characters, the most that this model "
                                   "was compiled for");
  }
  const auto *bytes = reinterpret_cast<const uint8_t *>(padded.data());
  tensor.data.assign(bytes, bytes + padded.size() * sizeof(uint32_t));
  return tensor;
}

absl::Status writeStrings(const std::string &path,
                          const driver::HostTensor &tensor) {
  auto width = static_cast<size_t>(tensor.spec.shape.back());
  std::vector<uint32_t> points(tensor.data.size() / sizeof(uint32_t));
  if (!points.empty())
    std::memcpy(points.data(), tensor.data.data(), tensor.data.size());
  // As wide as the longest, as NumPy does it.
  size_t length = 1;
  for (size_t i = 0; i < points.size(); ++i)
    if (points[i] != 0)
      length = std::max(length, i % width + 1);
  std::vector<uint32_t> cut;
  for (size_t i = 0; i < points.size(); ++i)
    if (i % width < length)
      cut.push_back(points[i]);
  std::vector<int64_t> shape = tensor.spec.shape;
  shape.back() = static_cast<int64_t>(length);
  tn_tensor view{TN_UI32, static_cast<int32_t>(shape.size()), shape.data(),
                 cut.data()};
  tn_diagnostic diagnostic;
  if (tn_npy_write_strings(path.c_str(), &view, &diagnostic) != TN_OK)
    return failure(diagnostic);
  return absl::OkStatus();
}

absl::Status writeNpy(const std::string &path,
                      const driver::HostTensor &tensor) {
  tn_diagnostic diagnostic;
  tn_tensor view{parseDtype(tensor.spec.dtype),
                 static_cast<int32_t>(tensor.spec.shape.size()),
                 tensor.spec.shape.data(), tensor.data.data()};
  if (tn_npy_write(path.c_str(), &view, &diagnostic) != TN_OK)
    return failure(diagnostic);
  return absl::OkStatus();
}

} // namespace tenon::tool
