//===- HloDialect.cpp - Registration of stablehlo and its attributes ------===//
#include "compiler/import/stablehlo/dialect/HloDialect.h"

#include "compiler/import/stablehlo/dialect/HloAssembly.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace tenon::stablehlo;

#include "compiler/import/stablehlo/dialect/HloDialect.cpp.inc"
#include "compiler/import/stablehlo/dialect/HloEnums.cpp.inc"

#define GET_ATTRDEF_CLASSES
#include "compiler/import/stablehlo/dialect/HloAttrs.cpp.inc"
#define GET_TYPEDEF_CLASSES
#include "compiler/import/stablehlo/dialect/HloTypes.cpp.inc"

void HloDialect::initialize() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "compiler/import/stablehlo/dialect/HloAttrs.cpp.inc"
      >();
  addTypes<
#define GET_TYPEDEF_LIST
#include "compiler/import/stablehlo/dialect/HloTypes.cpp.inc"
      >();
  addElementwiseOps();
  addShapeOps();
  addIndexingOps();
  addReductionOps();
  addAlgebraOps();
  addControlOps();
  addDistributedOps();
}

//===----------------------------------------------------------------------===//
// Attributes that are lists of fields, each of which may be missing
//===----------------------------------------------------------------------===//

namespace {
/// A field of a structure: a list of dimensions or one number.
struct Field {
  StringRef name;
  SmallVector<int64_t> *list = nullptr;
  int64_t *number = nullptr;
};
} // namespace

/// Parses `<name = [1, 2], other = 3>`, fields in any order.
static ParseResult parseFields(AsmParser &parser, ArrayRef<Field> fields) {
  llvm::SmallDenseSet<StringRef> seen;
  auto parseField = [&]() -> ParseResult {
    SMLoc loc = parser.getCurrentLocation();
    StringRef name;
    if (parser.parseKeyword(&name) || parser.parseEqual())
      return failure();
    const Field *field = llvm::find_if(
        fields, [&](const Field &field) { return field.name == name; });
    if (field == fields.end())
      return parser.emitError(loc, "has no field '") << name << "'";
    if (!seen.insert(field->name).second)
      return parser.emitError(loc, "states '") << name << "' twice";
    return field->list ? parseIntegers(parser, *field->list)
                       : parser.parseInteger(*field->number);
  };
  return parser.parseCommaSeparatedList(AsmParser::Delimiter::LessGreater,
                                        parseField);
}

/// Prints what parseFields reads; empty lists are left out, numbers are not.
static void printFields(AsmPrinter &printer,
                        ArrayRef<std::pair<StringRef, ArrayRef<int64_t>>> lists,
                        std::pair<StringRef, std::optional<int64_t>> number) {
  printer << '<';
  StringRef separator = "";
  for (auto [name, values] : lists) {
    if (values.empty())
      continue;
    printer << separator << name << " = ";
    printIntegers(printer, values);
    separator = ", ";
  }
  if (number.second)
    printer << separator << number.first << " = " << *number.second;
  printer << '>';
}

Attribute GatherDimsAttr::parse(AsmParser &parser, Type) {
  SmallVector<int64_t> offset, collapsed, operandBatching, indicesBatching, map;
  int64_t vector = 0;
  if (parseFields(parser, {{"offset_dims", &offset},
                           {"collapsed_slice_dims", &collapsed},
                           {"operand_batching_dims", &operandBatching},
                           {"start_indices_batching_dims", &indicesBatching},
                           {"start_index_map", &map},
                           {"index_vector_dim", nullptr, &vector}}))
    return {};
  return get(parser.getContext(), offset, collapsed, operandBatching,
             indicesBatching, map, vector);
}

void GatherDimsAttr::print(AsmPrinter &printer) const {
  printFields(printer,
              {{"offset_dims", getOffsetDims()},
               {"collapsed_slice_dims", getCollapsedSliceDims()},
               {"operand_batching_dims", getOperandBatchingDims()},
               {"start_indices_batching_dims", getStartIndicesBatchingDims()},
               {"start_index_map", getStartIndexMap()}},
              {"index_vector_dim", getIndexVectorDim()});
}

Attribute ScatterDimsAttr::parse(AsmParser &parser, Type) {
  SmallVector<int64_t> window, inserted, inputBatching, indicesBatching, map;
  int64_t vector = 0;
  if (parseFields(parser, {{"update_window_dims", &window},
                           {"inserted_window_dims", &inserted},
                           {"input_batching_dims", &inputBatching},
                           {"scatter_indices_batching_dims", &indicesBatching},
                           {"scatter_dims_to_operand_dims", &map},
                           {"index_vector_dim", nullptr, &vector}}))
    return {};
  return get(parser.getContext(), window, inserted, inputBatching,
             indicesBatching, map, vector);
}

void ScatterDimsAttr::print(AsmPrinter &printer) const {
  printFields(
      printer,
      {{"update_window_dims", getUpdateWindowDims()},
       {"inserted_window_dims", getInsertedWindowDims()},
       {"input_batching_dims", getInputBatchingDims()},
       {"scatter_indices_batching_dims", getScatterIndicesBatchingDims()},
       {"scatter_dims_to_operand_dims", getScatterDimsToOperandDims()}},
      {"index_vector_dim", getIndexVectorDim()});
}

Attribute DotDimsAttr::parse(AsmParser &parser, Type) {
  SmallVector<int64_t> lhsBatch, rhsBatch, lhsContract, rhsContract;
  if (parseFields(parser, {{"lhs_batching_dimensions", &lhsBatch},
                           {"rhs_batching_dimensions", &rhsBatch},
                           {"lhs_contracting_dimensions", &lhsContract},
                           {"rhs_contracting_dimensions", &rhsContract}}))
    return {};
  return get(parser.getContext(), lhsBatch, rhsBatch, lhsContract, rhsContract);
}

void DotDimsAttr::print(AsmPrinter &printer) const {
  printFields(printer,
              {{"lhs_batching_dimensions", getLhsBatchingDimensions()},
               {"rhs_batching_dimensions", getRhsBatchingDimensions()},
               {"lhs_contracting_dimensions", getLhsContractingDimensions()},
               {"rhs_contracting_dimensions", getRhsContractingDimensions()}},
              {"", std::nullopt});
}

Attribute OutputOperandAliasAttr::parse(AsmParser &parser, Type) {
  SmallVector<int64_t> outputs, operands;
  int64_t index = 0;
  if (parseFields(parser, {{"output_tuple_indices", &outputs},
                           {"operand_index", nullptr, &index},
                           {"operand_tuple_indices", &operands}}))
    return {};
  return get(parser.getContext(), outputs, index, operands);
}

void OutputOperandAliasAttr::print(AsmPrinter &printer) const {
  printFields(printer,
              {{"output_tuple_indices", getOutputTupleIndices()},
               {"operand_tuple_indices", getOperandTupleIndices()}},
              {"operand_index", getOperandIndex()});
}

Attribute ConvDimsAttr::parse(AsmParser &parser, Type) {
  ConvDimsAttr dims;
  if (parser.parseLess() || parseConvDimensions(parser, dims) ||
      parser.parseGreater())
    return {};
  return dims;
}

void ConvDimsAttr::print(AsmPrinter &printer) const {
  printer << '<';
  printConvDimensions(printer, nullptr, *this);
  printer << '>';
}
