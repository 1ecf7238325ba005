#include "compiler/driver/DumpWriter.h"

#include "compiler/driver/ModuleText.h"
#include "compiler/report/Error.h"

#include <filesystem>

namespace tenon::driver {

DumpWriter::DumpWriter(std::string folder) : directory(std::move(folder)) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error)
    firstFailure = report::makeError(report::ErrorCode::OutputUnwritable,
                                     directory + ": " + error.message());
}

void DumpWriter::write(const std::string &name, const std::string &extension,
                       const std::string &text) {
  if (!firstFailure.ok())
    return;
  std::string number = std::to_string(count++);
  if (number.size() < 2)
    number = "0" + number;
  firstFailure =
      writeText(directory + "/" + number + "-" + name + "." + extension, text);
}

} // namespace tenon::driver
