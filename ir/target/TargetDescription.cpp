// The text form of target descriptions: one table of keys drives the parser
// and the printer.

#include "ir/target/TargetDescription.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/raw_ostream.h"

using namespace tenon::target;
using llvm::StringRef;

namespace {

/// Splits "a, b, c"; empty items are kept so that the caller can refuse them.
llvm::SmallVector<StringRef> splitList(StringRef text) {
  llvm::SmallVector<StringRef> items;
  text.split(items, ',');
  for (StringRef &item : items)
    item = item.trim();
  return items;
}

/// "64", "32K", "16M": a count, or a size with a binary suffix.
std::optional<int64_t> parseNumber(StringRef text) {
  int64_t factor = 1;
  if (text.consume_back("K"))
    factor = 1 << 10;
  else if (text.consume_back("M"))
    factor = 1 << 20;
  int64_t value;
  if (text.getAsInteger(10, value) || value < 0 ||
      value > std::numeric_limits<int64_t>::max() / factor)
    return std::nullopt;
  return value * factor;
}

std::string printNumber(int64_t value) {
  if (value && value % (1 << 20) == 0)
    return std::to_string(value >> 20) + "M";
  if (value && value % (1 << 10) == 0)
    return std::to_string(value >> 10) + "K";
  return std::to_string(value);
}

/// "f32 6x16": a register tile.
std::optional<RegisterTileSeed> parseSeed(StringRef text) {
  RegisterTileSeed seed;
  auto [dtype, shape] = text.split(' ');
  auto [rows, columns] = shape.trim().split('x');
  seed.dtype = dtype.str();
  if (dtype.empty() || rows.getAsInteger(10, seed.rows) ||
      columns.getAsInteger(10, seed.columns) || seed.rows <= 0 ||
      seed.columns <= 0)
    return std::nullopt;
  return seed;
}

/// One key: how its value is read (empty string, or what was expected) and
/// printed (empty when unset).
struct Key {
  StringRef name;
  std::function<StringRef(TargetDescription &, StringRef)> read;
  std::function<std::string(const TargetDescription &)> print;
};

Key textKey(StringRef name, std::string TargetDescription::*member) {
  return {name,
          [member](TargetDescription &target, StringRef value) -> StringRef {
            target.*member = value.str();
            return "";
          },
          [member](const TargetDescription &target) { return target.*member; }};
}

Key numberKey(StringRef name, int64_t TargetDescription::*member) {
  return {name,
          [member](TargetDescription &target, StringRef value) -> StringRef {
            std::optional<int64_t> number = parseNumber(value);
            if (!number)
              return "a number, with K or M for binary thousands";
            target.*member = *number;
            return "";
          },
          [member](const TargetDescription &target) {
            return target.*member ? printNumber(target.*member) : std::string();
          }};
}

Key kindKey() {
  return {"kind",
          [](TargetDescription &target, StringRef value) -> StringRef {
            if (value != "cpu" && value != "cuda")
              return "cpu or cuda";
            target.kind = value == "cpu" ? TargetKind::Cpu : TargetKind::Cuda;
            return "";
          },
          [](const TargetDescription &target) {
            return std::string(target.kind == TargetKind::Cpu ? "cpu" : "cuda");
          }};
}

Key featuresKey() {
  return {"features",
          [](TargetDescription &target, StringRef value) -> StringRef {
            for (StringRef item : splitList(value)) {
              if (item.empty() || item.find_first_of(" +-") == 0)
                return "feature names without sign, separated by commas";
              target.features.push_back(item.str());
            }
            return "";
          },
          [](const TargetDescription &target) {
            return llvm::join(target.features, ", ");
          }};
}

Key masksKey() {
  return {"masks",
          [](TargetDescription &target, StringRef value) -> StringRef {
            if (value != "yes" && value != "no")
              return "yes or no";
            target.masks = value == "yes";
            return "";
          },
          [](const TargetDescription &target) {
            return std::string(target.masks ? "yes" : "no");
          }};
}

Key contractionKey() {
  return {"contraction",
          [](TargetDescription &target, StringRef value) -> StringRef {
            for (StringRef item : splitList(value)) {
              std::optional<RegisterTileSeed> seed = parseSeed(item);
              if (!seed)
                return "register tiles like 'f32 6x16', separated by commas";
              target.contraction.push_back(*seed);
            }
            return "";
          },
          [](const TargetDescription &target) {
            std::string text;
            llvm::raw_string_ostream os(text);
            llvm::interleaveComma(target.contraction, os, [&](const auto &s) {
              os << s.dtype << ' ' << s.rows << 'x' << s.columns;
            });
            return text;
          }};
}

const std::vector<Key> &keys() {
  using T = TargetDescription;
  static const std::vector<Key> table = {
      textKey("name", &T::name),
      kindKey(),
      textKey("triple", &T::triple),
      textKey("cpu", &T::cpu),
      textKey("tune-cpu", &T::tuneCpu),
      featuresKey(),
      numberKey("cache-line", &T::cacheLine),
      numberKey("vector-bits", &T::vectorBits),
      numberKey("vector-registers", &T::vectorRegisters),
      masksKey(),
      numberKey("fma-ports", &T::fmaPorts),
      numberKey("fma-latency", &T::fmaLatency),
      numberKey("cores", &T::cores),
      numberKey("l1d", &T::l1d),
      numberKey("l2", &T::l2),
      numberKey("l3", &T::l3),
      contractionKey(),
      numberKey("sms", &T::sms),
      numberKey("shared-memory", &T::sharedMemory),
      numberKey("sm-registers", &T::smRegisters),
      textKey("ptx", &T::ptx),
  };
  return table;
}

/// What a complete description must still say, or an empty string.
StringRef findMissing(const TargetDescription &target) {
  if (target.name.empty())
    return "name";
  if (target.triple.empty())
    return "triple";
  if (target.cpu.empty())
    return "cpu";
  if (target.kind == TargetKind::Cuda)
    return target.sms ? "" : "sms";
  if (!target.vectorBits)
    return "vector-bits";
  if (!target.vectorRegisters)
    return "vector-registers";
  if (!target.l1d)
    return "l1d";
  return target.l2 ? "" : "l2";
}

} // namespace

