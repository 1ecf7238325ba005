//===- OpTable.cpp - The table of op cases --------------------------------===//

#include "test/ops/OpTable.h"

#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"

#include <algorithm>
#include <map>

using namespace llvm;

namespace tenon::optable {
namespace {

/// A row before its variables are chosen: keyword and rest of each line.
struct Row {
  int line = 0;
  std::string name;
  std::vector<std::pair<std::string, std::vector<std::string>>> variables;
  std::vector<std::pair<std::string, std::string>> lines;
};

using Bindings = std::map<std::string, std::string>;

/// Replaces each `$NAME` and `${NAME}`; unknown names stay and fail later.
std::string substitute(StringRef text, const Bindings &bindings) {
  std::string result;
  while (!text.empty()) {
    StringRef rest = text;
    if (!rest.consume_front("$")) {
      result += text.front();
      text = text.drop_front();
      continue;
    }
    bool braces = rest.consume_front("{");
    StringRef name =
        rest.take_while([](char c) { return isAlnum(c) || c == '_'; });
    rest = rest.drop_front(name.size());
    if (braces)
      rest.consume_front("}");
    auto it = bindings.find(name.str());
    result +=
        it == bindings.end() ? text.drop_back(rest.size()).str() : it->second;
    text = rest;
  }
  return result;
}

std::vector<std::string> splitWords(StringRef text) {
  SmallVector<StringRef> words;
  SplitString(text, words);
  return std::vector<std::string>(words.begin(), words.end());
}

class Parser {
public:
  Parser(StringRef file) : file(file) {}

  Error error(int line, const Twine &message) {
    return createStringError(file + ":" + Twine(line) + ": " + message);
  }

  Expected<Tolerance> parseTolerance(StringRef text, int line) {
    auto [kind, amount] = text.trim().split(' ');
    Tolerance tolerance;
    if (kind == "exact" && amount.empty())
      return tolerance;
    tolerance.kind = kind == "ulp" ? Tolerance::Ulp : Tolerance::Relative;
    if ((kind != "ulp" && kind != "rel") ||
        !to_float(amount.trim(), tolerance.amount))
      return error(line, "not a tolerance: " + text);
    return tolerance;
  }

  /// `%name: tensor<2x3xf32> = values`
  Expected<Port> parsePort(StringRef text, int line) {
    Port port;
    auto [name, rest] = text.split(':');
    auto [type, values] = rest.split(" = ");
    type = type.trim();
    port.name = name.trim().ltrim('%').str();
    port.type = type.str();
    port.values = values.trim().str();
    if (!type.consume_front("tensor<") || !type.consume_back(">"))
      return error(line, "not a tensor type: " + port.type);
    while (!type.empty() && isDigit(type.front())) {
      auto [size, tail] = type.split('x');
      port.shape.push_back(0);
      if (!to_integer(size, port.shape.back()))
        return error(line, "not a static size: " + size);
      type = tail;
    }
    auto element = reference::parseElementType(type);
    if (!element)
      return error(line, "not an element type: " + type);
    port.element = *element;
    return port;
  }

  Error expand(const Row &row, const Bindings &bindings, StringRef suffix,
               std::vector<Case> &cases) {
    Case test;
    test.file = file;
    test.line = row.line;
    test.name = substitute(row.name, bindings) + suffix.str();
    std::string top, body;
    std::optional<Tolerance> cpu;
    for (const auto &[keyword, raw] : row.lines) {
      std::string text = substitute(raw, bindings);
      if (text.find('$') != std::string::npos)
        return error(row.line, "unknown variable in: " + text);
      if (keyword == "top") {
        top += text + "\n";
      } else if (keyword == "do") {
        body += "  " + text + "\n";
      } else if (keyword == "truth") {
        test.truth = text;
      } else if (keyword == "in" || keyword == "out") {
        Expected<Port> port = parsePort(text, row.line);
        if (!port)
          return port.takeError();
        (keyword == "in" ? test.inputs : test.outputs).push_back(*port);
      } else {
        Expected<Tolerance> tolerance = parseTolerance(text, row.line);
        if (!tolerance)
          return tolerance.takeError();
        if (keyword == "cpu")
          cpu = *tolerance;
        else
          test.tolerance = *tolerance;
      }
    }
    test.cpu = cpu.value_or(test.tolerance);
    bool statesValues = true;
    for (const Port &port : test.outputs)
      statesValues &= !port.values.empty();
    if (statesValues == !test.truth.empty())
      return error(row.line, "a row has either a truth or values for each out");
    test.module = top + buildEntry(test, body);
    cases.push_back(std::move(test));
    return Error::success();
  }

