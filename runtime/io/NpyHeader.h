// The text at the start of a NumPy file: a Python dictionary of three keys.
// The format is NumPy's NEP 1 with the later versions' wider length field.
#ifndef TENON_RUNTIME_IO_NPYHEADER_H
#define TENON_RUNTIME_IO_NPYHEADER_H

#include "runtime/io/Report.h"
#include "runtime/io/tenon_io.h"

#include <cstdio>
#include <string>
#include <string_view>

namespace tenon::io {

/// What the dictionary says.
struct NpyHeader {
  std::string descr; ///< NumPy's type string, such as "<f4"
  bool fortranOrder = false;
  int32_t rank = 0;
  int64_t shape[TN_MAX_RANK] = {};
};

/// Reads the dictionary strictly: each key once, nothing else, nothing behind.
Problem parseNpyHeader(std::string_view text, NpyHeader &header);

/// Writes a whole preamble, magic and padding included, for C order. Empty
/// when NumPy has no type for `dtype`.
std::string formatNpyPreamble(int32_t dtype, const int64_t *shape,
                              int32_t rank);
/// The same for the type string `descr`.
std::string formatNpyPreamble(std::string_view descr, const int64_t *shape,
                              int32_t rank);

/// The code points of each string of type "<U12", or -1 for other types.
int64_t charactersOfDescr(std::string_view descr);

/// The tn_dtype of a type string, or 0 when there is none; `wanted` says what
/// raw bytes are, and TN_UI32 that strings are code points.
int32_t dtypeOfDescr(std::string_view descr, int32_t wanted);

/// Reads a whole .npy file of `size` bytes from a stream. `wanted` as in
/// tn_npy_read.
Problem readNpyStream(FILE *file, uint64_t size, int32_t wanted,
                      tn_array &array);

} // namespace tenon::io

#endif // TENON_RUNTIME_IO_NPYHEADER_H
