#include "compiler/driver/TraceLog.h"

#include "compiler/report/Error.h"

#include "nlohmann/json.hpp"
#include "llvm/Support/Threading.h"

#include <fstream>
#include <unistd.h>

namespace tenon::driver {

MemoryUse memoryUse() {
  std::ifstream statm("/proc/self/statm");
  uint64_t total = 0, resident = 0, ofFiles = 0;
  if (!(statm >> total >> resident >> ofFiles))
    return {};
  auto page = static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
  return {resident * page, (resident - ofFiles) * page};
}

void TraceLog::add(std::string name, std::string category,
                   Clock::time_point start, Arguments arguments) {
  using Microseconds = std::chrono::duration<double, std::micro>;
  Event event{std::move(name),
              std::move(category),
              Microseconds(start - origin).count(),
              Microseconds(Clock::now() - start).count(),
              static_cast<unsigned>(llvm::get_threadid()),
              memoryUse(),
              std::move(arguments)};
  std::lock_guard<std::mutex> lock(mutex);
  events.push_back(std::move(event));
}

std::string TraceLog::toJson() const {
  std::lock_guard<std::mutex> lock(mutex);
  using Json = nlohmann::ordered_json;
  Json list = Json::array();
  for (const Event &event : events) {
    Json arguments = Json::object();
    for (const auto &[key, value] : event.arguments)
      arguments[key] = value;
    list.push_back({{"name", event.name},
                    {"cat", event.category},
                    {"ph", "X"},
                    {"ts", event.start},
                    {"dur", event.duration},
                    {"pid", 1},
                    {"tid", event.thread},
                    {"args", arguments}});
    list.push_back({{"name", "memory"},
                    {"ph", "C"},
                    {"ts", event.start + event.duration},
                    {"pid", 1},
                    {"args",
                     {{"resident", event.memory.resident},
                      {"anonymous", event.memory.anonymous}}}});
  }
  return Json{{"traceEvents", list}, {"displayTimeUnit", "ms"}}.dump(1) + "\n";
}

absl::Status TraceLog::write(const std::string &path) const {
  std::ofstream file(path, std::ios::binary);
  file << toJson();
  if (!file.flush())
    return report::makeError(report::ErrorCode::OutputUnwritable,
                             path + ": cannot write the trace");
  return absl::OkStatus();
}

} // namespace tenon::driver
