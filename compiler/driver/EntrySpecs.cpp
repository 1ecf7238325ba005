#include "compiler/driver/EntrySpecs.h"

#include "ir/graph/CallerType.h"

namespace tenon::driver {
namespace {

TensorSpec spec(llvm::StringRef name, mlir::Type type,
                const std::string &fallback) {
  auto tensor = mlir::cast<mlir::RankedTensorType>(type);
  TensorSpec result{name.empty() ? fallback : name.str(),
                    "",
                    {tensor.getShape().begin(), tensor.getShape().end()}};
  llvm::raw_string_ostream(result.dtype) << tensor.getElementType();
  return result;
}

bool isState(graph::EntryOp entry, unsigned result) {
  auto argument = entry.getTiedArgument(result);
  return argument && entry.getArgumentVariable(*argument);
}

} // namespace

std::string describe(const TensorSpec &spec) {
  std::string text = spec.dtype + " [";
  for (size_t i = 0; i < spec.shape.size(); ++i)
    text +=
        (i ? ", " : "") + (i < spec.symbols.size() && !spec.symbols[i].empty()
                               ? spec.symbols[i]
                               : std::to_string(spec.shape[i]));
  return text + "]";
}

std::string describeDims(const EntrySpec &entry) {
  std::string text;
  for (const auto &[name, size] : entry.dims)
    text += " " + name + "=" + std::to_string(size);
  return text;
}

EntrySpec entrySpec(graph::EntryOp entry) {
  EntrySpec result{entry.getPublicName().str(), {}, {}};
  if (auto dims =
          entry->getAttrOfType<mlir::DictionaryAttr>(graph::EntryOp::kDimsAttr))
    for (mlir::NamedAttribute dim : dims)
      result.dims.emplace_back(
          dim.getName().str(),
          mlir::cast<mlir::IntegerAttr>(dim.getValue()).getInt());
  for (unsigned i = 0; i < entry.getArgumentTypes().size(); ++i)
    if (!entry.getArgumentVariable(i))
      result.inputs.push_back(spec(entry.getArgumentName(i),
                                   graph::getArgumentCallerType(entry, i),
                                   "input_" + std::to_string(i)));
  for (unsigned i = 0; i < entry.getResultTypes().size(); ++i)
    // Requirements and sizes are no outputs (see runtime/loader/Metadata.h).
    if (!isState(entry, i) && !entry.getResultName(i).starts_with("!") &&
        !entry.getResultName(i).starts_with("?"))
      result.outputs.push_back(spec(entry.getResultName(i),
                                    graph::getResultCallerType(entry, i),
                                    "output_" + std::to_string(i)));
  return result;
}

std::vector<EntrySpec> entrySpecs(mlir::ModuleOp module) {
  std::vector<EntrySpec> result;
  for (graph::EntryOp entry : module.getOps<graph::EntryOp>())
    if (!entry->hasAttr("tenon.prepare"))
      result.push_back(entrySpec(entry));
  return result;
}

} // namespace tenon::driver
