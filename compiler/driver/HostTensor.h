// Tensors in host memory and the signatures they follow, as plain data.

#ifndef TENON_COMPILER_DRIVER_HOSTTENSOR_H
#define TENON_COMPILER_DRIVER_HOSTTENSOR_H

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace tenon::driver {

/// What an entry expects or gives. `dtype` is spelled as MLIR prints it.
struct TensorSpec {
  std::string name;
  std::string dtype;
  std::vector<int64_t> shape;
  /// Of each dimension: its symbol while it has no size; may be empty.
  std::vector<std::string> symbols = {};
};

/// "f32 [2, 3]", "f32 [batch, 3]".
std::string describe(const TensorSpec &spec);

/// Dense, row major, in the machine's byte order; an i1 takes a byte.
struct HostTensor {
  TensorSpec spec;
  std::vector<uint8_t> data;
};

/// What an entry takes and gives, state left out.
struct EntrySpec {
  /// As users call it; entries for several sizes share it.
  std::string name;
  std::vector<TensorSpec> inputs;
  std::vector<TensorSpec> outputs;
  /// The sizes that the model's symbolic dimensions were given.
  std::vector<std::pair<std::string, int64_t>> dims = {};
};

/// " batch=1 seq=64", to stand behind an entry's name.
std::string describeDims(const EntrySpec &entry);

} // namespace tenon::driver

#endif // TENON_COMPILER_DRIVER_HOSTTENSOR_H
