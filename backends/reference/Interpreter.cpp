//===- Interpreter.cpp - The oracle ---------------------------------------===//

#include "backends/reference/Interpreter.h"
#include "backends/reference/Literals.h"
#include "ir/graph/CallerType.h"

using namespace mlir;
using namespace llvm;

namespace tenon::reference {

FailureOr<Tensor> getInitialValue(graph::VariableOp variable,
                                  const InterpreterOptions &options) {
  if (auto literal = dyn_cast<ElementsAttr>(variable.getInitial()))
    return toTensor(literal, variable);
  auto symbol = dyn_cast<FlatSymbolRefAttr>(variable.getInitial());
  auto weight = symbol ? SymbolTable::lookupNearestSymbolFrom<graph::WeightOp>(
                             variable, symbol)
                       : nullptr;
  if (!weight)
    return variable.emitOpError("has no initial value");
  return Evaluator(options.weights).getWeight(weight);
}

Tensor viewAs(const Tensor &tensor, Type type) {
  auto wanted = cast<RankedTensorType>(type);
  std::optional<ElementType> element = getElementType(wanted.getElementType());
  if (!element || *element == tensor.getElementType())
    return tensor;
  // The copy keeps the bytes alive.
  auto owner = std::make_shared<Tensor>(tensor);
  return Tensor::borrow(*element, wanted.getShape(), tensor.getData(), owner);
}

FailureOr<Tensors> evaluateFunction(graph::EntryOp entry,
                                    ArrayRef<Tensor> arguments,
                                    const InterpreterOptions &options) {
  if (arguments.size() != entry.getArgumentTypes().size())
    return entry.emitOpError("takes ")
           << entry.getArgumentTypes().size() << " arguments, was given "
           << arguments.size();
  Tensors given;
  for (auto [tensor, type] : zip_equal(arguments, entry.getArgumentTypes()))
    given.push_back(viewAs(tensor, type));
  FailureOr<Tensors> results =
      Evaluator(options.weights).evaluateRegion(entry.getBody(), given);
  if (failed(results))
    return failure();
  for (auto [i, tensor] : enumerate(*results))
    tensor = viewAs(tensor, graph::getResultCallerType(entry, i));
  return results;
}

/// The current value of the variable behind an argument.
static FailureOr<Tensor> readVariable(graph::EntryOp entry,
                                      FlatSymbolRefAttr symbol,
                                      const InterpreterOptions &options) {
  if (options.state) {
    auto it = options.state->find(symbol.getValue());
    if (it != options.state->end())
      return it->second;
  }
  auto variable =
      SymbolTable::lookupNearestSymbolFrom<graph::VariableOp>(entry, symbol);
  if (!variable)
    return entry.emitOpError("names no variable: ") << symbol;
  return getInitialValue(variable, options);
}

FailureOr<Tensors> evaluateEntry(ModuleOp module, StringRef name,
                                 ArrayRef<Tensor> inputs,
                                 const InterpreterOptions &options) {
  auto entry = module.lookupSymbol<graph::EntryOp>(name);
  if (!entry)
    return module.emitError("has no entry '") << name << "'";
  Tensors arguments;
  size_t used = 0;
  for (unsigned i = 0; i < entry.getArgumentTypes().size(); ++i) {
    if (FlatSymbolRefAttr variable = entry.getArgumentVariable(i)) {
      FailureOr<Tensor> value = readVariable(entry, variable, options);
      if (failed(value))
        return failure();
      arguments.push_back(*value);
    } else {
      if (used < inputs.size())
        arguments.push_back(inputs[used]);
      ++used;
    }
  }
  if (used != inputs.size())
    return entry.emitOpError("takes ")
           << used << " inputs, was given " << inputs.size();

  FailureOr<Tensors> results = evaluateFunction(entry, arguments, options);
  if (failed(results))
    return failure();
  Tensors outputs;
  for (auto [index, value] : enumerate(*results)) {
    std::optional<unsigned> tied = entry.getTiedArgument(index);
    FlatSymbolRefAttr variable =
        tied ? entry.getArgumentVariable(*tied) : FlatSymbolRefAttr();
    if (!variable)
      outputs.push_back(value);
    else if (options.state)
      (*options.state)[variable.getValue()] = value;
  }
  return outputs;
}

FailureOr<Tensors> evaluateOp(Operation *op, ArrayRef<Tensor> operands) {
  return Evaluator().evaluateOp(op, operands);
}

bool hasEvaluation(OperationName name) {
  return EvaluationTable::get().find(name.getStringRef());
}

} // namespace tenon::reference
