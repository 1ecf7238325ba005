// What the compiler did and when, as events that a trace viewer shows.

#ifndef TENON_COMPILER_DRIVER_TRACELOG_H
#define TENON_COMPILER_DRIVER_TRACELOG_H

#include "absl/status/status.h"

#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace tenon::driver {

/// Bytes of memory that this process has resident; zeros where the system does
/// not say.
struct MemoryUse {
  uint64_t resident = 0;
  /// Of those, what is no page of a mapped file: weights that are read where
  /// they stand do not count.
  uint64_t anonymous = 0;
};
MemoryUse memoryUse();

/// Collects events. Safe to use from several threads.
class TraceLog {
public:
  using Clock = std::chrono::steady_clock;
  using Arguments = std::vector<std::pair<std::string, int64_t>>;

  TraceLog() : origin(Clock::now()) {}

  /// Records what ran from `start` to now on the calling thread.
  void add(std::string name, std::string category, Clock::time_point start,
           Arguments arguments = {});

  /// Chrome's trace event format, which Perfetto and chrome://tracing read:
  /// complete events in microseconds, and the memory at their ends as counters.
  std::string toJson() const;

  /// Writes toJson() to `path`; an error carries T0301.
  absl::Status write(const std::string &path) const;

private:
  struct Event {
    std::string name;
    std::string category;
    double start;    // microseconds since the log began
    double duration; // microseconds
    unsigned thread;
    MemoryUse memory; // at its end
    Arguments arguments;
  };

  Clock::time_point origin;
  mutable std::mutex mutex;
  std::vector<Event> events;
};

/// Records the time from its construction to its destruction. `log` may be
/// null.
class TraceScope {
public:
  TraceScope(TraceLog *log, std::string name, std::string category)
      : log(log), name(std::move(name)), category(std::move(category)),
        start(TraceLog::Clock::now()) {}
  TraceScope(const TraceScope &) = delete;
  TraceScope &operator=(const TraceScope &) = delete;
  ~TraceScope() {
    if (log)
      log->add(std::move(name), std::move(category), start);
  }

  /// Seconds since construction.
  double seconds() const {
    return std::chrono::duration<double>(TraceLog::Clock::now() - start)
        .count();
  }

private:
  TraceLog *log;
  std::string name;
  std::string category;
  TraceLog::Clock::time_point start;
};

} // namespace tenon::driver

#endif // TENON_COMPILER_DRIVER_TRACELOG_H
