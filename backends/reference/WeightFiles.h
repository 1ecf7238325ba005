//===- WeightFiles.h - Weights from mapped files --------------------------===//

#ifndef TENON_BACKENDS_REFERENCE_WEIGHTFILES_H
#define TENON_BACKENDS_REFERENCE_WEIGHTFILES_H

#include "backends/reference/Evaluator.h"

#include "llvm/Support/MemoryBuffer.h"

#include <string>

namespace tenon::reference {

/// Maps the files that a module's weights name, each once, and gives the
/// weights as tensors that borrow from the mapping (4-bit types, which a file
/// packs two to a byte, are copied). Tensors keep their file mapped.
///
/// Checks that a weight lies in its file; who may name which file, and the
/// content's hash, are the business of whoever wrote the module.
class WeightFiles {
public:
  /// Relative file names count from `folder`.
  explicit WeightFiles(llvm::StringRef folder) : folder(folder) {}

  /// Fails with a diagnostic on the op.
  llvm::FailureOr<Tensor> read(graph::WeightOp weight);

private:
  using Buffer = std::shared_ptr<llvm::MemoryBuffer>;

  std::string folder;
  llvm::StringMap<Buffer> files;
};

} // namespace tenon::reference

#endif // TENON_BACKENDS_REFERENCE_WEIGHTFILES_H
