#include "runtime/core/Log.h"

#include <cstdarg>
#include <cstdio>

namespace tenon::rt {

void Log::write(LogLevel level, const char *format, ...) const {
  if (!sink)
    return;
  char text[500];
  va_list args;
  va_start(args, format);
  vsnprintf(text, sizeof(text), format, args);
  va_end(args);
  sink(user, static_cast<int>(level), text);
}

} // namespace tenon::rt
