#include "compiler/driver/ReferenceModel.h"

#include "backends/reference/Interpreter.h"
#include "backends/reference/WeightFiles.h"
#include "compiler/driver/DiagnosticCollector.h"
#include "compiler/driver/Dialects.h"
#include "compiler/driver/EntrySpecs.h"
#include "compiler/report/Error.h"

namespace tenon::driver {
absl::StatusOr<std::unique_ptr<ReferenceModel>>
ReferenceModel::load(const std::string &path,
                     const std::vector<DimSizes> &dims) {
  mlir::DialectRegistry registry;
  registerDialects(registry);
  std::unique_ptr<ReferenceModel> result(new ReferenceModel(registry));
  auto model = loadModel(path, dims, result->context);
  if (!model.ok())
    return model.status();
  result->model = std::move(*model);
  return result;
}

std::vector<EntrySpec> ReferenceModel::entries() const {
  return entrySpecs(*model.module);
}

absl::StatusOr<std::vector<HostTensor>>
ReferenceModel::run(const std::string &name,
                    const std::vector<HostTensor> &inputs) {
  auto fail = [](const std::string &reason) {
    return report::makeError(report::ErrorCode::EvaluationFailed, reason);
  };
  auto entry = model.module->lookupSymbol<graph::EntryOp>(name);
  if (!entry)
    return fail("there is no entry '" + name + "'");
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
  auto results =
      reference::evaluateEntry(*model.module, name, arguments, options);
  if (failed(results))
    return fail(diagnostics.errors());
  std::vector<TensorSpec> specs = entrySpec(entry).outputs;
  std::vector<HostTensor> outputs;
  for (auto [tensor, output] : llvm::zip(*results, specs)) {
    auto *bytes = static_cast<const uint8_t *>(tensor.getData());
    outputs.push_back({output, {bytes, bytes + tensor.getByteSize()}});
  }
  return outputs;
}

} // namespace tenon::driver
