// Tensors on the command line: `--input [NAME=]FILE.npy`, and the files that
// `tenon run` leaves.

#ifndef TENON_TOOLS_TENON_TENSORS_H
#define TENON_TOOLS_TENON_TENSORS_H

#include "compiler/driver/PendingModel.h"

#include "absl/status/statusor.h"

#include <string>
#include <vector>

namespace tenon::tool {

/// The entry called `name`; where `name` is empty the only one, or `predict`.
/// An error lists the entries.
absl::StatusOr<driver::EntrySpec>
chooseEntry(const std::vector<driver::EntrySpec> &entries,
            const std::string &name);

/// Reads the files that `flags` name, each `FILE` for the next input that no
/// flag names or `NAME=FILE`, in the order of the signature. Every input needs
/// one. Element types are checked, shapes are not.
absl::StatusOr<std::vector<driver::HostTensor>>
readInputs(const driver::EntrySpec &entry,
           const std::vector<std::string> &flags);

/// An entry of a model with open dimensions, its inputs, and what those make of
/// the dimensions.
struct SizedInputs {
  driver::EntrySpec entry;
  std::vector<driver::HostTensor> inputs; ///< none where no flag names one
  std::vector<driver::DimSizes> dims;     ///< of all dimensions
};

/// Chooses the entry, reads its inputs where `flags` name any, and finds the
/// sizes of all dimensions (driver::bindSizes).
absl::StatusOr<SizedInputs>
bindInputs(const driver::PendingModel &pending,
           const std::vector<driver::DimSizes> &given, const std::string &entry,
           const std::vector<std::string> &flags);

/// Writes output_0.npy, output_1.npy, ... and signature.json into `folder`,
/// which is created.
absl::Status writeOutputs(const std::string &folder,
                          const driver::EntrySpec &entry,
                          const std::vector<driver::HostTensor> &inputs,
                          const std::vector<driver::HostTensor> &outputs);

} // namespace tenon::tool

#endif // TENON_TOOLS_TENON_TENSORS_H
