//===- ClassicalMl.cpp - ops of classical machine learning ----------------===//
//
// The operator set ai.onnx.ml, and what makes features for its models.
//
//===----------------------------------------------------------------------===//
#include "compiler/import/onnx/OpTable.h"

#include "llvm/ADT/STLExtras.h"

using namespace tenon;
using namespace tenon::onnx;
using llvm::ArrayRef;

namespace {

/// Columns of the last dimension, at the places in input 1.
absl::Status arrayFeatureExtractor(NodeContext &n) {
  if (n.rank(0) < 1)
    return n.invalid("its input is a scalar");
  Emitter e = n.emit();
  int64_t count = *elementCount(Dims(n.dims(1)));
  Value places = e.reshape(n.value(1), {count});
  Value y = e.take(n.value(0), n.rank(0) - 1, places);
  // A vector gives a matrix of one row.
  n.set(0, n.rank(0) == 1 ? e.reshape(y, {1, count}) : y);
  return absl::OkStatus();
}

/// One above the threshold, zero elsewhere.
absl::Status binarizer(NodeContext &n) {
  Emitter e = n.emit();
  Value x = n.value(0);
  Value isAbove = e.compare(graph::ComparisonDirection::GT, x,
                            e.scalar(x, n.attrs().getFloat("threshold", 0)));
  n.set(0, e.convert(isAbove, elementOf(x)));
  return absl::OkStatus();
}

/// (x - offset) * scale, one of each per feature or for all.
absl::Status scaler(NodeContext &n) {
  if (n.rank(0) < 1)
    return n.invalid("its input is a scalar");
  Emitter e = n.emit();
  mlir::Type f32 = mlir::Float32Type::get(e.context());
  Value x = e.convert(n.value(0), f32);
  for (absl::string_view name : {"offset", "scale"}) {
    auto numbers = n.attrs().getFloats(name);
    if (!numbers)
      continue;
    auto count = static_cast<int64_t>(numbers->size());
    if (count != 1 && count != n.dims(0).back())
      return n.invalid(absl::StrCat(name, " has not one number per feature"));
    HostTensor table = HostTensor::zeros(TensorProto::FLOAT, {count});
    table.floats.assign(numbers->begin(), numbers->end());
    Value row = e.constant(table);
    if (count == 1)
      row = e.reshape(row, {});
    x = name == "offset" ? e.sub(x, row) : e.mul(x, row);
  }
  n.set(0, x);
  return absl::OkStatus();
}

/// The n-grams of one size that TfIdfVectorizer counts: `items` holds them one
/// after the other, `columns` where in the result each is counted.
struct Grams {
  int64_t size;
  std::vector<int64_t> items;
  std::vector<int64_t> columns;
};

/// The n-grams whose size lies between the attributes' limits.
absl::StatusOr<std::vector<Grams>> readGrams(NodeContext &n,
                                             ArrayRef<int64_t> columns) {
  auto pool = n.attrs().getInts("pool_int64s");
  auto starts = n.attrs().getInts("ngram_counts");
  if (!pool)
    return n.unsupported("a pool of strings");
  if (!starts)
    return n.invalid("ngram_counts is absent");
  int64_t least = n.attrs().getInt("min_gram_length", 1);
  int64_t most = n.attrs().getInt("max_gram_length", 1);
  auto end = static_cast<int64_t>(pool->size());
  std::vector<Grams> all;
  size_t gram = 0;
  for (size_t i = 0; i < starts->size(); ++i) {
    int64_t from = (*starts)[i];
    int64_t to = i + 1 < starts->size() ? (*starts)[i + 1] : end;
    auto size = static_cast<int64_t>(i) + 1;
    if (from < 0 || from > to || to > end || (to - from) % size != 0)
      return n.invalid("ngram_counts does not divide the pool");
    auto count = static_cast<size_t>((to - from) / size);
    if (columns.size() - gram < count)
      return n.invalid("ngram_indexes is shorter than the pool");
    if (count > 0 && size >= least && size <= most)
      all.push_back({size,
                     {pool->begin() + from, pool->begin() + to},
                     columns.slice(gram, count).vec()});
    gram += count;
  }
  return all;
}

/// How often each of `grams` stands in the rows of `x`, [rows, length], with
/// `distance` places from one item to the next: [rows, grams] of i32.
Value countGrams(Emitter &e, Value x, const Grams &grams, int64_t distance) {
  auto count = static_cast<int64_t>(grams.columns.size());
  int64_t rows = dimsOf(x)[0];
  int64_t places = dimsOf(x)[1] - distance * (grams.size - 1);
  Value same;
  for (int64_t i = 0; i < grams.size; ++i) {
    HostTensor items = HostTensor::zeros(TensorProto::INT64, {count});
    for (int64_t g = 0; g < count; ++g)
      items.ints[g] = grams.items[g * grams.size + i];
    Value item =
        e.reshape(e.sliceAxis(x, 1, i * distance, places), {rows, places, 1});
    Value one =
        e.compare(graph::ComparisonDirection::EQ, item, e.constant(items));
    same = same ? e.binary<graph::AndOp>(same, one) : one;
  }
  return e.reduce(graph::ReductionKind::Add,
                  e.convert(same, mlir::IntegerType::get(e.context(), 32)), {1},
                  false);
}

/// Counts n-grams of integers in each row: all sizes with up to max_skip_count
/// items left out between two, single items once.
absl::Status tfIdfVectorizer(NodeContext &n) {
  auto columns = n.attrs().getInts("ngram_indexes");
  if (!columns || columns->empty() || llvm::min_element(*columns)[0] < 0)
    return n.invalid("ngram_indexes is absent or holds a negative number");
  if (n.rank(0) > 2)
    return n.invalid("its input is neither a list nor a matrix");
  TENON_ASSIGN_OR_RETURN(std::vector<Grams> all, readGrams(n, *columns));
  int64_t width = llvm::max_element(*columns)[0] + 1;
  int64_t rows = n.rank(0) == 2 ? n.dims(0)[0] : 1;
  int64_t length = n.rank(0) == 0 ? 1 : n.dims(0).back();
  Emitter e = n.emit();
  mlir::Type f32 = mlir::Float32Type::get(e.context());
  Value x =
      e.reshape(e.convert(n.value(0), mlir::IntegerType::get(e.context(), 64)),
                {rows, length});
  Value sum = e.splat(mlir::RankedTensorType::get({rows, width}, f32), 0);
  int64_t distances = n.attrs().getInt("max_skip_count", 0) + 1;
  for (const Grams &grams : all) {
    Value counts;
    for (int64_t d = 1; d <= (grams.size == 1 ? 1 : distances); ++d) {
      if (d * (grams.size - 1) >= length)
        break;
      Value more = countGrams(e, x, grams, d);
      counts = counts ? e.add(counts, more) : more;
    }
    if (!counts)
      continue;
    auto count = static_cast<int64_t>(grams.columns.size());
    HostTensor places = HostTensor::zeros(TensorProto::FLOAT, {count, width});
    for (int64_t g = 0; g < count; ++g)
      places.floats[g * width + grams.columns[g]] = 1;
    sum = e.add(sum, e.dot(e.convert(counts, f32), e.constant(places), {}, {},
                           {1}, {0}));
  }
  std::string mode = n.attrs().getString("mode", "");
  if (mode != "TF" && mode != "IDF" && mode != "TFIDF")
    return n.invalid(absl::StrCat("mode '", mode, "'"));
  if (mode == "IDF")
    sum = e.convert(
        e.compare(graph::ComparisonDirection::GT, sum, e.scalar(sum, 0)), f32);
  auto weights = n.attrs().getFloats("weights");
  if (mode != "TF" && weights && !weights->empty()) {
    if (static_cast<int64_t>(weights->size()) < width)
      return n.invalid("it has fewer weights than columns");
    HostTensor row = HostTensor::zeros(TensorProto::FLOAT, {width});
    row.floats.assign(weights->begin(), weights->begin() + width);
    sum = e.mul(sum, e.constant(row));
  }
  n.set(0, n.rank(0) == 2 ? sum : e.reshape(sum, {width}));
  return absl::OkStatus();
}

} // namespace

llvm::ArrayRef<OpEntry> tenon::onnx::classicalMlOps() {
  static constexpr const char *kDomain = "ai.onnx.ml";
  static constexpr int kNewest = 5;
  static const OpEntry rows[] = {
      {"ArrayFeatureExtractor", 1, 2, 2, 1, arrayFeatureExtractor, "", kNewest,
       kDomain},
      {"Binarizer", 1, 1, 1, 1, binarizer, "", kNewest, kDomain},
      {"Scaler", 1, 1, 1, 1, scaler, "", kNewest, kDomain},
      {"TfIdfVectorizer", 9, 1, 1, 1, tfIdfVectorizer, "of integers"},
  };
  return rows;
}
