// Curves for TensorBoard: an event file of scalars.
#ifndef TENON_RUNTIME_TRAIN_EVENTLOG_H
#define TENON_RUNTIME_TRAIN_EVENTLOG_H

#include "runtime/io/Report.h"

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>

namespace tenon::training {

/// CRC-32C (Castagnoli) of bytes, as event files have it.
uint32_t crc32c(const void *data, size_t size);

/// Appends scalars to a new file events.out.tfevents.* in a folder. Records are
/// TFRecords, each a protocol buffer of one value.
class EventLog {
public:
  /// Creates the folder and the file. Errors: TN_FILE_UNWRITABLE.
  static io::Problem create(const std::string &folder,
                            std::unique_ptr<EventLog> &log);

  /// The value of the curve `tag` at a step.
  void scalar(std::string_view tag, int64_t step, double value);
  /// Brings what was written to the file.
  void flush();
  /// Whether everything could be written.
  bool good() const { return !failed; }

private:
  EventLog(FILE *file) : file(file, fclose) {}
  void record(std::string_view event);

  std::unique_ptr<FILE, int (*)(FILE *)> file;
  std::string buffer;
  bool failed = false;
};

} // namespace tenon::training

#endif // TENON_RUNTIME_TRAIN_EVENTLOG_H
