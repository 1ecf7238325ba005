#include "runtime/loader/SourceCheck.h"

#include "runtime/loader/Metadata.h"
#include "runtime/schema/FileFormat.h"

#include <algorithm>
#include <cstdio>
#include <cstring>

namespace tenon::rt {

namespace {

// Whether a path names something below the folder that it starts from: parts
// between single slashes, none of them "." or "..".
bool staysInside(const char *path, size_t length) {
  size_t start = 0;
  for (size_t i = 0; i <= length; ++i) {
    if (i < length && path[i] == 0)
      return false;
    if (i < length && path[i] != '/')
      continue;
    size_t part = i - start;
    if (part == 0 || (part <= 2 && strncmp(path + start, "..", part) == 0))
      return false;
    start = i + 1;
  }
  return true;
}

} // namespace

Code checkSource(const fb::Source &source, uint64_t sectionSize,
                 Diagnostic &diagnostic) {
  auto malformed = [&](const char *what, uint32_t index) {
    return diagnostic.fail(Code::Malformed, "malformed: source file %u %s",
                           index, what);
  };
  const auto &files = *source.files();
  if (files.size() == 0 || source.open_dims()->size() == 0)
    return diagnostic.fail(Code::Malformed,
                           "malformed: a source without files or open "
                           "dimensions");
  for (uint32_t i = 0; i < files.size(); ++i) {
    const fb::SourceFile &file = *files.Get(i);
    if (file.offset() % kTensorAlignment != 0 || file.offset() > sectionSize ||
        file.size() > sectionSize - file.offset())
      return malformed("lies outside its section", i);
    if (!staysInside(file.path()->c_str(), file.path()->size()))
      return malformed("has a path that leaves the model's folder", i);
    for (uint32_t k = 0; k < i; ++k)
      if (strcmp(files.Get(k)->path()->c_str(), file.path()->c_str()) == 0)
        return malformed("has the path of another", i);
  }
  return Code::Ok;
}

Code refuseOpenSizes(const fb::Source &source, Diagnostic &diagnostic) {
  const auto &dims = *source.open_dims();
  char flags[200];
  size_t used = 0;
  flags[0] = 0;
  for (uint32_t i = 0; i < dims.size(); ++i) {
    int n = snprintf(flags + used, sizeof(flags) - used, " --dim %s=SIZE",
                     dims.Get(i)->c_str());
    used = std::min(sizeof(flags) - 1, used + static_cast<size_t>(n));
  }
  return diagnostic.fail(
      Code::SizesOpen,
      "not compiled yet, the size of dimension '%s' is open%s: 'tenon compile"
      "%s' makes an artifact that a runtime loads; 'tenon run' compiles this "
      "one for the sizes of its inputs",
      dims.Get(0)->c_str(), dims.size() > 1 ? ", and of others" : "", flags);
}

} // namespace tenon::rt
