// Event files: checksums against known ones, records as TensorBoard reads them.

#include "runtime/train/EventLog.h"
#include "test/runtime/support/TestModel.h"

#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>

namespace tenon::training {
namespace {

TEST(EventLog, Crc32cIsCastagnolis) {
  // The check value of the CRC catalogue, and RFC 3720's all zeros.
  EXPECT_EQ(crc32c("123456789", 9), 0xe3069283u);
  EXPECT_EQ(crc32c(std::string(32, '\0').data(), 32), 0x8a9136aau);
}

TEST(EventLog, RecordsAreFramedAndHoldTheValue) {
  std::string folder = test::temporaryPath("events");
  std::filesystem::remove_all(folder);
  std::unique_ptr<EventLog> log;
  ASSERT_EQ(EventLog::create(folder, log).code, TN_OK);
  log->scalar("loss", 300, 0.5);
  log->flush();
  ASSERT_TRUE(log->good());
  std::string path =
      std::filesystem::directory_iterator(folder)->path().string();
  std::vector<uint8_t> bytes = test::readFile(path);
  std::vector<std::string> events;
  for (size_t at = 0; at < bytes.size();) {
    uint64_t length = 0;
    ASSERT_LE(at + 12, bytes.size());
    memcpy(&length, bytes.data() + at, 8);
    uint32_t stated = 0, crc = crc32c(bytes.data() + at, 8);
    memcpy(&stated, bytes.data() + at + 8, 4);
    EXPECT_EQ(stated, ((crc >> 15) | (crc << 17)) + 0xa282ead8u);
    ASSERT_LE(at + 16 + length, bytes.size());
    events.emplace_back(reinterpret_cast<char *>(bytes.data()) + at + 12,
                        length);
    at += 16 + length;
  }
  ASSERT_EQ(events.size(), 2u);
  EXPECT_NE(events[0].find("brain.Event:2"), std::string::npos);
  // Behind the time: step 300 as a varint, then the summary.
  std::string expected("\x10\xac\x02\x2a\x0d\x0a\x0b\x0a\x04loss\x15\0\0\0\x3f",
                       18);
  EXPECT_EQ(events[1].substr(9), expected);
}

} // namespace
} // namespace tenon::training
