// Checkpoints: the whole state of a session as one safetensors file.
#ifndef TENON_RUNTIME_TRAIN_CHECKPOINT_H
#define TENON_RUNTIME_TRAIN_CHECKPOINT_H

#include "runtime/train/TrainingSession.h"

#include <functional>
#include <optional>

namespace tenon::training {

/// What a run was, as text in the file's metadata.
using Metadata = std::vector<std::pair<std::string, std::string>>;

/// Writes all variables to `path`, whole and on the disk when it returns.
Problem writeCheckpoint(const TrainingSession &session, const std::string &path,
                        const Metadata &metadata);

/// The variables that a file may set, by name, type and shape, through a
/// function that sets them.
struct StateTarget {
  std::span<const Variable> variables;
  std::function<Problem(size_t variable, const void *data)> write;
};

/// Reads the state in `path`. Every variable must be in the file with its type
/// and shape, and the file must hold nothing else; nothing is written
/// otherwise. Errors: TN_CHECKPOINT_MISMATCH, those of tn_safetensors_open.
/// `metadata` gets what is under its keys.
Problem readCheckpoint(const std::string &path, const StateTarget &target,
                       Metadata &metadata);

/// A folder of checkpoints called step-N.safetensors.
class CheckpointFolder {
public:
  explicit CheckpointFolder(std::string path) : path(std::move(path)) {}

  /// Creates the folder if need be.
  Problem create() const;
  /// The file for a step.
  std::string file(int64_t step) const;
  /// The last step that the folder has a checkpoint of. Half-written files do
  /// not count.
  std::optional<int64_t> latest() const;
  /// Removes all but the last `count`, and what killed processes left.
  void keep(size_t count) const;

private:
  std::string path;
};

} // namespace tenon::training

#endif // TENON_RUNTIME_TRAIN_CHECKPOINT_H