  std::string buildEntry(const Case &test, StringRef body) {
    auto join = [](const std::vector<Port> &ports, auto format) {
      std::string text;
      for (const Port &port : ports)
        text += (text.empty() ? "" : ", ") + format(port);
      return text;
    };
    auto type = [](const Port &port) { return port.type; };
    auto value = [](const Port &port) { return "%" + port.name; };
    return "tenon.entry @main(" +
           join(test.inputs,
                [](const Port &p) { return "%" + p.name + ": " + p.type; }) +
           ") -> (" + join(test.outputs, type) + ") {\n" + body.str() +
           "  tenon.return " + join(test.outputs, value) + " : " +
           join(test.outputs, type) + "\n}\n";
  }

  Error expandAll(const Row &row, size_t variable, Bindings bindings,
                  std::string suffix, std::vector<Case> &cases) {
    if (variable == row.variables.size())
      return expand(row, bindings, suffix, cases);
    const auto &[name, words] = row.variables[variable];
    // What the row's name already says is not said again.
    bool inName = row.name.find("$" + name) != std::string::npos;
    for (const std::string &word : words) {
      bindings[name] = word;
      std::string more = inName ? "" : "/" + name + "=" + word;
      if (Error failed =
              expandAll(row, variable + 1, bindings, suffix + more, cases))
        return failed;
    }
    return Error::success();
  }

private:
  std::string file;
};

} // namespace

Expected<std::vector<Case>> parseTable(StringRef text, StringRef file) {
  Parser parser(file);
  std::vector<Row> rows;
  Bindings lets;
  SmallVector<StringRef> lines;
  text.split(lines, '\n');
  for (auto [index, line] : enumerate(lines)) {
    int number = index + 1;
    if (line.trim().empty() || line.starts_with("#"))
      continue;
    if (line.starts_with(" ")) {
      if (rows.empty() || rows.back().lines.empty())
        return parser.error(number, "nothing to continue");
      rows.back().lines.back().second += "\n  " + line.rtrim().str();
      continue;
    }
    auto [keyword, rest] = line.trim().split(' ');
    rest = rest.trim();
    if (keyword == "let") {
      auto [name, value] = rest.split('=');
      lets[name.trim().str()] = substitute(value.trim(), lets);
      continue;
    }
    if (keyword == "case") {
      rows.push_back({number, rest.str(), {}, {}});
      continue;
    }
    if (rows.empty())
      return parser.error(number, "stands before the first case");
    if (keyword == "for") {
      auto [name, words] = rest.split(" in ");
      rows.back().variables.push_back(
          {name.trim().str(), splitWords(substitute(words, lets))});
    } else if (is_contained({"in", "top", "do", "out", "truth", "tol", "cpu"},
                            keyword)) {
      // Other `let`s may follow, so that these are resolved now.
      rows.back().lines.push_back({keyword.str(), substitute(rest, lets)});
    } else {
      return parser.error(number, "unknown keyword: " + keyword);
    }
  }
  std::vector<Case> cases;
  for (const Row &row : rows)
    if (Error failed = parser.expandAll(row, 0, {}, "", cases))
      return failed;
  return cases;
}

Expected<std::vector<Case>> readTables(StringRef folder) {
  std::vector<std::string> paths;
  std::error_code status;
  for (sys::fs::directory_iterator it(folder, status), end;
       it != end && !status; it.increment(status))
    if (sys::path::extension(it->path()) == ".ops")
      paths.push_back(it->path());
  if (status || paths.empty())
    return createStringError("no tables in " + folder);
  std::sort(paths.begin(), paths.end());
  std::vector<Case> all;
  StringMap<int> seen;
  for (const std::string &path : paths) {
    auto buffer = MemoryBuffer::getFile(path, /*IsText=*/true);
    if (!buffer)
      return createStringError("cannot read " + path);
    Expected<std::vector<Case>> cases =
        parseTable((*buffer)->getBuffer(), sys::path::filename(path));
    if (!cases)
      return cases.takeError();
    for (Case &test : *cases) {
      if (!seen.try_emplace(test.name, 0).second)
        return createStringError(test.file + ":" + Twine(test.line) +
                                 ": a second case " + test.name);
      all.push_back(std::move(test));
    }
  }
  return all;
}

Expected<std::vector<reference::Tensor>> makeInputs(const Case &test) {
  std::vector<reference::Tensor> inputs;
  // Not the whole name: a row's types should see the same numbers.
  std::string row =
      test.name.substr(0, test.name.find('/', test.name.find('/') + 1));
  for (const Port &port : test.inputs) {
    Expected<reference::Tensor> value = makeValues(port, row + port.name);
    if (!value)
      return joinErrors(createStringError(test.file + ":" + Twine(test.line) +
                                          ": " + port.name),
                        value.takeError());
    inputs.push_back(*value);
  }
  return inputs;
}

} // namespace tenon::optable
