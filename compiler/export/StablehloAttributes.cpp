//===- StablehloAttributes.cpp - Attributes in StableHLO's form -----------===//
#include "compiler/export/StablehloAttributes.h"

#include "compiler/import/stablehlo/dialect/DimensionNumbers.h"
#include "compiler/import/stablehlo/dialect/HloDialect.h"

#include "ir/graph/ContractionOps.h"
#include "ir/graph/GraphOps.h"
#include "ir/graph/SortOps.h"
#include "mlir/IR/Builders.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace tenon;

namespace {

/// Builds the list for one op.
class Translator {
public:
  explicit Translator(Operation *op) : builder(op->getContext()) {}

  void set(StringRef name, Attribute value) { list.set(name, value); }
  void set(StringRef name, ArrayRef<int64_t> values) {
    set(name, builder.getDenseI64ArrayAttr(values));
  }
  void setDimensionNumbers(Operation *op);
  void setPadding(ArrayRef<int64_t> low, ArrayRef<int64_t> high);
  void setPrecision(graph::Precision lhs, graph::Precision rhs);
  void setFlag(StringRef name, bool value) {
    if (value)
      set(name, builder.getBoolAttr(true));
  }

  void translate(graph::CompareOp op);
  void translate(graph::DotGeneralOp op);
  void translate(graph::ConvolutionOp op);
  void translate(graph::GatherOp op);
  void translate(graph::ScatterOp op);
  void translate(graph::ReduceWindowOp op);
  void translate(graph::SelectAndScatterOp op);

  Builder builder;
  NamedAttrList list;
};

} // namespace

void Translator::setDimensionNumbers(Operation *op) {
  auto getList = [&](StringRef name) {
    // An empty list is the default of most.
    auto values = op->getAttrOfType<DenseI64ArrayAttr>(name);
    return values ? llvm::to_vector(values.asArrayRef())
                  : SmallVector<int64_t>();
  };
  auto getNumber = [&](StringRef name) {
    return op->getAttrOfType<IntegerAttr>(name).getInt();
  };
  auto joined = stablehlo::joinDimensionNumbers(
      builder.getContext(), op->getName().stripDialect(), getList, getNumber);
  list.push_back(*joined);
}

void Translator::setPadding(ArrayRef<int64_t> low, ArrayRef<int64_t> high) {
  SmallVector<int64_t> pairs;
  for (auto [before, after] : llvm::zip_equal(low, high))
    pairs.append({before, after});
  auto type = RankedTensorType::get({static_cast<int64_t>(low.size()), 2},
                                    builder.getI64Type());
  set("padding", DenseIntElementsAttr::get(type, pairs));
}

void Translator::setPrecision(graph::Precision lhs, graph::Precision rhs) {
  // The words are the same in both dialects, the numbers need not be.
  auto translate = [&](graph::Precision precision) -> Attribute {
    return stablehlo::PrecisionAttr::get(
        builder.getContext(),
        *stablehlo::symbolizePrecision(graph::stringifyEnum(precision)));
  };
  if (lhs != graph::Precision::DEFAULT || rhs != graph::Precision::DEFAULT)
    set("precision_config",
        builder.getArrayAttr({translate(lhs), translate(rhs)}));
}

void Translator::translate(graph::CompareOp op) {
  set("comparison_direction",
      stablehlo::ComparisonDirectionAttr::get(
          builder.getContext(), *stablehlo::symbolizeComparisonDirection(
                                    graph::stringifyEnum(op.getDirection()))));
  if (auto type = op.getCompareType())
    set("compare_type",
        stablehlo::ComparisonTypeAttr::get(
            builder.getContext(),
            *stablehlo::symbolizeComparisonType(graph::stringifyEnum(*type))));
}

void Translator::translate(graph::DotGeneralOp op) {
  setDimensionNumbers(op);
  setPrecision(op.getLhsPrecision(), op.getRhsPrecision());
}

void Translator::translate(graph::ConvolutionOp op) {
  setDimensionNumbers(op);
  set("window_strides", op.getWindowStrides());
  setPadding(op.getPaddingLow(), op.getPaddingHigh());
  set("lhs_dilation", op.getLhsDilation());
  set("rhs_dilation", op.getRhsDilation());
  set("window_reversal", op.getWindowReversalAttr());
  set("feature_group_count",
      builder.getI64IntegerAttr(op.getFeatureGroupCount()));
  set("batch_group_count", builder.getI64IntegerAttr(op.getBatchGroupCount()));
  setPrecision(op.getLhsPrecision(), op.getRhsPrecision());
}

void Translator::translate(graph::GatherOp op) {
  setDimensionNumbers(op);
  set("slice_sizes", op.getSliceSizes());
  setFlag("indices_are_sorted", op.getIndicesAreSorted());
}

void Translator::translate(graph::ScatterOp op) {
  setDimensionNumbers(op);
  setFlag("indices_are_sorted", op.getIndicesAreSorted());
  setFlag("unique_indices", op.getUniqueIndices());
}

void Translator::translate(graph::ReduceWindowOp op) {
  set("window_dimensions", op.getWindowDimensions());
  set("window_strides", op.getWindowStrides());
  set("base_dilations", op.getBaseDilations());
  set("window_dilations", op.getWindowDilations());
  setPadding(op.getPaddingLow(), op.getPaddingHigh());
}

void Translator::translate(graph::SelectAndScatterOp op) {
  set("window_dimensions", op.getWindowDimensions());
  set("window_strides", op.getWindowStrides());
  setPadding(op.getPaddingLow(), op.getPaddingHigh());
}

NamedAttrList tenon::getStablehloAttributes(Operation *op) {
  Translator translator(op);
  llvm::TypeSwitch<Operation *>(op)
      .Case<graph::CompareOp, graph::DotGeneralOp, graph::ConvolutionOp,
            graph::GatherOp, graph::ScatterOp, graph::ReduceWindowOp,
            graph::SelectAndScatterOp>(
          [&](auto special) { translator.translate(special); })
      .Case<graph::SortOp>([&](graph::SortOp sort) {
        translator.set("dimension", translator.builder.getI64IntegerAttr(
                                        sort.getDimension()));
        // Ours always is.
        translator.setFlag("is_stable", true);
      })
      .Default([&](Operation *) {
        for (NamedAttribute attribute : op->getAttrs())
          if (!attribute.getName().getValue().contains('.'))
            translator.set(attribute.getName(), attribute.getValue());
      });
  return translator.list;
}
