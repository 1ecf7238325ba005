#include "runtime/core/Diagnostic.h"

#include <cstdarg>
#include <cstdio>
#include <cstring>

namespace tenon::rt {

Code Diagnostic::fail(Code code, const char *format, ...) {
  errorCode = code;
  va_list args;
  va_start(args, format);
  vsnprintf(text, sizeof(text), format, args);
  va_end(args);
  // A name from a hostile file must not break the line or the terminal.
  for (char &c : text)
    if (c && (static_cast<unsigned char>(c) < 0x20 || c == 0x7f))
      c = '?';
  return code;
}

void Diagnostic::prefix(const char *context) {
  char old[kCapacity];
  memcpy(old, text, sizeof(text));
  (void)fail(errorCode, "%s: %s", context, old);
}

} // namespace tenon::rt
