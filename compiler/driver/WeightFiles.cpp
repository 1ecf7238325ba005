#include "compiler/driver/WeightFiles.h"

#include "compiler/driver/PlanTranslation.h"
#include "compiler/report/Error.h"

#include "llvm/Support/Path.h"

namespace tenon::driver {

using report::ErrorCode;

absl::StatusOr<std::span<const uint8_t>>
WeightFiles::bytes(graph::WeightOp weight) {
  std::string name = "weight '" + weight.getSymName().str() + "'";
  if (!weight.getFile())
    return absl::InvalidArgumentError(name + " has no file");
  llvm::SmallString<256> path(*weight.getFile());
  if (llvm::sys::path::is_relative(path)) {
    path = folder;
    llvm::sys::path::append(path, *weight.getFile());
  }
  std::unique_ptr<llvm::MemoryBuffer> &file = files[path];
  if (!file) {
    auto opened = llvm::MemoryBuffer::getFile(path, /*IsText=*/false,
                                              /*RequiresNullTerminator=*/false);
    if (!opened)
      return report::makeError(ErrorCode::ModelUnreadable,
                               name + ": " + path.str().str() + ": " +
                                   opened.getError().message());
    file = std::move(*opened);
  }
  auto size = static_cast<uint64_t>(weight.getByteSize());
  uint64_t offset = weight.getOffset().value_or(0);
  if (offset > file->getBufferSize() || size > file->getBufferSize() - offset)
    return report::makeError(ErrorCode::ModelMalformed,
                             name + " reaches beyond the end of " +
                                 path.str().str());
  return std::span<const uint8_t>(
      reinterpret_cast<const uint8_t *>(file->getBufferStart()) + offset, size);
}

absl::StatusOr<artifact::ByteSource>
WeightFiles::source(graph::WeightOp weight) {
  if (auto splat = weight.getSplat())
    return artifact::ByteSource::fromVector(elementBytes(*splat));
  auto span = bytes(weight);
  if (!span.ok())
    return span.status();
  return artifact::ByteSource::fromSpan(*span);
}

} // namespace tenon::driver
