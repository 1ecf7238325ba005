//===- OpCases.cpp - Prints the op table's cases --------------------------===//
//
// `tenon-op-cases` writes one JSON object per case: name, module, inputs with
// their values, outputs, truth. make_goldens.py and other tools read it, so
// that the table has one parser and its inputs one source.
//
//===----------------------------------------------------------------------===//

#include "test/ops/OpTable.h"

#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/JSON.h"

using namespace llvm;
using namespace tenon;

static json::Object describe(const optable::Port &port) {
  return json::Object{{"name", port.name},
                      {"element", reference::getElementTypeName(port.element)},
                      {"shape", json::Array(port.shape)}};
}

static json::Array listValues(const reference::Tensor &tensor) {
  json::Array values;
  for (int64_t i = 0; i < tensor.getNumElements(); ++i) {
    // As text: JSON has neither NaN nor integers of 64 bits.
    std::string word;
    raw_string_ostream os(word);
    auto type = tensor.getElementType();
    if (reference::isComplex(type)) {
      auto value = tensor.get<std::complex<double>>(i);
      os << format("%.17g %.17g", value.real(), value.imag());
    } else if (reference::isFloat(type)) {
      os << format("%.17g", tensor.get<double>(i));
    } else {
      reference::printElement(os, tensor, i);
    }
    values.push_back(word);
  }
  return values;
}

int main(int argc, char **argv) {
  InitLLVM init(argc, argv);
  if (argc != 2) {
    errs() << "usage: tenon-op-cases TABLE-FOLDER\n";
    return 2;
  }
  ExitOnError check("tenon-op-cases: ");
  for (const optable::Case &test : check(optable::readTables(argv[1]))) {
    json::Array inputs, outputs;
    std::vector<reference::Tensor> values = check(optable::makeInputs(test));
    for (auto [port, value] : zip_equal(test.inputs, values)) {
      json::Object input = describe(port);
      input["values"] = listValues(value);
      inputs.push_back(std::move(input));
    }
    for (const optable::Port &port : test.outputs)
      outputs.push_back(describe(port));
    outs() << json::Value(json::Object{{"name", test.name},
                                       {"file", test.file},
                                       {"line", test.line},
                                       {"module", test.module},
                                       {"inputs", std::move(inputs)},
                                       {"outputs", std::move(outputs)},
                                       {"truth", test.truth}})
           << "\n";
  }
  return 0;
}
