// Where the runtime says what it does. Silent unless the caller gives a sink.
#ifndef TENON_RUNTIME_CORE_LOG_H
#define TENON_RUNTIME_CORE_LOG_H

namespace tenon::rt {

enum class LogLevel : int { Info = 0, Warning = 1 };

/// A caller's sink. Copied by value; may be called from the thread that made
/// the call into the runtime, never from a worker.
struct Log {
  void (*sink)(void *user, int level, const char *message) = nullptr;
  void *user = nullptr;

  /// Writes one line (printf), cut at 500 bytes. Does not allocate.
  void write(LogLevel level, const char *format, ...) const
      __attribute__((format(printf, 3, 4)));
};

} // namespace tenon::rt

#endif // TENON_RUNTIME_CORE_LOG_H
