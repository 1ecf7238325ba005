#include "compiler/driver/Reproducer.h"

#include "compiler/driver/ModuleText.h"

#include "absl/strings/cord.h"
#include "llvm/Support/Path.h"

#include <cctype>

namespace tenon::driver {
namespace {

constexpr char payloadUrl[] = "tenon/replay";

/// The output's path without its extension; for standard output, the model's
/// name in the current folder.
std::string stem(const CompileOptions &options) {
  bool toFile = !options.output.empty() && options.output != "-";
  llvm::StringRef path = toFile ? llvm::StringRef(options.output)
                                : llvm::sys::path::filename(options.model);
  llvm::SmallString<128> name(path);
  llvm::sys::path::replace_extension(name, "");
  return name.str().str();
}

} // namespace

std::string shellQuote(const std::string &text) {
  auto isPlain = [](unsigned char c) {
    return std::isalnum(c) ||
           std::string_view("-_./=,:+@%").find(static_cast<char>(c)) !=
               std::string_view::npos;
  };
  bool plain = !text.empty();
  for (char c : text)
    plain &= isPlain(static_cast<unsigned char>(c));
  if (plain)
    return text;
  std::string quoted = "'";
  for (char c : text)
    quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

absl::Status leaveReproducer(absl::Status failure, pipeline::Phase failed,
                             mlir::ModuleOp start, const std::string &folder,
                             const CompileOptions &options) {
  if (failed == pipeline::Phase::Input)
    return failure;
  const pipeline::PhaseInfo &phase = pipeline::getPhase(failed);
  const pipeline::PhaseInfo &before = *(&phase - 1);
  std::string path = reproducerPath(phase.name.str(), options);
  if (!writeText(path, printModule(start, folder, folderOf(path))).ok())
    return failure;
  std::string command = "tenon compile " + shellQuote(path) +
                        " --compile-from=" + before.name.str() +
                        " --compile-to=" + phase.name.str();
  if (failed == pipeline::Phase::Artifact)
    command += " -o " + shellQuote(options.output);
  if (!options.replayFlags.empty())
    command += " " + options.replayFlags;
  return withReplay(std::move(failure), command);
}

std::string reproducerPath(const std::string &what,
                           const CompileOptions &options) {
  return stem(options) + "." + what + ".repro.mlir";
}

absl::Status withReplay(absl::Status failure, const std::string &command) {
  failure.SetPayload(payloadUrl, absl::Cord(absl::string_view(command)));
  return failure;
}

std::string replayCommand(const absl::Status &status) {
  auto payload = status.GetPayload(payloadUrl);
  return payload ? std::string(*payload) : std::string();
}

} // namespace tenon::driver
