//===- EvaluatorMovement.cpp - compute shape arithmetic: the rest ---------===//
//
// Ops that move elements, make them from shapes, or reduce them.
//
//===----------------------------------------------------------------------===//
#include "compiler/import/onnx/Evaluator.h"
#include "compiler/import/onnx/ShapeRules.h"

#include "llvm/ADT/STLExtras.h"

#include <cmath>

using namespace tenon::onnx;
using llvm::ArrayRef;

namespace {

using Result = std::optional<HostTensor>;

/// `count` elements per dimension, or nothing for a large or impossible shape.
bool isSmall(const Dims &dims) {
  auto count = elementCount(dims);
  return count.ok() && *count <= kMaxHostElements;
}

/// The tensor of `dims` whose element at `index` is `from`'s element number
/// `source(index)`.
template <typename Source>
HostTensor remap(const HostTensor &from, const Dims &dims, Source source) {
  HostTensor result = HostTensor::zeros(from.type, dims);
  Dims index(dims.size());
  for (int64_t i = 0; i < result.size(); ++i) {
    int64_t at = source(index);
    if (result.isFloat())
      result.floats[i] = from.floats[at];
    else
      result.ints[i] = from.ints[at];
    for (auto dim = static_cast<int64_t>(dims.size()) - 1; dim >= 0; --dim) {
      if (++index[dim] < dims[dim])
        break;
      index[dim] = 0;
    }
  }
  return result;
}

Dims stridesOf(const Dims &dims) {
  Dims strides(dims.size(), 1);
  for (auto i = static_cast<int64_t>(dims.size()) - 2; i >= 0; --i)
    strides[i] = strides[i + 1] * dims[i + 1];
  return strides;
}

/// What a node's inputs and attributes say, where it may be either.
struct Reader {
  const HostNode &node;

