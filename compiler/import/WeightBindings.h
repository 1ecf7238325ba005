//===- WeightBindings.h - weights from files beside a model -----*- C++ -*-===//
//
// A model's tensors can come from files of named tensors instead of the model.
// The front ends ask for each tensor of theirs by its name; nothing is read
// but what a name or a type needs.
//
//===----------------------------------------------------------------------===//
#ifndef TENON_COMPILER_IMPORT_WEIGHTBINDINGS_H
#define TENON_COMPILER_IMPORT_WEIGHTBINDINGS_H

#include "compiler/import/Import.h"
#include "compiler/import/MappedFile.h"
#include "compiler/import/OpenModel.h"

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "mlir/IR/BuiltinOps.h"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace tenon {

/// A tensor in a mapped file: dense, row-major, little-endian, a byte per i1.
struct StoredTensor {
  std::string name;
  std::string dtype; ///< as MLIR prints it
  std::vector<int64_t> shape;
  std::shared_ptr<const MappedFile> file;
  uint64_t offset = 0; ///< in bytes, inside the file
  uint64_t size = 0;   ///< in bytes, that of dtype and shape

  absl::string_view bytes() const { return file->bytes(offset, size); }
};

/// Which tensor a name of the model stands for. A `*`, at most one in each of
/// the two and in both or neither, stands for the same text in both.
struct WeightRule {
  std::string model;
  std::string tensor;
};

/// Tensors by name, and what became of them in one import.
class WeightBindings {
public:
  /// False where a tensor of that name is there already.
  bool add(StoredTensor tensor);
  /// Earlier rules go first.
  void addRule(WeightRule rule) { rules.push_back({std::move(rule), false}); }
  bool empty() const { return tensors.empty(); }
  const StoredTensor *tensor(const std::string &name) const;

  /// The tensor for what the model calls `name`: the one that the first rule
  /// for the name says, else the one of that name. Null where there is none,
  /// and where it is of another type than the model's, which is a problem; a
  /// negative size of `shape` fits any. The same name may be asked for again.
  const StoredTensor *bind(const std::string &name, const std::string &dtype,
                           const std::vector<int64_t> &shape);

  /// After the import of the model at `path`: InvalidArgument that lists all
  /// tensors of another type, rules for names or tensors that are not there,
  /// and that nothing was bound.
  absl::Status status(const std::string &path) const;
  /// The names of tensors that were never asked for, sorted.
  std::vector<std::string> unused() const;

private:
  struct Rule {
    WeightRule rule;
    bool used;
  };

  /// Ordered, so that messages are.
  std::map<std::string, StoredTensor> tensors;
  std::vector<Rule> rules;
  std::set<std::string> problems;
  absl::flat_hash_set<std::string> bound;
};

/// As importModel (Import.h) says of an ONNX model, whose initializers and
/// inputs of the names that `bindings` hold are theirs. Ask for their status()
/// then.
absl::StatusOr<mlir::OwningOpRef<mlir::ModuleOp>>
importOnnx(const std::string &path, const ImportOptions &options,
           WeightBindings &bindings, mlir::MLIRContext &context);

/// The same for describeOnnx (OpenModel.h).
absl::StatusOr<OpenModel> describeOnnx(const std::string &path,
                                       const ImportOptions &options,
                                       WeightBindings &bindings,
                                       mlir::MLIRContext &context);

/// Gives the weights, variables and inputs of a module of the tenon dialect
/// what `bindings` hold for their names: a weight refers to the stored tensor,
/// a variable starts from it; an input of the entries becomes a weight, or a
/// state variable if it is donated to an output. References are relative to
/// `folder`, that of the module.
void bindWeights(mlir::ModuleOp module, WeightBindings &bindings,
                 const std::string &folder);

/// `path` as seen from `folder`, with '/' between its parts.
std::string pathFrom(const std::string &folder, const std::string &path);

} // namespace tenon

#endif // TENON_COMPILER_IMPORT_WEIGHTBINDINGS_H
