// What an artifact holds, as plain data: the plan level without MLIR. The
// plan's lowering fills it, writeArtifact turns it into a file.
//
// Indices refer to the vector of the same name in ArtifactContents unless
// stated otherwise. Sizes and offsets are bytes. Element types are spelled as
// MLIR prints them (f32, bf16, i1, ui8, complex<f32>, ...); i4 and ui4 take
// half a byte, everything else whole bytes. The fields mirror
// runtime/schema/artifact.fbs, where their meaning is written down.
#ifndef TENON_COMPILER_ARTIFACT_ARTIFACTCONTENTS_H
#define TENON_COMPILER_ARTIFACT_ARTIFACTCONTENTS_H

#include "absl/status/status.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

namespace tenon::artifact {

/// Takes the next bytes of a stream.
using ByteSink = std::function<absl::Status(std::span<const uint8_t>)>;

/// Bytes that are produced when the file is written, never held by the writer.
struct ByteSource {
  uint64_t size = 0;
  /// Gives exactly `size` bytes to the sink, in pieces of any length. Called
  /// once.
  std::function<absl::Status(const ByteSink &)> produce;

  /// A source over memory, such as a mapped file, that outlives the writing.
  static ByteSource fromSpan(std::span<const uint8_t> bytes);
  /// A source that owns its bytes; for small tensors.
  static ByteSource fromVector(std::vector<uint8_t> bytes);
};

/// One level of the instruction set, compiled.
struct Variant {
  std::string name;                  ///< what --variant= forces, e.g. avx2
  std::vector<std::string> features; ///< LLVM's names, all required
  std::vector<uint8_t> image;        ///< see docs/artifact.md, "The code"
  /// PTX of a GPU variant, for GPUs that the image does not run on; may be
  /// empty.
  std::vector<uint8_t> ptx;
};

enum class Access { Read, Write, ReadWrite };

struct KernelOperand {
  uint64_t size = 0; ///< most bytes touched from the pointer on
  Access access = Access::Read;
};

/// A kernel in one variant.
struct KernelCode {
  std::string symbol; ///< a function in the variant's dynamic symbol table
  int64_t numTiles = 1;
  uint64_t scratchSize = 0; ///< per worker
  /// Of GPU code: threads of a block, and its dynamic shared memory.
  uint32_t threads = 0;
  uint32_t sharedSize = 0;
};

struct Kernel {
  std::string name;
  std::string provenance;              ///< locations of the model's nodes
  std::vector<KernelOperand> operands; ///< operands, then results
  uint32_t numScalars = 0;
  std::vector<KernelCode> code; ///< one per variant, in their order
};

/// A frozen tensor in its physical layout.
struct Weight {
  std::string name;
  std::string dtype;
  std::vector<int64_t> shape; ///< logical
  std::string layout;         ///< text; empty is dense row-major
  ByteSource data;
};

/// A small tensor that belongs to the code.
struct Constant {
  std::vector<uint8_t> bytes;
};

/// State with an initial value, zeros where none is given.
struct Variable {
  std::string name;
  std::string dtype;
  std::vector<int64_t> shape; ///< logical
  std::string layout;         ///< text; empty is dense row-major
  uint64_t size = 0;          ///< in its physical layout
  std::optional<ByteSource> initial;
};

struct Tensor {
  std::string name;
  std::string dtype;
  std::vector<int64_t> shape;
  std::vector<int64_t> upperBounds; ///< reserved; empty for static shapes
  uint32_t alignment = 0;           ///< of the caller's pointer; 0: the element
};

struct Dim {
  std::string name;
  int64_t size = 0;
};

/// A variable that an entry takes (Read) or returns (Write).
struct Tie {
  uint32_t variable = 0;
  Access access = Access::Read;
};

/// A range of the arena whose buffers may be views of each other or in place.
/// Buffers that must see each other's writes share an allocation; with
/// --guard each allocation stands in a mapping of its own.
struct Allocation {
  uint64_t offset = 0;
  uint64_t size = 0;
};

enum class BufferKind { Input, Output, Arena, Weight, Variable, Constant };

/// Bytes [offset, offset + size) of what kind and index name: an input or
/// output of the entry, one of its allocations (kind Arena; offset is relative
/// to the allocation), or a weight, variable or constant of the artifact.
struct Buffer {
  BufferKind kind = BufferKind::Arena;
  uint32_t index = 0;
  uint64_t offset = 0;
  uint64_t size = 0;
  std::string name; ///< for people
};

struct Launch {
  uint32_t kernel = 0;
  std::vector<uint32_t> buffers; ///< into the entry's buffers
  std::vector<int64_t> scalars;
  std::string provenance; ///< of this launch, where kernels are shared
};

/// Copies a whole buffer to another of the same size.
struct Copy {
  uint32_t from = 0; ///< into the entry's buffers
  uint32_t to = 0;
};

/// Loops and branches join here when the plan has them.
using Instruction = std::variant<Launch, Copy>;

/// One entry at one set of shapes; --dim variants share a name and come in the
/// order in which a session shall try them.
struct Entry {
  std::string name;
  std::vector<Dim> dims;
  std::vector<Tensor> inputs;
  std::vector<Tensor> outputs;
  std::vector<Tie> ties;
  uint64_t arenaSize = 0;
  uint64_t arenaAlignment = 64;
  uint64_t lowerBound = 0;
  uint64_t peak = 0;
  std::vector<Allocation> allocations;
  std::vector<Buffer> buffers;
  std::vector<Instruction> instructions;
};

/// A file of a model's folder.
struct SourceFile {
  std::string path; ///< relative, with '/' between its parts
  ByteSource data;
};

/// A model that is not compiled yet, because dimensions of it have no size.
struct Source {
  std::vector<SourceFile> files; ///< the model's own first
  std::vector<std::string> openDims;
  std::string description; ///< JSON; what is to be compiled, and how
};

struct ArtifactContents {
  /// Whether the code is for a GPU.
  bool isForGpu() const { return targetArch == "nvptx64"; }

  std::string producer;          ///< e.g. "tenon 0.1.0"
  std::string targetArch;        ///< x86_64, aarch64 or nvptx64
  std::vector<Variant> variants; ///< best first
  std::vector<Kernel> kernels;
  std::vector<Weight> weights;
  std::vector<Constant> constants;
  std::vector<Variable> variables;
  std::vector<Entry> entries;
  std::string debugJson; ///< decisions and remarks; may be empty
  /// Instead of everything that is compiled.
  std::optional<Source> source;
};

} // namespace tenon::artifact

#endif // TENON_COMPILER_ARTIFACT_ARTIFACTCONTENTS_H
