// Tensors in host memory and the signatures they follow, as plain data.

#ifndef TENON_COMPILER_DRIVER_HOSTTENSOR_H
#define TENON_COMPILER_DRIVER_HOSTTENSOR_H

#include <cstdint>
#include <string>
#include <vector>

namespace tenon::driver {

/// What an entry expects or gives. `dtype` is spelled as MLIR prints it.
struct TensorSpec {
  std::string name;
  std::string dtype;
  std::vector<int64_t> shape;
};

/// Dense, row major, in the machine's byte order; an i1 takes a byte.
struct HostTensor {
  TensorSpec spec;
  std::vector<uint8_t> data;
};

/// What an entry takes and gives, state left out.
struct EntrySpec {
  std::string name;
  std::vector<TensorSpec> inputs;
  std::vector<TensorSpec> outputs;
};

} // namespace tenon::driver

#endif // TENON_COMPILER_DRIVER_HOSTTENSOR_H
