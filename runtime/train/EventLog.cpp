#include "runtime/train/EventLog.h"

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <unistd.h>

namespace tenon::training {
namespace {

constexpr std::array<uint32_t, 256> makeTable() {
  std::array<uint32_t, 256> table = {};
  for (uint32_t i = 0; i < 256; ++i) {
    uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit)
      value = (value >> 1) ^ (value & 1 ? 0x82f63b78U : 0U);
    table[i] = value;
  }
  return table;
}

/// A checksum of bytes that hold checksums is weak, so it is rotated and moved.
uint32_t masked(uint32_t crc) {
  return ((crc >> 15) | (crc << 17)) + 0xa282ead8U;
}

double wallTime() {
  auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration<double>(now).count();
}

// The wire format of protocol buffers: a key of field number and kind, then a
// varint, 4 or 8 bytes, or a length and as many bytes.
enum WireKind { Varint = 0, Fixed64 = 1, Bytes = 2, Fixed32 = 5 };

void addVarint(std::string &out, uint64_t value) {
  for (; value >= 0x80; value >>= 7)
    out.push_back(static_cast<char>(value | 0x80));
  out.push_back(static_cast<char>(value));
}

void addKey(std::string &out, unsigned field, WireKind kind) {
  addVarint(out, field << 3 | static_cast<unsigned>(kind));
}

template <typename T>
void addFixed(std::string &out, unsigned field, WireKind kind, T value) {
  addKey(out, field, kind);
  out.append(reinterpret_cast<const char *>(&value), sizeof(value));
}

void addBytes(std::string &out, unsigned field, std::string_view bytes) {
  addKey(out, field, Bytes);
  addVarint(out, bytes.size());
  out.append(bytes);
}

} // namespace

uint32_t crc32c(const void *data, size_t size) {
  static constexpr auto table = makeTable();
  const auto *bytes = static_cast<const uint8_t *>(data);
  uint32_t crc = ~0U;
  for (size_t i = 0; i < size; ++i)
    crc = table[(crc ^ bytes[i]) & 0xff] ^ (crc >> 8);
  return ~crc;
}

io::Problem EventLog::create(const std::string &folder,
                             std::unique_ptr<EventLog> &log) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  char host[256] = "localhost";
  (void)gethostname(host, sizeof(host) - 1);
  auto seconds = static_cast<int64_t>(wallTime());
  std::string path = folder + "/events.out.tfevents." +
                     std::to_string(seconds) + "." + host + "." +
                     std::to_string(getpid());
  FILE *file = fopen(path.c_str(), "wbe");
  if (!file)
    return {TN_FILE_UNWRITABLE, path + ": " + strerror(errno)};
  log.reset(new EventLog(file));
  // Event: wall_time = 1, step = 2, file_version = 3, summary = 5.
  std::string event;
  addFixed(event, 1, Fixed64, wallTime());
  addBytes(event, 3, "brain.Event:2");
  log->record(event);
  return {};
}

void EventLog::record(std::string_view event) {
  uint64_t length = event.size();
  uint32_t lengthCrc = masked(crc32c(&length, sizeof(length)));
  uint32_t eventCrc = masked(crc32c(event.data(), event.size()));
  auto put = [&](const void *data, size_t size) {
    failed |= fwrite(data, 1, size, file.get()) != size;
  };
  put(&length, sizeof(length));
  put(&lengthCrc, sizeof(lengthCrc));
  put(event.data(), event.size());
  put(&eventCrc, sizeof(eventCrc));
}

void EventLog::scalar(std::string_view tag, int64_t step, double value) {
  // Summary.Value: tag = 1, simple_value = 2. Summary: value = 1.
  std::string summaryValue, summary;
  addBytes(summaryValue, 1, tag);
  addFixed(summaryValue, 2, Fixed32, static_cast<float>(value));
  addBytes(summary, 1, summaryValue);
  buffer.clear();
  addFixed(buffer, 1, Fixed64, wallTime());
  addKey(buffer, 2, Varint);
  addVarint(buffer, static_cast<uint64_t>(step));
  addBytes(buffer, 5, summary);
  record(buffer);
}

void EventLog::flush() { failed |= fflush(file.get()) != 0; }

} // namespace tenon::training
