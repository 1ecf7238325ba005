#include "backends/cuda/codegen/Assembler.h"

#include "llvm/ADT/ScopeExit.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Program.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

std::string tenon::cuda::findAssembler() {
  if (ErrorOr<std::string> found = sys::findProgramByName("ptxas"))
    return *found;
  if (ErrorOr<std::string> found =
          sys::findProgramByName("ptxas", {"/usr/local/cuda/bin"}))
    return *found;
  return "";
}

static Expected<std::string> readFile(StringRef path) {
  auto buffer = MemoryBuffer::getFile(path);
  if (!buffer)
    return errorCodeToError(buffer.getError());
  return (*buffer)->getBuffer().str();
}

Expected<std::vector<char>> tenon::cuda::assemble(StringRef assembler,
                                                  StringRef ptx, StringRef cpu,
                                                  std::string *report) {
  SmallString<128> folder;
  if (std::error_code error =
          sys::fs::createUniqueDirectory("tenon-ptxas", folder))
    return errorCodeToError(error);
  scope_exit remove([&] { sys::fs::remove_directories(folder); });
  auto inFolder = [&](StringRef name) {
    SmallString<128> path = folder;
    sys::path::append(path, name);
    return std::string(path);
  };
  std::string input = inFolder("kernels.ptx"), output = inFolder("cubin"),
              log = inFolder("log");
  {
    std::error_code error;
    raw_fd_ostream os(input, error);
    if (error)
      return errorCodeToError(error);
    os << ptx;
  }
  std::string architecture = ("-arch=" + cpu).str();
  SmallVector<StringRef> arguments = {assembler, architecture, "-O3", "-v",
                                      input,     "-o",         output};
  std::optional<StringRef> redirects[] = {StringRef(), StringRef(log),
                                          StringRef(log)};
  std::string message;
  int status = sys::ExecuteAndWait(assembler, arguments, std::nullopt,
                                   redirects, /*SecondsToWait=*/600,
                                   /*MemoryLimit=*/0, &message);
  Expected<std::string> said = readFile(log);
  if (!said)
    return said.takeError();
  if (status != 0)
    return createStringError("ptxas failed: " +
                             (message.empty() ? *said : message));
  if (report)
    *report = *said;
  Expected<std::string> cubin = readFile(output);
  if (!cubin)
    return cubin.takeError();
  return std::vector<char>(cubin->begin(), cubin->end());
}
