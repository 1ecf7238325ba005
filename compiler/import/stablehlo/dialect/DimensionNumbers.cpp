//===- DimensionNumbers.cpp - Lists of dimensions as one structure --------===//
#include "compiler/import/stablehlo/dialect/DimensionNumbers.h"

#include "compiler/import/stablehlo/dialect/HloDialect.h"

#include "mlir/IR/BuiltinAttributes.h"

using namespace mlir;
using namespace tenon;
using namespace tenon::stablehlo;

namespace {

/// The values of one structure's parts, by their places in its row.
struct Parts {
  SmallVector<SmallVector<int64_t>> lists;
  SmallVector<int64_t> numbers;
};

struct Structure {
  SmallVector<StringRef> ops;
  StringRef attribute;
  SmallVector<StringRef> lists;
  SmallVector<StringRef> numbers;
  Attribute (*build)(MLIRContext *, const Parts &);
};

} // namespace

static ArrayRef<Structure> getStructures() {
  static const Structure table[] = {
      {{"dot_general"},
       "dot_dimension_numbers",
       {"lhs_batching_dimensions", "rhs_batching_dimensions",
        "lhs_contracting_dimensions", "rhs_contracting_dimensions"},
       {},
       [](MLIRContext *context, const Parts &p) -> Attribute {
         return DotDimsAttr::get(context, p.lists[0], p.lists[1], p.lists[2],
                                 p.lists[3]);
       }},
      {{"convolution", "dynamic_conv"},
       "dimension_numbers",
       {"input_spatial_dimensions", "kernel_spatial_dimensions",
        "output_spatial_dimensions"},
       {"input_batch_dimension", "input_feature_dimension",
        "kernel_input_feature_dimension", "kernel_output_feature_dimension",
        "output_batch_dimension", "output_feature_dimension"},
       [](MLIRContext *context, const Parts &p) -> Attribute {
         return ConvDimsAttr::get(
             context, p.numbers[0], p.numbers[1], p.lists[0], p.numbers[2],
             p.numbers[3], p.lists[1], p.numbers[4], p.numbers[5], p.lists[2]);
       }},
      {{"gather", "dynamic_gather"},
       "dimension_numbers",
       {"offset_dims", "collapsed_slice_dims", "operand_batching_dims",
        "start_indices_batching_dims", "start_index_map"},
       {"index_vector_dim"},
       [](MLIRContext *context, const Parts &p) -> Attribute {
         return GatherDimsAttr::get(context, p.lists[0], p.lists[1], p.lists[2],
                                    p.lists[3], p.lists[4], p.numbers[0]);
       }},
      {{"scatter"},
       "scatter_dimension_numbers",
       {"update_window_dims", "inserted_window_dims", "input_batching_dims",
        "scatter_indices_batching_dims", "scatter_dims_to_operand_dims"},
       {"index_vector_dim"},
       [](MLIRContext *context, const Parts &p) -> Attribute {
         return ScatterDimsAttr::get(context, p.lists[0], p.lists[1],
                                     p.lists[2], p.lists[3], p.lists[4],
                                     p.numbers[0]);
       }},
  };
  return table;
}

std::optional<NamedAttribute> stablehlo::joinDimensionNumbers(
    MLIRContext *context, StringRef op,
    llvm::function_ref<SmallVector<int64_t>(StringRef)> getList,
    llvm::function_ref<int64_t(StringRef)> getNumber) {
  const Structure *row =
      llvm::find_if(getStructures(), [&](const Structure &each) {
        return llvm::is_contained(each.ops, op);
      });
  if (row == getStructures().end())
    return std::nullopt;
  Parts parts;
  for (StringRef name : row->lists)
    parts.lists.push_back(getList(name));
  for (StringRef name : row->numbers)
    parts.numbers.push_back(getNumber(name));
  return NamedAttribute(StringAttr::get(context, row->attribute),
                        row->build(context, parts));
}
