//===- Signature.cpp - static shapes for a model's inputs -----------------===//
#include "compiler/import/onnx/Signature.h"

#include "compiler/import/StatusMacros.h"
#include "compiler/import/onnx/HostTensor.h"
#include "compiler/import/onnx/ShapeRules.h"

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "mlir/IR/Types.h"
#include "llvm/Support/raw_ostream.h"

#include <set>

using namespace tenon;
using namespace tenon::onnx;

/// Variants share an arena and an artifact; more than this is a typing error.
static constexpr size_t kMostVariants = 64;

/// The name under which a dimension is bound: its symbol, or, for a dimension
/// without any, the input's name and the axis.
static std::string dimName(const ValueInfoProto &input, int axis) {
  const auto &dim = input.type().tensor_type().shape().dim(axis);
  return dim.dim_param().empty() ? absl::StrCat(input.name(), ".", axis)
                                 : dim.dim_param();
}

/// The graph inputs that a caller passes: those without a value of their own.
static std::vector<const ValueInfoProto *>
callerInputs(const GraphProto &graph, const BoundTensors &bound) {
  absl::flat_hash_set<absl::string_view> stored;
  for (const TensorProto &tensor : graph.initializer())
    stored.insert(tensor.name());
  std::vector<const ValueInfoProto *> inputs;
  for (const ValueInfoProto &input : graph.input())
    if (!stored.contains(input.name()) &&
        !bound.inputs().contains(input.name()))
      inputs.push_back(&input);
  return inputs;
}

/// Refuses inputs that have no tensor type of known rank; false where one was
/// reported as unsupported.
static absl::StatusOr<bool>
checkInputs(const std::vector<const ValueInfoProto *> &inputs,
            UnsupportedReport &report) {
  bool supported = true;
  for (const ValueInfoProto *input : inputs) {
    std::string what = absl::StrCat("input ", quoteName(input->name()));
    const TypeProto &type = input->type();
    if (type.value_case() == TypeProto::VALUE_NOT_SET)
      return absl::InvalidArgumentError(absl::StrCat(what, " has no type"));
    if (!type.has_tensor_type()) {
      report.add("graph input", "its type is not a tensor", input->name());
      supported = false;
      continue;
    }
    int element = type.tensor_type().elem_type();
    if (!TensorProto::DataType_IsValid(element) ||
        element == TensorProto::UNDEFINED)
      return absl::InvalidArgumentError(
          absl::StrCat(what, " has unknown element type ", element));
    if (!type.tensor_type().has_shape())
      return absl::InvalidArgumentError(
          absl::StrCat(what, " has no shape; at least its rank must be known"));
  }
  return supported;
}

/// All combinations of the sizes, the last binding varying fastest.
static std::vector<std::map<std::string, int64_t>>
combinations(const std::vector<DimBinding> &dims) {
  std::vector<std::map<std::string, int64_t>> result(1);
  for (const DimBinding &binding : dims) {
    std::vector<std::map<std::string, int64_t>> longer;
    for (const auto &sizes : result)
      for (int64_t size : binding.sizes) {
        longer.push_back(sizes);
        longer.back()[binding.name] = size;
      }
    result = std::move(longer);
  }
  return result;
}

static absl::Status checkBindings(const std::vector<DimBinding> &dims,
                                  const std::set<std::string> &symbols) {
  std::set<std::string> seen;
  size_t count = 1;
  for (const DimBinding &binding : dims) {
    auto fail = [&](absl::string_view why) {
      return absl::FailedPreconditionError(
          absl::StrCat("dimension ", quoteName(binding.name), " ", why));
    };
    if (!seen.insert(binding.name).second)
      return fail("is given twice; give a list of sizes instead");
    if (!symbols.contains(binding.name)) {
      auto quote = [](std::string *out, const std::string &name) {
        absl::StrAppend(out, quoteName(name));
      };
      return fail(absl::StrCat(
          "is given but the model has no such dimension; ",
          symbols.empty()
              ? "all of its input shapes are fixed"
              : absl::StrCat("it has ", absl::StrJoin(symbols, ", ", quote))));
    }
    std::set<int64_t> sizes;
    if (binding.sizes.empty())
      return fail("is given without a size");
    for (int64_t size : binding.sizes) {
      if (size < 0)
        return fail(absl::StrCat("has size ", size, "; it cannot be negative"));
      if (!sizes.insert(size).second)
        return fail(absl::StrCat("has size ", size, " twice"));
    }
    count *= binding.sizes.size();
    if (count > kMostVariants)
      return fail(absl::StrCat("makes more than ", kMostVariants,
                               " combinations of sizes"));
  }
  return absl::OkStatus();
}

/// The symbolic dimensions of the inputs.
static std::set<std::string>
symbolsOf(const std::vector<const ValueInfoProto *> &inputs) {
  std::set<std::string> symbols;
  for (const ValueInfoProto *input : inputs) {
    const TensorShapeProto &shape = input->type().tensor_type().shape();
    for (int axis = 0; axis < shape.dim_size(); ++axis)
      if (!shape.dim(axis).has_dim_value())
        symbols.insert(dimName(*input, axis));
  }
  return symbols;
}