bool TargetDescription::hasFeature(StringRef feature) const {
  return llvm::is_contained(features, feature);
}

llvm::Expected<TargetDescription>
tenon::target::parseTargetDescription(StringRef text, StringRef fileName) {
  TargetDescription target;
  llvm::StringSet<> seen;
  llvm::SmallVector<StringRef> lines;
  text.split(lines, '\n');
  for (auto [index, rawLine] : llvm::enumerate(lines)) {
    auto fail = [&, number = index + 1](const llvm::Twine &reason) {
      return llvm::createStringError(fileName + ":" + llvm::Twine(number) +
                                     ": " + reason);
    };
    StringRef line = rawLine.split('#').first.trim();
    if (line.empty())
      continue;
    if (!line.contains('='))
      return fail("expected 'key = value'");
    auto [name, value] = line.split('=');
    name = name.trim();
    value = value.trim();
    const Key *key = llvm::find_if(
        llvm::ArrayRef(keys()), [&](const Key &k) { return k.name == name; });
    if (key == llvm::ArrayRef(keys()).end())
      return fail("unknown key '" + name + "'");
    if (!seen.insert(name).second)
      return fail("'" + name + "' is given twice");
    if (value.empty())
      return fail("'" + name + "' has no value");
    StringRef expected = key->read(target, value);
    if (!expected.empty())
      return fail("'" + name + "' expects " + expected + ", got '" + value +
                  "'");
  }
  if (StringRef missing = findMissing(target); !missing.empty())
    return llvm::createStringError(fileName + ":" + llvm::Twine(lines.size()) +
                                   ": '" + missing + "' is missing");
  return target;
}

std::string
tenon::target::printTargetDescription(const TargetDescription &description) {
  std::string text;
  for (const Key &key : keys())
    if (std::string value = key.print(description); !value.empty())
      text += (key.name + " = " + value + "\n").str();
  return text;
}
