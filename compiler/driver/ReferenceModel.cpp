#include "compiler/driver/ReferenceModel.h"

#include "backends/reference/Interpreter.h"
#include "backends/reference/WeightFiles.h"
#include "compiler/driver/DiagnosticCollector.h"
#include "compiler/driver/Dialects.h"
#include "compiler/driver/EntrySpecs.h"
#include "compiler/report/Error.h"

#include "passes/Passes.h"

#include "mlir/Pass/PassManager.h"

#include <algorithm>
#include <limits>

namespace tenon::driver {

/// The runtime's number for inputs of other shapes than were compiled for.
static constexpr int shapeMismatch = 1025;

/// Replaces gradients, which the interpreter knows nothing of.
static absl::Status differentiate(mlir::ModuleOp module) {
  DiagnosticCollector diagnostics(*module.getContext());
  mlir::PassManager passes(module.getContext());
  passes.addPass(createDifferentiate());
  if (succeeded(passes.run(module)))
    return absl::OkStatus();
  return report::makeError(
      diagnostics.isUnsupported() ? report::ErrorCode::ModelUnsupported
                                  : report::ErrorCode::EvaluationFailed,
      diagnostics.errors(std::numeric_limits<unsigned>::max()));
}

absl::StatusOr<std::unique_ptr<ReferenceModel>>
ReferenceModel::load(const ModelRequest &request) {
  mlir::DialectRegistry registry;
  registerDialects(registry);
  std::unique_ptr<ReferenceModel> result(new ReferenceModel(registry));
  auto model = loadModel(request, result->context);
  if (!model.ok())
    return model.status();
  result->model = std::move(*model);
  if (absl::Status status = differentiate(*result->model.module); !status.ok())
    return status;
  return result;
}

std::vector<EntrySpec> ReferenceModel::entries() const {
  std::vector<EntrySpec> list;
  for (EntrySpec &entry : entrySpecs(*model.module))
    if (llvm::none_of(list, [&](const EntrySpec &other) {
          return other.name == entry.name;
        }))
      list.push_back(std::move(entry));
  return list;
}

/// Whether a tensor of that shape may be bound to an input. A bounded
/// dimension is the interpreter's to check.
static bool fits(const TensorSpec &wanted, const TensorSpec &given) {
  return wanted.shape.size() == given.shape.size() &&
         llvm::all_of(llvm::zip(wanted.shape, given.shape), [](auto sizes) {
           auto [want, have] = sizes;
           return mlir::ShapedType::isDynamic(want) || want == have;
         });
}

absl::StatusOr<graph::EntryOp>
ReferenceModel::select(const std::string &name,
                       const std::vector<HostTensor> &inputs) const {
  constexpr int noSuchEntry = 1021, dtypeMismatch = 1024, notBound = 1028;
  absl::Status status =
      report::makeRuntimeError(noSuchEntry, "there is no entry '" + name + "'");
  bool isFirst = true;
  mlir::ModuleOp module = *model.module;
  for (graph::EntryOp entry : module.getOps<graph::EntryOp>()) {
    EntrySpec spec = entrySpec(entry);
    if (spec.name != name || entry->hasAttr("tenon.prepare"))
      continue;
    if (inputs.size() != spec.inputs.size())
      return report::makeRuntimeError(
          notBound, "entry '" + name + "' has " +
                        std::to_string(spec.inputs.size()) + " inputs, not " +
                        std::to_string(inputs.size()));
    std::optional<size_t> wrong;
    for (size_t i = 0; i < inputs.size() && !wrong; ++i) {
      const TensorSpec &want = spec.inputs[i], &have = inputs[i].spec;
      if (want.dtype != have.dtype)
        return report::makeRuntimeError(
            dtypeMismatch, "input " + std::to_string(i) + " ('" + want.name +
                               "') is " + want.dtype + ", not " + have.dtype);
      if (!fits(want, have))
        wrong = i;
    }
    if (!wrong)
      return entry;
    const TensorSpec &want = spec.inputs[*wrong];
    status = report::makeRuntimeError(
        shapeMismatch, "input " + std::to_string(*wrong) + " ('" + want.name +
                           "') is " + describe(want) +
                           (isFirst ? "" : " (or another size)") + ", not " +
                           describe(inputs[*wrong].spec));
    isFirst = false;
  }
  return status;
}

absl::StatusOr<std::vector<HostTensor>>
ReferenceModel::run(const std::string &name,
                    const std::vector<HostTensor> &inputs) {
  auto fail = [](const std::string &reason) {
    return report::makeError(report::ErrorCode::EvaluationFailed, reason);
  };
  auto entry = select(name, inputs);
  if (!entry.ok())
    return entry.status();
  std::vector<reference::Tensor> arguments;
  for (const HostTensor &input : inputs) {
    auto type = reference::parseElementType(input.spec.dtype);
    if (!type)
      return fail("input '" + input.spec.name + "': the interpreter has no " +
                  input.spec.dtype);
    arguments.push_back(
        reference::Tensor::borrow(*type, input.spec.shape, input.data.data()));
  }
  reference::WeightFiles files(model.folder);
  reference::InterpreterOptions options;
  options.weights = [&](graph::WeightOp weight) { return files.read(weight); };
  DiagnosticCollector diagnostics(context);
  auto results = reference::evaluateEntry(*model.module, entry->getSymName(),
                                          arguments, options);
  if (failed(results))
    return fail(diagnostics.errors());
  for (auto [i, tensor] : llvm::enumerate(*results)) {
    llvm::StringRef name = entry->getResultName(i);
    if (name.consume_front("!") &&
        !*static_cast<const uint8_t *>(tensor.getData()))
      return report::makeRuntimeError(shapeMismatch, name.str());
  }
  std::vector<TensorSpec> specs = entrySpec(*entry).outputs;
  std::vector<HostTensor> outputs;
  for (auto [tensor, output] : llvm::zip(*results, specs)) {
    auto *bytes = static_cast<const uint8_t *>(tensor.getData());
    outputs.push_back({output, {bytes, bytes + tensor.getByteSize()}});
  }
  // Sizes that depend on values, called ?OUTPUT.DIM.
  for (auto [i, tensor] : llvm::enumerate(*results)) {
    llvm::StringRef name = entry->getResultName(i);
    size_t output = 0, dim = 0;
    if (!name.consume_front("?") || name.consumeInteger(10, output) ||
        !name.consume_front(".") || name.consumeInteger(10, dim) ||
        output >= outputs.size() || dim >= outputs[output].spec.shape.size())
      continue;
    HostTensor &sized = outputs[output];
    int64_t bound = sized.spec.shape[dim];
    int64_t size = std::clamp<int64_t>(
        *static_cast<const int64_t *>(tensor.getData()), 0, bound);
    sized.spec.shape[dim] = size;
    if (bound > 0)
      sized.data.resize(sized.data.size() / static_cast<size_t>(bound) *
                        static_cast<size_t>(size));
  }
  return outputs;
}

} // namespace tenon::driver
