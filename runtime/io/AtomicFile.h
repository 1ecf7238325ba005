// Files that appear whole or not at all, also when the machine stops.
#ifndef TENON_RUNTIME_IO_ATOMICFILE_H
#define TENON_RUNTIME_IO_ATOMICFILE_H

#include "runtime/io/Report.h"

#include <cstddef>
#include <functional>
#include <string>

namespace tenon::io {

/// Takes the next bytes of the file; false when they could not be written.
using ByteWriter = std::function<bool(const void *data, size_t size)>;

/// Writes a file beside `path` by what `body` gives to its writer, brings it to
/// the disk (fsync), renames it to `path`, and brings the folder's entry to the
/// disk. A reader sees the old file or the new one. On failure nothing is left
/// behind; what a killed process leaves is called PATH.PID.N.tmp.
Problem writeAtomically(const std::string &path,
                        const std::function<bool(const ByteWriter &)> &body);

} // namespace tenon::io

#endif // TENON_RUNTIME_IO_ATOMICFILE_H
