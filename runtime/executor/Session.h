// A model that is being used: bound tensors, own state and arena.
//
// One thread at a time uses a session; a second one is told Busy. Sessions of
// one model are independent of each other.
#ifndef TENON_RUNTIME_EXECUTOR_SESSION_H
#define TENON_RUNTIME_EXECUTOR_SESSION_H

#include "runtime/core/DType.h"
#include "runtime/executor/Program.h"

namespace tenon::rt {

/// A caller's dense row-major tensor.
struct TensorView {
  DType dtype = DType::Invalid;
  const int64_t *shape = nullptr;
  size_t rank = 0;
  const void *data = nullptr;
};

struct SessionOptions {
  SessionMemory::Options memory;
  bool profile = false;
};

class Session {
public:
  /// Prepares all entries of a model, which is retained, on a device, which
  /// outlives the session. Errors: InspectOnly, those of SessionMemory.
  Code create(Model &model, Device &device, const SessionOptions &options,
              Diagnostic &diagnostic);
  ~Session();

  /// Binds an input until it is bound again. The data must stay in place and
  /// hold still while an entry runs. Errors: NoSuchEntry, IndexOutOfRange,
  /// DTypeMismatch, ShapeMismatch when no specialization has that shape,
  /// Misaligned, InvalidArgument, Busy.
  Code bindInput(uint32_t entry, uint32_t index, const TensorView &tensor,
                 Diagnostic &diagnostic);

  /// Binds room of `size` bytes for an output. Errors: as above but for types.
  Code bindOutput(uint32_t entry, uint32_t index, void *data, uint64_t size,
                  Diagnostic &diagnostic);

  /// Picks the first specialization whose shapes are those of the bound
  /// inputs. Errors: NoSuchEntry, NotBound, ShapeMismatch, Busy.
  Code select(uint32_t entry, uint32_t &specialization, Diagnostic &diagnostic);

  /// Runs an entry. Allocates nothing. Errors: those of select; NotBound and
  /// SizeMismatch for outputs; Overlap; GuardViolation; ShapeMismatch where
  /// the inputs' values ask for other shapes than the entry was compiled for,
  /// after which the outputs hold nothing of use.
  Code run(uint32_t entry, Diagnostic &diagnostic);

  /// The shape of an output after the last run, `rank` numbers of room. Errors:
  /// NoSuchEntry, IndexOutOfRange, InvalidArgument for another rank, NotBound
  /// where the entry has not run, Busy.
  Code outputShape(uint32_t entry, uint32_t index, int64_t *shape, size_t rank,
                   Diagnostic &diagnostic);

  /// Copies a variable out of or into the state; `size` is that of its dense
  /// tensor. Errors: IndexOutOfRange, SizeMismatch, Busy, NotSupported for a
  /// variable whose layout is not dense.
  Code readVariable(uint32_t index, void *data, uint64_t size,
                    Diagnostic &diagnostic);
  Code writeVariable(uint32_t index, const void *data, uint64_t size,
                     Diagnostic &diagnostic);

  /// A specialization's steps and times. Errors: NoSuchEntry,
  /// IndexOutOfRange.
  Code program(uint32_t entry, uint32_t specialization, const Program *&program,
               Diagnostic &diagnostic) const;

private:
  // Bound tensors of one entry.
  struct Bindings {
    Array<const void *> inputs;
    Array<void *> outputs;
    Array<uint64_t> outputSizes;
    Array<uint8_t> inputBound, outputBound;
    // The last of the outputs, each a requirement or a size: where those are
    // written.
    Array<uint8_t> requirements;
    Array<int64_t> sizes;
    // The entry has run on what is bound.
    bool hasRun = false;
    // Per specialization and input: the bound shape is its shape.
    Array<uint8_t> shapeMatches;
    // The specialization that the pointers were given to, or -1.
    int64_t placed = -1;

    /// The outputs that callers see: those before requirements and sizes.
    size_t visibleOutputs() const {
      return outputs.size() - requirements.size();
    }
  };

  Code checkEntry(uint32_t entry, Diagnostic &diagnostic) const;
  /// Of an entry that there is, and an output that its callers see.
  Code checkOutput(uint32_t entry, uint32_t index,
                   Diagnostic &diagnostic) const;
  const fb::Entry &metadataOf(uint32_t entry, uint32_t specialization) const;
  Code selectBound(uint32_t entry, uint32_t &specialization,
                   Diagnostic &diagnostic) const;
  Code placeTensors(uint32_t entry, uint32_t specialization,
                    Diagnostic &diagnostic);
  Code checkRequirements(uint32_t entry, Diagnostic &diagnostic) const;
  Code checkVariable(uint32_t index, uint64_t size,
                     Diagnostic &diagnostic) const;

  Model *model = nullptr;
  Device *device = nullptr;
  SessionMemory memory;
  Array<Program> programs; // in the metadata's order
  Array<Bindings> bindings;
  std::atomic<bool> inUse{false};
};

} // namespace tenon::rt

#endif // TENON_RUNTIME_EXECUTOR_SESSION_H
