//===- ShapeRules.cpp - ONNX's rules for shapes and axes ------------------===//
#include "compiler/import/onnx/ShapeRules.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include <algorithm>

using namespace tenon::onnx;
using llvm::ArrayRef;

std::optional<int64_t> tenon::onnx::normalizeAxis(int64_t axis, int64_t rank) {
  if (axis < -rank || axis >= rank)
    return std::nullopt;
  return axis < 0 ? axis + rank : axis;
}

std::optional<Dims> tenon::onnx::normalizeAxes(ArrayRef<int64_t> axes,
                                               int64_t rank) {
  Dims result;
  std::vector<bool> seen(static_cast<size_t>(rank));
  for (int64_t axis : axes) {
    std::optional<int64_t> normal = normalizeAxis(axis, rank);
    if (!normal || seen[*normal])
      return std::nullopt;
    seen[*normal] = true;
    result.push_back(*normal);
  }
  return result;
}

std::optional<Dims> tenon::onnx::broadcastDims(ArrayRef<int64_t> a,
                                               ArrayRef<int64_t> b) {
  size_t rank = std::max(a.size(), b.size());
  Dims result(rank);
  for (size_t i = 0; i < rank; ++i) {
    int64_t left = i < a.size() ? a[a.size() - 1 - i] : 1;
    int64_t right = i < b.size() ? b[b.size() - 1 - i] : 1;
    if (left != right && left != 1 && right != 1)
      return std::nullopt;
    result[rank - 1 - i] = left == 1 ? right : left;
  }
  if (!elementCount(result).ok())
    return std::nullopt;
  return result;
}

std::optional<Dims> tenon::onnx::reshapeDims(ArrayRef<int64_t> from,
                                             ArrayRef<int64_t> to,
                                             bool allowZero) {
  auto count = elementCount(Dims(from.begin(), from.end()));
  if (!count.ok())
    return std::nullopt;
  Dims result(to.begin(), to.end());
  std::optional<size_t> open;
  for (size_t i = 0; i < result.size(); ++i) {
    if (result[i] == -1) {
      if (open)
        return std::nullopt;
      open = i;
      result[i] = 1;
    } else if (result[i] == 0 && !allowZero) {
      if (i >= from.size())
        return std::nullopt;
      result[i] = from[i];
    }
  }
  auto known = elementCount(result);
  if (!known.ok())
    return std::nullopt;
  if (!open)
    return *known == *count ? std::optional<Dims>(result) : std::nullopt;
  // With no elements the open dimension could be anything.
  if (*known == 0 || *count % *known != 0)
    return std::nullopt;
  result[*open] = *count / *known;
  return result;
}

std::optional<Dims> tenon::onnx::unsqueezeDims(ArrayRef<int64_t> from,
                                               ArrayRef<int64_t> axes) {
  auto rank = static_cast<int64_t>(from.size() + axes.size());
  std::optional<Dims> normal = normalizeAxes(axes, rank);
  if (!normal)
    return std::nullopt;
  Dims result;
  size_t next = 0;
  for (int64_t i = 0; i < rank; ++i) {
    bool isNew = std::find(normal->begin(), normal->end(), i) != normal->end();
    result.push_back(isNew ? 1 : from[next++]);
  }
  return result;
}

std::optional<Dims>
tenon::onnx::squeezeDims(ArrayRef<int64_t> from,
                         std::optional<ArrayRef<int64_t>> axes) {
  Dims result;
  if (!axes) {
    std::copy_if(from.begin(), from.end(), std::back_inserter(result),
                 [](int64_t dim) { return dim != 1; });
    return result;
  }
  std::optional<Dims> normal =
      normalizeAxes(*axes, static_cast<int64_t>(from.size()));
  if (!normal)
    return std::nullopt;
  for (size_t i = 0; i < from.size(); ++i) {
    if (std::find(normal->begin(), normal->end(), static_cast<int64_t>(i)) ==
        normal->end())
      result.push_back(from[i]);
    else if (from[i] != 1)
      return std::nullopt;
  }
  return result;
}

