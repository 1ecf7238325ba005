#include "tools/tenon/NpyFile.h"

#include "compiler/report/Error.h"
#include "runtime/io/tenon_io.h"
#include "tools/tenon/ArtifactRunner.h"

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
