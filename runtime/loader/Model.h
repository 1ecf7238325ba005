// A loaded artifact: checked, its code mapped and one variant chosen.
//
// Immutable after load and free of locks, so that any number of threads and
// sessions may share one. Counts its owners; the last one frees it.
#ifndef TENON_RUNTIME_LOADER_MODEL_H
#define TENON_RUNTIME_LOADER_MODEL_H

#include "runtime/abi/kernel_abi.h"
#include "runtime/core/Array.h"
#include "runtime/core/Log.h"
#include "runtime/loader/ArtifactFile.h"
#include "runtime/loader/CodeImage.h"
#include "runtime/loader/EntryTable.h"

#include <atomic>

namespace tenon::fb {
struct Artifact;
struct Entry;
} // namespace tenon::fb

namespace tenon::rt {

struct LoadOptions {
  IntegrityOptions integrity;
  /// The variant to use, or null for the first that this CPU can execute.
  const char *variant = nullptr;
  /// Asked for artifacts with GPU code: the compute capability of the GPU that
  /// kernels will run on, 10 * major + minor. Null where there can be none.
  Code (*gpuCapability)(int &capability, Diagnostic &diagnostic) = nullptr;
  /// Opens an artifact to look at it: any target, nothing can run.
  bool inspectOnly = false;
  /// Tells gdb and perf about the code (DebugInfo.h).
  bool publishCode = false;
  Log log;
};

/// A kernel of the chosen variant.
struct LoadedKernel {
  tn_kernel_fn function = nullptr; ///< null for GPU code
  int64_t numTiles = 0;
  uint64_t scratchSize = 0;
};

class Model {
public:
  /// Loads an artifact from a file. The model starts with one owner. Errors:
  /// those of ArtifactFile and checkMetadata, SizesOpen, ForeignTarget,
  /// CpuFeatures, NoSuchVariant, CodeRefused, OutOfMemory, System, NoGpu,
  /// GpuUnsuitable.
  static Code loadFile(const char *path, const LoadOptions &options,
                       Model *&model, Diagnostic &diagnostic);

  /// The same from bytes that outlive the model.
  static Code loadMemory(const void *data, size_t size,
                         const LoadOptions &options, Model *&model,
                         Diagnostic &diagnostic);

  void retain() { owners.fetch_add(1, std::memory_order_relaxed); }
  void release();

  const fb::Artifact &metadata() const { return *root; }
  const ArtifactFile &artifactFile() const { return file; }
  const EntryTable &entries() const { return entryTable; }

  /// True when a variant was chosen and kernels can be called.
  bool canRun() const { return ready; }
  /// The chosen variant; only when canRun().
  uint32_t variantIndex() const { return variant; }
  const LoadedKernel &kernel(uint32_t i) const { return kernels[i]; }

  /// Whether the code is for a GPU, whose device loads it.
  bool isForGpu() const;
  /// Whether a GPU of that compute capability executes the image of a GPU
  /// variant as it is: a cubin of its generation, or PTX.
  bool imageFits(uint32_t variant, int capability) const;

  /// The first byte of a weight or constant.
  const uint8_t *weightData(uint32_t i) const;
  const uint8_t *constantData(uint32_t i) const;
  /// The first byte of a file of a model that is not compiled yet.
  const uint8_t *sourceData(uint32_t i) const;

  Model() = default;
  ~Model();

private:
  Code finish(const LoadOptions &options, Diagnostic &diagnostic);
  Code readMetadata(Diagnostic &diagnostic);
  Code checkImages(Diagnostic &diagnostic);
  Code chooseVariant(const LoadOptions &options, Diagnostic &diagnostic);
  Code chooseGpuVariant(const LoadOptions &options, Diagnostic &diagnostic);
  Code loadCode(const LoadOptions &options, Diagnostic &diagnostic);

  std::atomic<int> owners{1};
  ArtifactFile file;
  Array<uint64_t> metadataCopy; // of words, for the alignment
  const fb::Artifact *root = nullptr;
  EntryTable entryTable;
  uint32_t variant = 0;
  bool ready = false;
  CodeImage code;
  Array<LoadedKernel> kernels;
  void *published = nullptr;
};

} // namespace tenon::rt

#endif // TENON_RUNTIME_LOADER_MODEL_H