  const HostTensor *input(size_t i) const {
    return i < node.inputs.size() ? node.inputs[i] : nullptr;
  }
  /// The integers of input `i` if there is one, else those of the attribute.
  std::optional<Dims> ints(size_t i, absl::string_view attribute) const {
    if (const HostTensor *given = input(i))
      return given->isFloat() ? std::nullopt : std::optional(given->ints);
    return node.attributes.getInts(attribute);
  }
};

Result withDims(const HostTensor &from, const std::optional<Dims> &dims) {
  if (!dims)
    return std::nullopt;
  HostTensor result = from;
  result.dims = *dims;
  return result;
}

Result gather(const HostTensor &data, const HostTensor &indices,
              int64_t given) {
  std::optional<int64_t> axis = normalizeAxis(given, data.rank());
  if (!axis || indices.isFloat())
    return std::nullopt;
  int64_t size = data.dims[*axis];
  if (!llvm::all_of(indices.ints,
                    [&](int64_t i) { return i >= -size && i < size; }))
    return std::nullopt;
  Dims dims(data.dims.begin(), data.dims.begin() + *axis);
  dims.insert(dims.end(), indices.dims.begin(), indices.dims.end());
  dims.insert(dims.end(), data.dims.begin() + *axis + 1, data.dims.end());
  if (!isSmall(dims))
    return std::nullopt;
  Dims dataStrides = stridesOf(data.dims),
       indexStrides = stridesOf(indices.dims);
  return remap(data, dims, [&](const Dims &index) {
    int64_t at = 0, which = 0;
    for (int64_t i = 0; i < *axis; ++i)
      at += index[i] * dataStrides[i];
    for (int64_t i = 0; i < indices.rank(); ++i)
      which += index[*axis + i] * indexStrides[i];
    int64_t chosen = indices.ints[which];
    at += (chosen < 0 ? chosen + size : chosen) * dataStrides[*axis];
    for (int64_t i = *axis + 1; i < data.rank(); ++i)
      at += index[i + indices.rank() - 1] * dataStrides[i];
    return at;
  });
}

Result gatherElements(const HostTensor &data, const HostTensor &indices,
                      int64_t given) {
  std::optional<int64_t> axis = normalizeAxis(given, data.rank());
  if (!axis || indices.isFloat() || indices.rank() != data.rank())
    return std::nullopt;
  int64_t size = data.dims[*axis];
  for (int64_t i = 0; i < data.rank(); ++i)
    if (i != *axis && indices.dims[i] > data.dims[i])
      return std::nullopt;
  if (!llvm::all_of(indices.ints,
                    [&](int64_t i) { return i >= -size && i < size; }))
    return std::nullopt;
  Dims strides = stridesOf(data.dims), indexStrides = stridesOf(indices.dims);
  return remap(data, indices.dims, [&](const Dims &index) {
    int64_t at = 0, which = 0;
    for (int64_t i = 0; i < data.rank(); ++i)
      which += index[i] * indexStrides[i];
    int64_t chosen = indices.ints[which];
    for (int64_t i = 0; i < data.rank(); ++i)
      at += (i != *axis   ? index[i]
             : chosen < 0 ? chosen + size
                          : chosen) *
            strides[i];
    return at;
  });
}

Result concat(const HostNode &node) {
  if (node.inputs.empty() || llvm::is_contained(node.inputs, nullptr))
    return std::nullopt;
  const HostTensor &first = *node.inputs[0];
  std::optional<int64_t> axis =
      normalizeAxis(node.attributes.getInt("axis", 1), first.rank());
  if (!axis)
    return std::nullopt;
  Dims dims = first.dims;
  dims[*axis] = 0;
  for (const HostTensor *part : node.inputs) {
    if (part->type != first.type || part->rank() != first.rank())
      return std::nullopt;
    for (int64_t i = 0; i < first.rank(); ++i)
      if (i != *axis && part->dims[i] != first.dims[i])
        return std::nullopt;
    dims[*axis] += part->dims[*axis];
  }
  if (!isSmall(dims))
    return std::nullopt;
  // Per outer index, one run of each part.
  HostTensor result = HostTensor::zeros(first.type, dims);
  result.ints.clear();
  result.floats.clear();
  int64_t outer = 1;
  for (int64_t i = 0; i < *axis; ++i)
    outer *= dims[i];
  for (int64_t i = 0; i < outer; ++i)
    for (const HostTensor *part : node.inputs) {
      int64_t run = part->size() / outer;
      auto append = [&](auto &to, const auto &from) {
        to.insert(to.end(), from.begin() + i * run,
                  from.begin() + (i + 1) * run);
      };
      if (result.isFloat())
        append(result.floats, part->floats);
      else
        append(result.ints, part->ints);
    }
  return result;
}

Result sliced(const HostTensor &data, ArrayRef<SliceRange> ranges) {
  Dims dims, strides = stridesOf(data.dims);
  for (const SliceRange &range : ranges)
    dims.push_back(range.count);
  return remap(data, dims, [&](const Dims &index) {
    int64_t at = 0;
    for (size_t i = 0; i < dims.size(); ++i)
      at += (ranges[i].start + index[i] * ranges[i].step) * strides[i];
    return at;
  });
}

Result slice(const HostNode &node) {
  Reader read{node};
  const HostTensor *data = read.input(0);
  // Before opset 10 the node has no inputs beyond the data.
  auto starts = read.ints(1, "starts"), ends = read.ints(2, "ends");
  auto axes = read.ints(3, "axes"), steps = read.ints(4, "steps");
  if (!data || !starts || !ends)
    return std::nullopt;
  auto ranges = sliceRanges(data->dims, *starts, *ends, axes.value_or(Dims{}),
                            steps.value_or(Dims{}));
  return ranges ? sliced(*data, *ranges) : std::nullopt;
}

Result range(const HostNode &node) {
  if (node.inputs.size() != 3 || llvm::is_contained(node.inputs, nullptr))
    return std::nullopt;
  const HostTensor &start = *node.inputs[0], &limit = *node.inputs[1],
                   &delta = *node.inputs[2];
  for (const HostTensor *input : node.inputs)
    if (input->size() != 1 || input->type != start.type ||
        input->type == TensorProto::UINT64)
      return std::nullopt;
  if (delta.asDouble(0) == 0)
    return std::nullopt;
  double steps =
      std::ceil((limit.asDouble(0) - start.asDouble(0)) / delta.asDouble(0));
  if (!(steps <= kMaxHostElements))
    return std::nullopt;
  auto count = static_cast<int64_t>(std::max(steps, 0.0));
  HostTensor result = HostTensor::zeros(start.type, {count});
  for (int64_t i = 0; i < count; ++i) {
    if (result.isFloat())
      result.floats[i] =
          start.floats[0] + static_cast<double>(i) * delta.floats[0];
    else
      result.ints[i] = static_cast<int64_t>(
          static_cast<uint64_t>(start.ints[0]) +
          static_cast<uint64_t>(i) * static_cast<uint64_t>(delta.ints[0]));
  }
  result.normalize();
  return result;
}

Result expand(const HostTensor &data, const HostTensor &shape) {
  if (shape.isFloat() || shape.rank() != 1)
    return std::nullopt;
  auto dims = broadcastDims(data.dims, shape.ints);
  if (!dims || !isSmall(*dims))
    return std::nullopt;
  Dims strides = stridesOf(data.dims);
  size_t skip = dims->size() - data.dims.size();
  return remap(data, *dims, [&](const Dims &index) {
    int64_t at = 0;
    for (size_t i = 0; i < data.dims.size(); ++i)
      at += (data.dims[i] == 1 ? 0 : index[skip + i]) * strides[i];
    return at;
  });
}

Result tile(const HostTensor &data, const HostTensor &repeats) {
  if (repeats.isFloat() || repeats.size() != data.rank())
    return std::nullopt;
  Dims dims;
  for (int64_t i = 0; i < data.rank(); ++i) {
    if (repeats.ints[i] < 0 || repeats.ints[i] > kMaxHostElements)
      return std::nullopt;
    dims.push_back(data.dims[i] * repeats.ints[i]);
  }
  if (!isSmall(dims))
    return std::nullopt;
  Dims strides = stridesOf(data.dims);
  return remap(data, dims, [&](const Dims &index) {
    int64_t at = 0;
    for (size_t i = 0; i < index.size(); ++i)
      at += index[i] % data.dims[i] * strides[i];
    return at;
  });
}

Result transpose(const HostTensor &data, std::optional<Dims> permutation) {
  if (!permutation) {
    permutation.emplace();
    for (int64_t i = data.rank(); i-- > 0;)
      permutation->push_back(i);
  }
  auto normal = normalizeAxes(*permutation, data.rank());
  if (!normal || static_cast<int64_t>(normal->size()) != data.rank())
    return std::nullopt;
  Dims dims, strides = stridesOf(data.dims);
  for (int64_t axis : *normal)
    dims.push_back(data.dims[axis]);
  return remap(data, dims, [&](const Dims &index) {
    int64_t at = 0;
    for (size_t i = 0; i < index.size(); ++i)
      at += index[i] * strides[(*normal)[i]];
    return at;
  });
}

/// Integer sums, products and extremes: what shapes need.
Result reduce(const HostNode &node, bool axesAreInput) {
  Reader read{node};
  const HostTensor *data = read.input(0);
  if (!data || data->isFloat() || data->type == TensorProto::UINT64)
    return std::nullopt;
  std::optional<Dims> given =
      axesAreInput ? read.ints(1, "axes") : node.attributes.getInts("axes");
  std::optional<ArrayRef<int64_t>> axesRef;
  if (given)
    axesRef = *given;
  auto axes = reducedAxes(axesRef, data->rank(),
                          node.attributes.getInt("noop_with_empty_axes", 0));
  if (!axes || data->size() == 0)
    return std::nullopt;
  bool keep = node.attributes.getInt("keepdims", 1) != 0;
  Dims kept = data->dims, dims;
  for (int64_t axis : *axes)
    kept[axis] = 1;
  for (int64_t i = 0; i < data->rank(); ++i)
    if (keep || !llvm::is_contained(*axes, i))
      dims.push_back(kept[i]);
  HostTensor result = HostTensor::zeros(data->type, kept);
  std::vector<bool> started(result.ints.size());
  Dims strides = stridesOf(kept), index(kept.size());
  for (int64_t value : data->ints) {
    int64_t at = 0;
    for (size_t i = 0; i < kept.size(); ++i)
      at += (kept[i] == 1 ? 0 : index[i]) * strides[i];
    int64_t &out = result.ints[at];
    auto a = static_cast<uint64_t>(out), b = static_cast<uint64_t>(value);
    if (!started[at])
      out = value;
    else if (node.op == "ReduceSum")
      out = static_cast<int64_t>(a + b);
    else if (node.op == "ReduceProd")
      out = static_cast<int64_t>(a * b);
    else
      out =
          node.op == "ReduceMax" ? std::max(out, value) : std::min(out, value);
    started[at] = true;
    for (auto dim = static_cast<int64_t>(kept.size()) - 1; dim >= 0; --dim) {
      if (++index[dim] < data->dims[dim])
        break;
      index[dim] = 0;
    }
  }
  result.dims = dims;
  result.normalize();
  return result;
}

Result nonZero(const HostTensor &data) {
  if (data.isFloat())
    return std::nullopt;
  int64_t rank = std::max<int64_t>(data.rank(), 1);
  Dims strides = stridesOf(data.dims);
  std::vector<int64_t> found;
  for (int64_t i = 0; i < data.size(); ++i)
    if (data.ints[i] != 0)
      found.push_back(i);
  auto count = static_cast<int64_t>(found.size());
  HostTensor result = HostTensor::zeros(TensorProto::INT64, {rank, count});
  for (int64_t axis = 0; axis < data.rank(); ++axis)
    for (int64_t i = 0; i < count; ++i)
      result.ints[axis * count + i] =
          found[i] / strides[axis] % data.dims[axis];
  return result;
}

std::optional<std::vector<HostTensor>> split(const HostNode &node) {
  Reader read{node};
  const HostTensor *data = read.input(0);
  if (!data)
    return std::nullopt;
  auto axis = normalizeAxis(node.attributes.getInt("axis", 0), data->rank());
  std::optional<Dims> given = node.opset >= 13
                                  ? read.ints(1, "split")
                                  : node.attributes.getInts("split");
  std::optional<ArrayRef<int64_t>> givenRef;
  if (given)
    givenRef = *given;
  if (!axis)
    return std::nullopt;
  auto sizes =
      splitSizes(data->dims[*axis], static_cast<int64_t>(node.numOutputs),
                 givenRef, node.opset >= 18);
  if (!sizes)
    return std::nullopt;
  std::vector<HostTensor> results;
  std::vector<SliceRange> ranges;
  for (int64_t dim : data->dims)
    ranges.push_back({0, 1, dim});
  for (int64_t size : *sizes) {
    ranges[*axis].count = size;
    results.push_back(*sliced(*data, ranges));
    ranges[*axis].start += size;
  }
  return results;
}

/// Ops of one output.
Result single(const HostNode &node) {
  Reader read{node};
  const HostTensor *a = read.input(0), *b = read.input(1);
  if (node.op == "Range")
    return range(node);
  if (node.op == "Concat")
    return concat(node);
  if (!a)
    return std::nullopt;
  if (node.op == "Slice")
    return slice(node);
  if (node.op == "ReduceSum" && (node.opset >= 13))
    return reduce(node, true);
  if (node.op == "ReduceSum" || node.op == "ReduceProd" ||
      node.op == "ReduceMax" || node.op == "ReduceMin")
    return reduce(node, node.opset >= 18);
  if (node.op == "Transpose")
    return transpose(*a, node.attributes.getInts("perm"));
  if (node.op == "NonZero")
    return nonZero(*a);
  if (node.op == "Unsqueeze") {
    auto axes = read.ints(1, "axes");
    return axes ? withDims(*a, unsqueezeDims(a->dims, *axes)) : std::nullopt;
  }
  if (node.op == "Squeeze") {
    auto axes = read.ints(1, "axes");
    return withDims(
        *a, squeezeDims(a->dims, axes ? std::optional(ArrayRef<int64_t>(*axes))
                                      : std::nullopt));
  }
  if (node.op == "Reshape") {
    auto shape = read.ints(1, "shape");
    return shape ? withDims(*a,
                            reshapeDims(a->dims, *shape,
                                        node.attributes.getInt("allowzero", 0)))
                 : std::nullopt;
  }
  if (!b)
    return std::nullopt;
  if (node.op == "Gather")
    return gather(*a, *b, node.attributes.getInt("axis", 0));
  if (node.op == "GatherElements")
    return gatherElements(*a, *b, node.attributes.getInt("axis", 0));
  if (node.op == "Expand")
    return expand(*a, *b);
  if (node.op == "Tile" && node.opset >= 6)
    return tile(*a, *b);
  return std::nullopt;
}

} // namespace

std::optional<std::vector<HostTensor>>
tenon::onnx::evaluateMovement(const HostNode &node) {
  if (node.op == "Split")
    return split(node);
  Result result = single(node);
  return result ? std::optional(std::vector<HostTensor>{std::move(*result)})
                : std::nullopt;
}