absl::StatusOr<OpenModel> tenon::onnx::declaredSignature(
    const Model &model, const BoundTensors &bound, const ImportOptions &options,
    UnsupportedReport &report, mlir::MLIRContext &context) {
  std::vector<const ValueInfoProto *> inputs =
      callerInputs(model.proto().graph(), bound);
  TENON_ASSIGN_OR_RETURN(bool supported, checkInputs(inputs, report));
  if (!supported)
    return report.status(model.path());
  std::set<std::string> open = symbolsOf(inputs);
  TENON_RETURN_IF_ERROR(checkBindings(options.dims, open));
  for (const DimBinding &binding : options.dims)
    open.erase(binding.name);
  OpenModel result;
  result.openDims.assign(open.begin(), open.end());
  DeclaredEntry &entry = result.entries.emplace_back();
  entry.name = kEntryName;
  for (const ValueInfoProto *input : inputs) {
    const TypeProto::Tensor &type = input->type().tensor_type();
    DeclaredInput &declared = entry.inputs.emplace_back();
    declared.name = input->name();
    llvm::raw_string_ostream(declared.dtype) << elementType(
        static_cast<TensorProto::DataType>(type.elem_type()), &context);
    for (int axis = 0; axis < type.shape().dim_size(); ++axis) {
      bool isFixed = type.shape().dim(axis).has_dim_value();
      declared.shape.push_back(isFixed ? type.shape().dim(axis).dim_value()
                                       : -1);
      declared.symbols.push_back(isFixed ? "" : dimName(*input, axis));
    }
  }
  return result;
}

absl::StatusOr<std::vector<Variant>>
tenon::onnx::makeVariants(const Model &model, const BoundTensors &bound,
                          const ImportOptions &options,
                          UnsupportedReport &report) {
  std::vector<const ValueInfoProto *> inputs =
      callerInputs(model.proto().graph(), bound);
  TENON_ASSIGN_OR_RETURN(bool supported, checkInputs(inputs, report));
  if (!supported)
    return std::vector<Variant>();

  std::set<std::string> open = symbolsOf(inputs);
  TENON_RETURN_IF_ERROR(checkBindings(options.dims, open));
  for (const DimBinding &binding : options.dims)
    open.erase(binding.name);
  if (!open.empty()) {
    auto flag = [](std::string *out, const std::string &name) {
      absl::StrAppend(out, "--dim ", quoteName(name), "=SIZE");
    };
    return openDimensionsError(absl::StrCat("'", model.path(),
                                            "' leaves dimensions open; give ",
                                            absl::StrJoin(open, " ", flag)));
  }

  std::vector<Variant> variants;
  for (auto &sizes : combinations(options.dims)) {
    Variant &variant = variants.emplace_back();
    variant.symbol = kEntryName;
    for (const DimBinding &binding : options.dims)
      if (binding.sizes.size() > 1)
        absl::StrAppend(&variant.symbol, ".", binding.name,
                        sizes.at(binding.name));
    for (const ValueInfoProto *input : inputs) {
      const TypeProto::Tensor &type = input->type().tensor_type();
      InputType &decided = variant.inputs.emplace_back();
      decided.name = input->name();
      decided.type = static_cast<TensorProto::DataType>(type.elem_type());
      for (int axis = 0; axis < type.shape().dim_size(); ++axis)
        decided.dims.push_back(type.shape().dim(axis).has_dim_value()
                                   ? type.shape().dim(axis).dim_value()
                                   : sizes.at(dimName(*input, axis)));
      if (auto count = elementCount(decided.dims); !count.ok())
        return absl::InvalidArgumentError(
            absl::StrCat("input ", quoteName(input->name()), " has ",
                         count.status().message()));
    }
    variant.sizes = std::move(sizes);
  }
  return variants;
}

absl::Status tenon::onnx::checkDeclared(const ValueInfoProto &declared,
                                        TensorProto::DataType type,
                                        const Dims &dims) {
  if (!declared.type().has_tensor_type())
    return absl::OkStatus();
  const TypeProto::Tensor &stated = declared.type().tensor_type();
  auto fail = [&](absl::string_view why) {
    return absl::InvalidArgumentError(absl::StrCat(
        "output ", quoteName(declared.name()), " is declared ", why));
  };
  if (stated.elem_type() != TensorProto::UNDEFINED &&
      stated.elem_type() != type)
    return fail(absl::StrCat("as ", typeName(stated.elem_type()),
                             " but computed as ", typeName(type)));
  if (!stated.has_shape())
    return absl::OkStatus();
  bool agrees = stated.shape().dim_size() == static_cast<int>(dims.size());
  Dims shape;
  for (int axis = 0; agrees && axis < stated.shape().dim_size(); ++axis) {
    const auto &dim = stated.shape().dim(axis);
    agrees = !dim.has_dim_value() || dim.dim_value() == dims[axis];
  }
  if (agrees)
    return absl::OkStatus();
  std::vector<std::string> parts;
  for (const auto &dim : stated.shape().dim())
    parts.push_back(dim.has_dim_value() ? absl::StrCat(dim.dim_value()) : "?");
  return fail(absl::StrCat("with shape ", absl::StrJoin(parts, "x"),
                           " but computed with shape ", dimsText(dims)));
}