std::optional<std::vector<SliceRange>>
tenon::onnx::sliceRanges(ArrayRef<int64_t> from, ArrayRef<int64_t> starts,
                         ArrayRef<int64_t> ends, ArrayRef<int64_t> axes,
                         ArrayRef<int64_t> steps) {
  std::vector<SliceRange> ranges;
  for (int64_t dim : from)
    ranges.push_back({0, 1, dim});
  Dims order(axes.begin(), axes.end());
  if (axes.empty())
    for (size_t i = 0; i < starts.size(); ++i)
      order.push_back(static_cast<int64_t>(i));
  std::optional<Dims> normal =
      normalizeAxes(order, static_cast<int64_t>(from.size()));
  if (!normal || starts.size() != ends.size() ||
      starts.size() != normal->size() ||
      (!steps.empty() && steps.size() != starts.size()))
    return std::nullopt;
  for (size_t i = 0; i < starts.size(); ++i) {
    int64_t size = from[(*normal)[i]];
    int64_t step = steps.empty() ? 1 : steps[i];
    if (step == 0)
      return std::nullopt;
    // Sums with a dimension cannot overflow once the extremes are cut.
    auto anchor = [&](int64_t index) {
      index = std::clamp(index, -size - 1, size + 1);
      return index < 0 ? index + size : index;
    };
    int64_t start = anchor(starts[i]), end = anchor(ends[i]);
    uint64_t span = 0, stride = 0;
    if (step > 0) {
      start = std::clamp<int64_t>(start, 0, size);
      end = std::clamp<int64_t>(end, 0, size);
      span = end > start ? end - start : 0;
      stride = static_cast<uint64_t>(step);
    } else {
      start = std::clamp<int64_t>(start, -1, size - 1);
      end = std::clamp<int64_t>(end, -1, size - 1);
      span = start > end ? start - end : 0;
      stride = uint64_t{0} - static_cast<uint64_t>(step);
    }
    auto count = static_cast<int64_t>(span / stride + (span % stride != 0));
    // A step that is never taken may be of any size.
    ranges[(*normal)[i]] = {count == 0 ? 0 : start, count <= 1 ? 1 : step,
                            count};
  }
  return ranges;
}

std::optional<Dims>
tenon::onnx::splitSizes(int64_t size, int64_t parts,
                        std::optional<ArrayRef<int64_t>> sizes,
                        bool allowUneven) {
  if (sizes) {
    int64_t rest = size;
    for (int64_t part : *sizes) {
      if (part < 0 || part > rest)
        return std::nullopt;
      rest -= part;
    }
    if (rest != 0 || static_cast<int64_t>(sizes->size()) != parts)
      return std::nullopt;
    return Dims(sizes->begin(), sizes->end());
  }
  if (parts <= 0 || (size % parts != 0 && !allowUneven))
    return std::nullopt;
  int64_t each = size / parts + (size % parts != 0);
  Dims result;
  for (int64_t i = 0, rest = size; i < parts; ++i) {
    result.push_back(std::min(each, rest));
    rest -= result.back();
  }
  return result;
}

std::optional<Dims>
tenon::onnx::reducedAxes(std::optional<ArrayRef<int64_t>> axes, int64_t rank,
                         bool emptyMeansNone) {
  if (!axes || axes->empty()) {
    Dims all;
    if (!emptyMeansNone)
      for (int64_t i = 0; i < rank; ++i)
        all.push_back(i);
    return all;
  }
  std::optional<Dims> normal = normalizeAxes(*axes, rank);
  if (normal)
    std::sort(normal->begin(), normal->end());
  return normal;
}

std::string tenon::onnx::dimsText(ArrayRef<int64_t> dims) {
  return dims.empty() ? "scalar" : absl::StrJoin(dims, "x");
}
