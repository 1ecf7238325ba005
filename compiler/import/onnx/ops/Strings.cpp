//===- Strings.cpp - ops on strings ---------------------------------------===//
#include "compiler/import/onnx/ops/Strings.h"

#include "compiler/import/onnx/ShapeRules.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/ConvertUTF.h"

using namespace tenon;
using namespace tenon::onnx;
using graph::ComparisonDirection;
using graph::ReductionKind;

namespace {

/// Comparisons of each string with each other are made for up to this many.
constexpr int64_t kMostCompared = 2048;

mlir::Type integer(Emitter &e, unsigned bits) {
  return mlir::IntegerType::get(e.context(), bits);
}

Value zero(Emitter &e, Value like) { return e.scalar(like, 0); }

int64_t lengthOf(Value strings) { return dimsOf(strings).back(); }

/// Filled up with zeros to `length` code points.
Value padTo(Emitter &e, Value strings, int64_t length) {
  Dims low(rankOf(strings), 0), high = low;
  high.back() = length - lengthOf(strings);
  return high.back() > 0 ? e.pad(strings, zero(e, strings), low, high)
                         : strings;
}

/// Sets output `i` to strings.
void setStrings(NodeContext &n, size_t i, Value strings) {
  n.set(i, strings);
  n.result(i).type = TensorProto::STRING;
  n.result(i).dims.pop_back();
}

/// Whether all of the last dimension holds; integers of 32 bits are reduced,
/// which every backend does.
Value all(Emitter &e, Value flags) {
  Value numbers = e.convert(flags, integer(e, 32));
  Value least =
      e.reduce(ReductionKind::Minimum, numbers, {rankOf(numbers) - 1}, false);
  return e.compare(ComparisonDirection::NE, least, zero(e, least));
}

/// Which strings are equal, with broadcasting.
Value equal(Emitter &e, Value a, Value b) {
  int64_t length = std::max(lengthOf(a), lengthOf(b));
  return all(e, e.compare(ComparisonDirection::EQ, padTo(e, a, length),
                          padTo(e, b, length)));
}

/// The code points of UTF-8 texts, [texts, longest] with at least one column.
absl::StatusOr<HostTensor> tableOf(NodeContext &n,
                                   llvm::ArrayRef<std::string> texts) {
  std::vector<std::vector<llvm::UTF32>> all;
  size_t longest = 1;
  for (const std::string &text : texts) {
    std::vector<llvm::UTF32> points(text.size() + 1);
    const auto *from = reinterpret_cast<const llvm::UTF8 *>(text.data());
    llvm::UTF32 *to = points.data();
    if (llvm::ConvertUTF8toUTF32(&from, from + text.size(), &to,
                                 to + points.size(),
                                 llvm::strictConversion) != llvm::conversionOK)
      return n.invalid("one of its strings is no UTF-8");
    points.resize(static_cast<size_t>(to - points.data()));
    longest = std::max(longest, points.size());
    all.push_back(std::move(points));
  }
  HostTensor table =
      HostTensor::zeros(TensorProto::UINT32, {static_cast<int64_t>(all.size()),
                                              static_cast<int64_t>(longest)});
  for (size_t i = 0; i < all.size(); ++i)
    std::copy(all[i].begin(), all[i].end(),
              table.ints.begin() + static_cast<int64_t>(i * longest));
  return table;
}

std::vector<std::string> stringsOf(const AttributeProto *attribute) {
  if (!attribute)
    return {};
  return {attribute->strings().begin(), attribute->strings().end()};
}

Value changeCase(Emitter &e, Value strings, bool toUpper) {
  HostTensor letters = HostTensor::vector(caseTable(toUpper));
  letters.type = TensorProto::UINT32;
  Value table = e.constant(letters);
  Dims dims(dimsOf(strings));
  int64_t size = dimsOf(table)[0];
  // Code points behind the table look up its end and are left as they are.
  Value limit = e.scalar(strings, static_cast<double>(size));
  Value isKnown = e.compare(ComparisonDirection::LT, strings, limit);
  Value place =
      e.convert(e.select(isKnown, strings, zero(e, strings)), integer(e, 64));
  Value mapped = e.reshape(
      e.take(table, 0, e.reshape(place, {*elementCount(dims)})), dims);
  return e.select(isKnown, mapped, strings);
}

/// The `count` first strings of [strings, length] that `keep` names, in their
/// order; empty ones where there are fewer.
Value compact(Emitter &e, Value strings, Value keep, int64_t count) {
  int64_t size = dimsOf(strings)[0], length = lengthOf(strings);
  Dims square = {size, size};
  mlir::Type index = integer(e, 32);
  Value earlier = e.compare(ComparisonDirection::LT, e.iota(index, square, 1),
                            e.iota(index, square, 0));
  Value kept = e.convert(keep, index);
  Value place =
      e.reduce(ReductionKind::Add, e.select(earlier, kept, e.scalar(kept, 0)),
               {1}, false);
  Value isThere = e.compare(ComparisonDirection::EQ, place,
                            e.iota(index, {count, size}, 0));
  isThere = e.binary<graph::AndOp>(isThere, keep);
  Value chosen =
      e.select(e.reshape(isThere, {count, size, 1}),
               e.reshape(strings, {1, size, length}), zero(e, strings));
  return e.reduce(ReductionKind::Maximum, chosen, {1}, false);
}

absl::Status stringNormalizer(NodeContext &n) {
  bool isRow = n.rank(0) == 2 && n.dims(0)[0] == 1;
  if (n.rank(0) != 1 && !isRow)
    return n.invalid("its input is neither [count] nor [1, count]");
  std::string action = n.attrs().getString("case_change_action", "NONE");
  if (action != "NONE" && action != "LOWER" && action != "UPPER")
    return n.invalid(absl::StrCat("case_change_action '", action, "'"));
  Emitter e = n.emit();
  Value given = n.value(0);
  int64_t size = n.dims(0).back();
  given = e.reshape(given, {size, lengthOf(given)});
  Value changed =
      action == "NONE" ? given : changeCase(e, given, action == "UPPER");
  std::vector<std::string> stopwords = stringsOf(n.attrs().find("stopwords"));
  if (!stopwords.empty()) {
    TENON_ASSIGN_OR_RETURN(Dims wanted, n.declaredDims(0));
    if (wanted.size() != n.dims(0).size() || wanted.back() > size)
      return n.invalid("the shape that the model declares does not fit");
    if (size > kMostCompared)
      return n.unsupported(absl::StrCat("among more than ", kMostCompared));
    TENON_ASSIGN_OR_RETURN(HostTensor words, tableOf(n, stopwords));
    Value table = e.constant(words), compared = given;
    if (n.attrs().getInt("is_case_sensitive", 0) == 0) {
      table = changeCase(e, table, /*toUpper=*/false);
      compared = changeCase(e, given, /*toUpper=*/false);
    }
    Value isStop =
        equal(e, e.reshape(compared, {size, 1, lengthOf(compared)}), table);
    Value stops = e.reduce(ReductionKind::Maximum,
                           e.convert(isStop, integer(e, 32)), {1}, false);
    Value keep = e.compare(ComparisonDirection::EQ, stops, zero(e, stops));
    // Where none is left, one empty string stays.
    Value count = e.reduce(ReductionKind::Add, e.convert(keep, integer(e, 32)),
                           {0}, false);
    Value fits = e.isNumber(count, wanted.back());
    if (wanted.back() == 1)
      fits = e.binary<graph::OrOp>(fits, e.isNumber(count, 0));
    n.require(fits, absl::StrCat("it does not leave the ", wanted.back(),
                                 " strings that the model declares"));
    changed = compact(e, changed, keep, wanted.back());
  }
  if (isRow)
    changed = e.reshape(changed, {1, dimsOf(changed)[0], lengthOf(changed)});
  setStrings(n, 0, changed);
  return absl::OkStatus();
}

absl::Status stringEqual(NodeContext &n) {
  if (n.type(0) != n.type(1))
    return n.invalid("one of its inputs is strings, the other is not");
  if (!broadcastDims(n.dims(0), n.dims(1)))
    return n.invalid("its inputs do not broadcast");
  Emitter e = n.emit();
  n.set(0, equal(e, n.value(0), n.value(1)));
  return absl::OkStatus();
}

absl::Status stringConcat(NodeContext &n) {
  auto dims = broadcastDims(n.dims(0), n.dims(1));
  if (!dims)
    return n.invalid("its inputs do not broadcast");
  Emitter e = n.emit();
  Value a = n.value(0), b = n.value(1);
  int64_t count = *elementCount(*dims), length = lengthOf(a) + lengthOf(b);
  auto flat = [&](Value strings) {
    Dims wide = *dims;
    wide.push_back(lengthOf(strings));
    return e.reshape(e.broadcast(strings, wide), {count, lengthOf(strings)});
  };
  a = flat(a);
  b = flat(b);
  // How many code points stand in front: the place behind the last one.
  mlir::Type index = integer(e, 32);
  Value isUsed = e.compare(ComparisonDirection::NE, a, zero(e, a));
  Value place = e.add(e.iota(index, dimsOf(a), 1),
                      e.splat(mlir::RankedTensorType::get({}, index), 1));
  Value used = e.reduce(ReductionKind::Maximum,
                        e.select(isUsed, place, zero(e, place)), {1}, false);
  Dims wide = {count, length, lengthOf(b)};
  Value target = e.add(e.iota(index, wide, 2), e.reshape(used, {count, 1, 1}));
  Value isHere =
      e.compare(ComparisonDirection::EQ, target, e.iota(index, wide, 1));
  Value moved = e.reduce(
      ReductionKind::Maximum,
      e.select(isHere, e.reshape(b, {count, 1, lengthOf(b)}), zero(e, b)), {2},
      false);
  Value joined = e.max(padTo(e, a, length), moved);
  dims->push_back(length);
  setStrings(n, 0, e.reshape(joined, *dims));
  return absl::OkStatus();
}

/// The tensor in attribute `name`, or nothing.
absl::StatusOr<std::optional<HostTensor>> tensorOf(NodeContext &n,
                                                   absl::string_view name) {
  const TensorProto *tensor = n.attrs().getTensor(name);
  if (!tensor)
    return std::nullopt;
  TENON_RETURN_IF_ERROR(n.setStored(0, *tensor));
  const HostTensor *contents = n.knownOf(n.result(0));
  if (!contents)
    return n.unsupported(absl::StrCat(name, " of that type"));
  HostTensor copy = *contents;
  n.result(0) = Slot();
  return copy;
}

/// LabelEncoder's values with the default behind them.
absl::StatusOr<HostTensor> labelValues(NodeContext &n) {
  HostTensor values;
  if (auto ints = n.attrs().getInts("values_int64s")) {
    values = HostTensor::vector(*ints);
    values.ints.push_back(n.attrs().getInt("default_int64", -1));
  } else if (auto floats = n.attrs().getFloats("values_floats")) {
    values.type = TensorProto::FLOAT;
    values.floats.assign(floats->begin(), floats->end());
    values.floats.push_back(n.attrs().getFloat("default_float", -0.0f));
  } else {
    TENON_ASSIGN_OR_RETURN(auto tensor, tensorOf(n, "values_tensor"));
    TENON_ASSIGN_OR_RETURN(auto otherwise, tensorOf(n, "default_tensor"));
    if (!tensor)
      return n.unsupported("to strings");
    if (!otherwise || otherwise->type != tensor->type || otherwise->size() != 1)
      return n.invalid("default_tensor is not one value of that type");
    values = *tensor;
    auto append = [](auto &list, const auto &more) {
      list.insert(list.end(), more.begin(), more.end());
    };
    append(values.ints, otherwise->ints);
    append(values.floats, otherwise->floats);
  }
  values.dims = {values.size()};
  return values;
}

/// Maps keys to values; what is no key becomes the default.
absl::Status labelEncoder(NodeContext &n) {
  Emitter e = n.emit();
  Value x = n.value(0);
  Dims dims(n.dims(0)), spread(dimsOf(x));
  spread.insert(spread.begin() + n.rank(0), 1);
  x = e.reshape(x, spread);
  Value matches;
  if (n.type(0) == TensorProto::STRING) {
    std::vector<std::string> keys = stringsOf(n.attrs().find("keys_strings"));
    if (const TensorProto *tensor = n.attrs().getTensor("keys_tensor"))
      keys.assign(tensor->string_data().begin(), tensor->string_data().end());
    if (keys.empty())
      return n.invalid("it has no keys");
    TENON_ASSIGN_OR_RETURN(HostTensor table, tableOf(n, keys));
    matches = equal(e, x, e.constant(table));
  } else {
    HostTensor keys;
    if (auto ints = n.attrs().getInts("keys_int64s")) {
      keys = HostTensor::vector(*ints);
    } else if (auto floats = n.attrs().getFloats("keys_floats")) {
      keys.type = TensorProto::FLOAT;
      keys.floats.assign(floats->begin(), floats->end());
    } else {
      TENON_ASSIGN_OR_RETURN(auto tensor, tensorOf(n, "keys_tensor"));
      if (!tensor)
        return n.invalid("it has no keys");
      keys = *tensor;
    }
    keys.dims = {keys.size()};
    if (keys.type != n.type(0) || keys.size() == 0)
      return n.invalid("its keys are of another type than its input");
    Value table = e.constant(keys);
    matches = e.compare(ComparisonDirection::EQ, x, table);
    if (keys.isFloat())
      matches = e.binary<graph::OrOp>(
          matches, e.binary<graph::AndOp>(
                       e.compare(ComparisonDirection::NE, x, x),
                       e.compare(ComparisonDirection::NE, table, table)));
  }
  TENON_ASSIGN_OR_RETURN(HostTensor values, labelValues(n));
  int64_t keys = dimsOf(matches).back(), rank = n.rank(0);
  if (values.size() != keys + 1)
    return n.invalid("it has not one value per key");
  mlir::Type index = integer(e, 64);
  Value number = e.iota(index, dimsOf(matches), rank);
  Value first = e.reduce(
      ReductionKind::Minimum,
      e.select(matches, number, e.scalar(number, static_cast<double>(keys))),
      {rank}, false);
  Value labels =
      e.take(e.constant(values), 0, e.reshape(first, {*elementCount(dims)}));
  n.set(0, e.reshape(labels, dims));
  return absl::OkStatus();
}

} // namespace

llvm::ArrayRef<OpEntry> tenon::onnx::stringOps() {
  static constexpr int kNewestMl = 5;
  static const OpEntry rows[] = {
      {"LabelEncoder", 2, 1, 1, 1, labelEncoder, "not to strings", kNewestMl,
       "ai.onnx.ml"},
      {"StringConcat", 20, 2, 2, 1, stringConcat},
      {"StringNormalizer", 10, 1, 1, 1, stringNormalizer,
       "letters up to U+058F change their case"},
  };
  return rows;
}

const OpEntry *tenon::onnx::findStringOp(llvm::StringRef op, int64_t opset,
                                         llvm::StringRef domain) {
  static const OpEntry equalOfStrings = {"Equal", 19, 2, 2, 1, stringEqual};
  if (op == "Equal" && domain.empty())
    return opset >= equalOfStrings.since ? &equalOfStrings : nullptr;
  const OpEntry *row = findOp(op, opset, domain);
  bool isOnStrings = llvm::any_of(
      stringOps(), [&](const OpEntry &other) { return &other == row; });
  return isOnStrings ? row : nullptr;
}
