// Data sets in memory: named columns of as many examples each.
#ifndef TENON_RUNTIME_TRAIN_DATASET_H
#define TENON_RUNTIME_TRAIN_DATASET_H

#include "runtime/io/Report.h"
#include "runtime/io/tenon_io.h"

#include <memory>
#include <string>
#include <vector>

namespace tenon::training {

using io::Problem;

/// A tensor whose first dimension numbers examples. Owns or shares its bytes.
struct Column {
  std::string name;
  int32_t dtype = 0; ///< a tn_dtype
  std::vector<int64_t> shape;
  const uint8_t *data = nullptr;
  std::shared_ptr<void> owner;

  int64_t examples() const { return shape.empty() ? 0 : shape[0]; }
};

/// Columns of equal length.
class Dataset {
public:
  /// Reads `files`: FILE.npz and FILE.safetensors give a column per array,
  /// NAME=FILE.npy gives one. Errors: those of the readers, and
  /// TN_DATA_MISMATCH for columns of different lengths or equal names.
  static Problem load(const std::vector<std::string> &files, Dataset &dataset);

  Problem add(Column column);
  const Column *find(const std::string &name) const;
  int64_t examples() const {
    return columns.empty() ? 0 : columns.front().examples();
  }
  /// "x, y" for messages.
  std::string names() const;

private:
  std::vector<Column> columns;
};

/// What an entry wants of a batch: the first dimension is its size.
struct Wanted {
  std::string name;
  int32_t dtype = 0;
  std::vector<int64_t> shape;
};

/// The column for `wanted`, in its element type: an integer must fit where it
/// is narrowed, f64 is rounded to f32, integers and booleans become floats.
/// Shares the data set's bytes where nothing is converted. A data set of
/// batches
/// (`stacked`) has the number of steps before the whole shape, one of examples
/// their number in place of the first dimension. Errors: TN_DATA_MISMATCH, with
/// both types.
Problem matchColumn(const Dataset &dataset, const Wanted &wanted, bool stacked,
                    Column &column);

} // namespace tenon::training

#endif // TENON_RUNTIME_TRAIN_DATASET_H
