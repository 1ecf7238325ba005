// How problems leave this library.
#ifndef TENON_RUNTIME_IO_REPORT_H
#define TENON_RUNTIME_IO_REPORT_H

#include "runtime/capi/tenon.h"

#include <algorithm>
#include <cstring>
#include <exception>
#include <string>

namespace tenon::io {

/// What went wrong, or TN_OK.
struct Problem {
  tn_code code = TN_OK;
  std::string text;
};

/// Writes a problem, with the path before it, into a caller's diagnostic.
inline tn_code report(tn_diagnostic *out, const char *path,
                      const Problem &problem) {
  if (out) {
    std::string text = *path ? path + (": " + problem.text) : problem.text;
    size_t size = std::min(text.size(), sizeof(out->message) - 1);
    memcpy(out->message, text.data(), size);
    out->message[size] = 0;
    for (char *c = out->message; *c; ++c)
      if (static_cast<unsigned char>(*c) < 0x20)
        *c = '?';
    out->code = problem.code;
    if (problem.code == TN_OK)
      out->message[0] = 0;
  }
  return problem.code;
}

/// Runs body() and lets no exception out of the library.
template <typename Body>
tn_code guarded(tn_diagnostic *out, const char *path, Body body) {
  try {
    return report(out, path, body());
  } catch (const std::exception &) {
    if (out) {
      out->code = TN_OUT_OF_MEMORY;
      strcpy(out->message, "no memory");
    }
    return TN_OUT_OF_MEMORY;
  }
}

} // namespace tenon::io

#endif // TENON_RUNTIME_IO_REPORT_H
