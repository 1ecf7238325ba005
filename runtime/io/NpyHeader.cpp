#include "runtime/io/NpyHeader.h"

#include <charconv>
#include <iterator>

namespace tenon::io {

namespace {

struct DescrRow {
  int32_t dtype;
  const char *descr;
};
constexpr DescrRow kDescrs[] = {
    {TN_F32, "<f4"},         {TN_F64, "<f8"},          {TN_F16, "<f2"},
    {TN_BF16, "|V2"},        {TN_I1, "|b1"},           {TN_I8, "|i1"},
    {TN_I16, "<i2"},         {TN_I32, "<i4"},          {TN_I64, "<i8"},
    {TN_UI8, "|u1"},         {TN_UI16, "<u2"},         {TN_UI32, "<u4"},
    {TN_UI64, "<u8"},        {TN_F8E4M3FN, "|V1"},     {TN_F8E5M2, "|V1"},
    {TN_COMPLEX_F32, "<c8"}, {TN_COMPLEX_F64, "<c16"},
};

// A reader of the few Python literals that a header holds.
class Parser {
public:
  explicit Parser(std::string_view text) : rest(text) {}

  Problem parse(NpyHeader &header) {
    if (!take('{'))
      return malformed("it does not start with '{'");
    bool seen[3] = {};
    while (!take('}')) {
      std::string key;
      if (!takeString(key) || !take(':'))
        return malformed("a key is expected");
      static constexpr const char *kKeys[] = {"descr", "fortran_order",
                                              "shape"};
      size_t index = 0;
      while (index < 3 && key != kKeys[index])
        ++index;
      if (index == 3)
        return malformed("the key '" + key + "' is unknown");
      if (seen[index])
        return malformed("the key '" + key + "' is there twice");
      seen[index] = true;
      Problem problem = index == 0   ? parseDescr(header)
                        : index == 1 ? parseOrder(header)
                                     : parseShape(header);
      if (problem.code != TN_OK)
        return problem;
      if (!take(',') && !next('}'))
        return malformed("',' or '}' is expected");
    }
    if (!seen[0] || !seen[1] || !seen[2])
      return malformed("a key is missing");
    skipSpace();
    if (!rest.empty())
      return malformed("something follows the dictionary");
    return {};
  }

private:
  static Problem malformed(const std::string &what) {
    return {TN_NPY_MALFORMED, "the header is malformed: " + what};
  }

  void skipSpace() {
    while (!rest.empty() && (rest.front() == ' ' || rest.front() == '\n'))
      rest.remove_prefix(1);
  }
  bool next(char c) {
    skipSpace();
    return !rest.empty() && rest.front() == c;
  }
  bool take(char c) {
    if (!next(c))
      return false;
    rest.remove_prefix(1);
    return true;
  }
  bool takeWord(std::string_view word) {
    skipSpace();
    if (rest.substr(0, word.size()) != word)
      return false;
    rest.remove_prefix(word.size());
    return true;
  }
  bool takeString(std::string &text) {
    char quote = next('\'') ? '\'' : next('"') ? '"' : 0;
    if (!quote)
      return false;
    size_t end = rest.find(quote, 1);
    if (end == std::string_view::npos)
      return false;
    text = rest.substr(1, end - 1);
    rest.remove_prefix(end + 1);
    return text.find('\\') == std::string::npos;
  }

  Problem parseDescr(NpyHeader &header) {
    if (next('['))
      return {TN_NPY_NOT_SUPPORTED, "structured arrays are not supported"};
    if (!takeString(header.descr))
      return malformed("descr is not a string");
    return {};
  }

  Problem parseOrder(NpyHeader &header) {
    header.fortranOrder = takeWord("True");
    if (!header.fortranOrder && !takeWord("False"))
      return malformed("fortran_order is neither True nor False");
    return {};
  }

  Problem parseShape(NpyHeader &header) {
    if (!take('('))
      return malformed("shape is not a tuple");
    bool comma = true;
    while (!take(')')) {
      if (!comma)
        return malformed("',' is expected in shape");
      if (header.rank == TN_MAX_RANK)
        return {TN_NPY_NOT_SUPPORTED,
                "more than " + std::to_string(TN_MAX_RANK) + " dimensions"};
      skipSpace();
      int64_t value = 0;
      auto [end, error] =
          std::from_chars(rest.data(), rest.data() + rest.size(), value);
      if (error != std::errc() || value < 0)
        return malformed("shape holds something that is no size");
      rest.remove_prefix(static_cast<size_t>(end - rest.data()));
      header.shape[header.rank++] = value;
      comma = take(',');
    }
    // (5) is a number in Python, not a tuple.
    if (header.rank == 1 && !comma)
      return malformed("shape is not a tuple");
    return {};
  }

  std::string_view rest;
};

} // namespace

Problem parseNpyHeader(std::string_view text, NpyHeader &header) {
  header = NpyHeader();
  return Parser(text).parse(header);
}

int64_t charactersOfDescr(std::string_view descr) {
  if (descr.substr(0, 2) != "<U")
    return -1;
  int64_t count = -1;
  const char *last = descr.data() + descr.size();
  auto [end, error] = std::from_chars(descr.data() + 2, last, count);
  return error == std::errc() && end == last && count >= 0 ? count : -1;
}

int32_t dtypeOfDescr(std::string_view descr, int32_t wanted) {
  if (wanted == TN_UI32 && charactersOfDescr(descr) >= 0)
    return wanted;
  // Of one byte, or raw: the order of bytes says nothing.
  std::string canonical(descr);
  if (canonical.size() >= 2 &&
      (canonical[1] == 'V' || canonical.substr(2) == "1"))
    canonical[0] = '|';
  for (const DescrRow &row : kDescrs)
    if (row.dtype == wanted && canonical == row.descr)
      return wanted;
  // Raw bytes are what small types are saved as, which pass as bytes.
  if (canonical == "|V1" && (wanted == TN_I8 || wanted == TN_UI8))
    return wanted;
  for (const DescrRow &row : kDescrs)
    if (canonical == row.descr && canonical != "|V1")
      return row.dtype;
  return 0;
}

std::string formatNpyPreamble(int32_t dtype, const int64_t *shape,
                              int32_t rank) {
  const char *descr = nullptr;
  for (const DescrRow &row : kDescrs)
    if (row.dtype == dtype)
      descr = row.descr;
  return descr ? formatNpyPreamble(descr, shape, rank) : "";
}

std::string formatNpyPreamble(std::string_view descr, const int64_t *shape,
                              int32_t rank) {
  std::string text = "{'descr': '" + std::string(descr) +
                     "', 'fortran_order': False, 'shape': (";
  for (int32_t i = 0; i < rank; ++i)
    text += std::to_string(shape[i]) + (rank == 1 || i + 1 < rank ? "," : "") +
            (i + 1 < rank ? " " : "");
  text += "), }";
  // Magic, version and length take 10 bytes; data starts at a multiple of 64.
  text.append(63 - (10 + text.size()) % 64, ' ');
  text += '\n';
  std::string preamble("\x93NUMPY\x01\x00", 8);
  preamble += static_cast<char>(text.size() & 0xff);
  preamble += static_cast<char>(text.size() >> 8);
  return preamble + text;
}

} // namespace tenon::io
