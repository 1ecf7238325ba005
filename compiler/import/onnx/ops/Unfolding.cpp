//===- Unfolding.cpp - ONNX ops that undo windows -------------------------===//
#include "compiler/import/onnx/OpTable.h"
#include "compiler/import/onnx/ShapeRules.h"

#include "ir/graph/Reducers.h"
#include "llvm/ADT/STLExtras.h"

using namespace tenon;
using namespace tenon::onnx;
using llvm::ArrayRef;

namespace {

/// Input `i`, or the shape that the model declares for the result without batch
/// and channels.
absl::StatusOr<Dims> imageShape(NodeContext &n, size_t i) {
  if (n.known(i))
    return n.knownInts(i);
  TENON_ASSIGN_OR_RETURN(Dims dims, n.declaredDims(0));
  if (dims.size() < 3)
    return n.invalid("the shape that the model declares does not fit");
  dims.erase(dims.begin(), dims.begin() + 2);
  TENON_RETURN_IF_ERROR(n.requireNumbers(i, {dims}));
  return dims;
}

/// Input 2. Where it is only known at run time it must follow from the number
/// of windows: one candidate among all shapes of as many elements.
absl::StatusOr<Dims> blockShape(NodeContext &n, const Dims &image,
                                const Dims &dilations, const Dims &strides,
                                const Dims &pads) {
  size_t rank = image.size();
  if (n.known(2)) {
    TENON_ASSIGN_OR_RETURN(Dims block, n.knownInts(2));
    if (block.size() != rank)
      return n.invalid("its block has not the image's dimensions");
    return block;
  }
  TENON_ASSIGN_OR_RETURN(Dims declared, n.declaredDims(0));
  if (declared.size() != rank + 2 || declared[1] < 1 ||
      n.dims(0)[1] % declared[1] != 0)
    return n.invalid("the shape that the model declares does not fit");
  int64_t taps = n.dims(0)[1] / declared[1];
  std::vector<Dims> fitting;
  auto search = [&](auto &&self, Dims block, int64_t left,
                    int64_t windows) -> void {
    size_t d = block.size();
    if (d == rank) {
      if (left == 1 && windows == n.dims(0)[2])
        fitting.push_back(block);
      return;
    }
    for (int64_t size = 1; size <= left; ++size) {
      int64_t room =
          image[d] + pads[d] + pads[rank + d] - ((size - 1) * dilations[d] + 1);
      if (left % size != 0 || room < 0)
        continue;
      Dims longer = block;
      longer.push_back(size);
      self(self, longer, left / size, windows * (room / strides[d] + 1));
    }
  };
  if (taps <= 1024)
    search(search, {}, taps, 1);
  if (fitting.size() != 1)
    return n.unsupported("a block that is only known at run time and does not "
                         "follow from the declared shape");
  return fitting[0];
}

/// Columns back to images: each window's elements are added where they came
/// from. One shifted sum per element of the window.
absl::Status col2Im(NodeContext &n) {
  if (n.rank(0) != 3)
    return n.invalid("its input is not [N, C * window, windows]");
  TENON_ASSIGN_OR_RETURN(Dims image, imageShape(n, 1));
  auto rank = static_cast<int64_t>(image.size());
  auto list = [&](absl::string_view name, int64_t count,
                  int64_t otherwise) -> absl::StatusOr<Dims> {
    Dims given = n.attrs().getInts(name).value_or(Dims(count, otherwise));
    if (static_cast<int64_t>(given.size()) != count ||
        !llvm::all_of(given, [&](int64_t v) {
          return v >= otherwise && v < int64_t{1} << 31;
        }))
      return n.invalid(absl::StrCat(name, " is not ", count, " numbers"));
    return given;
  };
  TENON_ASSIGN_OR_RETURN(Dims dilations, list("dilations", rank, 1));
  TENON_ASSIGN_OR_RETURN(Dims strides, list("strides", rank, 1));
  TENON_ASSIGN_OR_RETURN(Dims pads, list("pads", 2 * rank, 0));
  TENON_ASSIGN_OR_RETURN(Dims block,
                         blockShape(n, image, dilations, strides, pads));
  int64_t taps = 1, windows = 1;
  Dims counts;
  for (int64_t d = 0; d < rank; ++d) {
    int64_t span = (block[d] - 1) * dilations[d] + 1;
    int64_t room = image[d] + pads[d] + pads[rank + d] - span;
    if (block[d] < 1 || room < 0)
      return n.invalid("its window does not fit the image");
    counts.push_back(room / strides[d] + 1);
    windows *= counts.back();
    taps *= block[d];
  }
  auto dims = n.dims(0);
  if (taps > 1024)
    return n.unsupported("windows of so many elements");
  if (dims[1] % taps != 0 || dims[2] != windows)
    return n.invalid("its columns do not fit the image");
  Emitter e = n.emit();
  Dims split = {dims[0], dims[1] / taps, taps};
  split.insert(split.end(), counts.begin(), counts.end());
  Value columns = e.reshape(n.value(0), split);
  Value sum;
  for (int64_t tap = 0; tap < taps; ++tap) {
    Value part = e.sliceAxis(columns, 2, tap, 1);
    Dims plain = split;
    plain.erase(plain.begin() + 2);
    part = e.reshape(part, plain);
    // Spread by the strides, and moved to where this element of each window is.
    Dims low = {0, 0}, high = {0, 0}, inner = {0, 0}, whole(plain);
    int64_t rest = tap;
    Dims at(rank);
    for (int64_t d = rank; d-- > 0; rest /= block[d])
      at[d] = rest % block[d];
    for (int64_t d = 0; d < rank; ++d) {
      int64_t first = at[d] * dilations[d] - pads[d];
      int64_t extent = (counts[d] - 1) * strides[d] + 1;
      low.push_back(first);
      high.push_back(image[d] - first - extent);
      inner.push_back(strides[d] - 1);
      whole[d + 2] = image[d];
    }
    part = e.make<graph::PadOp>(
        mlir::RankedTensorType::get(whole, elementOf(part)), part,
        e.scalar(part, 0), ArrayRef<int64_t>(low), ArrayRef<int64_t>(high),
        ArrayRef<int64_t>(inner));
    sum = sum ? e.add(sum, part) : part;
  }
  n.set(0, sum);
  return absl::OkStatus();
}

/// Puts each element of a pool where its index, into the whole unpooled tensor,
/// says.
absl::Status maxUnpool(NodeContext &n) {
  auto size = n.attrs().getInts("kernel_shape");
  int64_t spatial = n.rank(0) - 2;
  if (spatial < 1 || n.dims(0) != n.dims(1) || !size ||
      static_cast<int64_t>(size->size()) != spatial)
    return n.invalid("its inputs or its kernel_shape do not fit");
  Dims strides = n.attrs().getInts("strides").value_or(Dims(spatial, 1));
  Dims pads = n.attrs().getInts("pads").value_or(Dims(2 * spatial, 0));
  if (static_cast<int64_t>(strides.size()) != spatial ||
      static_cast<int64_t>(pads.size()) != 2 * spatial)
    return n.invalid("its strides or pads do not fit");
  // The indices are those of the shape that pooling undone gives, whatever
  // larger shape is asked for.
  Dims dims(n.dims(0).begin(), n.dims(0).begin() + 2);
  for (int64_t d = 0; d < spatial; ++d)
    dims.push_back((n.dims(0)[d + 2] - 1) * strides[d] + (*size)[d] - pads[d] -
                   pads[spatial + d]);
  Dims wanted = dims;
  if (n.has(2) && n.known(2)) {
    TENON_ASSIGN_OR_RETURN(wanted, n.knownInts(2));
  } else if (n.has(2)) {
    TENON_ASSIGN_OR_RETURN(wanted, n.declaredDims(0));
    TENON_RETURN_IF_ERROR(n.requireNumbers(2, {wanted}));
  }
  auto count = elementCount(dims);
  if (!count.ok() || !elementCount(wanted).ok() || wanted.size() != dims.size())
    return n.invalid("its shape is impossible");
  Dims high;
  for (auto [to, from] : llvm::zip_equal(wanted, dims))
    high.push_back(to - from);
  Emitter e = n.emit();
  mlir::OpBuilder &builder = n.builder();
  Value x = n.value(0);
  int64_t number = *elementCount(Dims(n.dims(0)));
  Value zeros = e.splat(mlir::RankedTensorType::get({*count}, elementOf(x)), 0);
  Value places = e.reshape(n.value(1), {number, 1});
  Value updates = e.reshape(x, {number});
  if (!zeros)
    return n.invalid("its element type is not a number");
  auto scatter = graph::ScatterOp::create(
      builder, e.location(), mlir::TypeRange(zeros.getType()),
      mlir::ValueRange(zeros), places, mlir::ValueRange(updates),
      ArrayRef<int64_t>(), ArrayRef<int64_t>(0), ArrayRef<int64_t>(),
      ArrayRef<int64_t>(), ArrayRef<int64_t>(0), static_cast<uint64_t>(1),
      false, false);
  {
    mlir::OpBuilder::InsertionGuard guard(builder);
    auto scalar = mlir::RankedTensorType::get({}, elementOf(x));
    mlir::Block *block = builder.createBlock(
        &scatter.getBody(), {}, {scalar, scalar}, {e.location(), e.location()});
    graph::ReturnOp::create(builder, e.location(),
                            mlir::ValueRange(block->getArgument(1)));
  }
  Value y = e.reshape(scatter->getResult(0), dims);
  n.set(0, wanted == dims
               ? y
               : e.pad(y, e.scalar(y, 0), Dims(dims.size(), 0), high));
  return absl::OkStatus();
}

} // namespace

llvm::ArrayRef<OpEntry> tenon::onnx::unfoldingOps() {
  static const OpEntry rows[] = {
      {"Col2Im", 18, 3, 3, 1, col2Im,
       "an image's shape known at run time only is the declared one"},
      {"MaxUnpool", 9, 2, 3, 1, maxUnpool},
  };
  return rows;
}
