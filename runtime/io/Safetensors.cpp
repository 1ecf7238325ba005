// Reading and writing safetensors files: a length, a JSON header, the bytes.
// The header is checked against the file as strictly as the format asks:
// tensors of known types that fill the file without gaps.

#include "runtime/io/AtomicFile.h"
#include "runtime/io/Report.h"
#include "runtime/io/tenon_io.h"

#include "nlohmann/json.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <map>
#include <memory>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

using namespace tenon::io;
using Json = nlohmann::ordered_json;

namespace {

constexpr uint64_t kMostHeaderBytes = 100'000'000;

struct TypeName {
  const char *text;
  int32_t dtype;
};
constexpr TypeName kTypes[] = {
    {"F64", TN_F64},   {"F32", TN_F32},          {"F16", TN_F16},
    {"BF16", TN_BF16}, {"F8_E4M3", TN_F8E4M3FN}, {"F8_E5M2", TN_F8E5M2},
    {"I64", TN_I64},   {"I32", TN_I32},          {"I16", TN_I16},
    {"I8", TN_I8},     {"U64", TN_UI64},         {"U32", TN_UI32},
    {"U16", TN_UI16},  {"U8", TN_UI8},           {"BOOL", TN_I1}};

Problem malformed(std::string text) {
  return {TN_SAFETENSORS_MALFORMED, std::move(text)};
}

struct Entry {
  std::string name;
  int32_t dtype = 0;
  std::vector<int64_t> shape;
  uint64_t begin = 0, end = 0;
};

/// Bytes of a dense tensor; false on overflow.
bool byteSize(int32_t dtype, const std::vector<int64_t> &shape,
              uint64_t &bytes) {
  bytes = static_cast<uint64_t>(tn_dtype_bits(dtype)) / 8;
  bool empty = false;
  for (int64_t dim : shape) {
    empty |= dim == 0;
    if (dim < 0 || (dim > 0 && __builtin_mul_overflow(
                                   bytes, static_cast<uint64_t>(dim), &bytes)))
      return false;
  }
  if (empty)
    bytes = 0;
  return true;
}

} // namespace

struct tn_safetensors {
  void *mapping = nullptr;
  size_t mappedSize = 0;
  const uint8_t *data = nullptr;
  std::vector<Entry> entries;
  std::map<std::string, std::string> metadata;

  ~tn_safetensors() {
    if (mapping)
      munmap(mapping, mappedSize);
  }
};

namespace {

Problem readEntry(const std::string &name, const Json &json, Entry &entry) {
  auto bad = [&](const std::string &what) {
    return malformed("tensor '" + name.substr(0, 100) + "' " + what);
  };
  if (!json.is_object() || !json.contains("dtype") || !json.contains("shape") ||
      !json.contains("data_offsets") || !json["dtype"].is_string() ||
      !json["shape"].is_array() || !json["data_offsets"].is_array() ||
      json["data_offsets"].size() != 2)
    return bad("has no dtype, shape and data_offsets");
  entry.name = name;
  std::string type = json["dtype"].get<std::string>();
  for (const TypeName &known : kTypes)
    if (type == known.text)
      entry.dtype = known.dtype;
  if (!entry.dtype)
    return bad("is of unknown type '" + type.substr(0, 20) + "'");
  if (json["shape"].size() > TN_MAX_RANK)
    return bad("has too many dimensions");
  for (const Json &dim : json["shape"]) {
    if (!dim.is_number_unsigned() || dim.get<uint64_t>() > INT64_MAX)
      return bad("has a dimension that is no size");
    entry.shape.push_back(dim.get<int64_t>());
  }
  const Json &offsets = json["data_offsets"];
  if (!offsets[0].is_number_unsigned() || !offsets[1].is_number_unsigned())
    return bad("has offsets that are no numbers");
  entry.begin = offsets[0].get<uint64_t>();
  entry.end = offsets[1].get<uint64_t>();
  uint64_t bytes = 0;
  if (!byteSize(entry.dtype, entry.shape, bytes) || entry.end < entry.begin ||
      entry.end - entry.begin != bytes)
    return bad("has another size than its shape");
  return {};
}

Problem readHeader(tn_safetensors &file) {
  const auto *bytes = static_cast<const uint8_t *>(file.mapping);
  uint64_t length = 0;
  memcpy(&length, bytes, sizeof(length));
  if (length > kMostHeaderBytes || length > file.mappedSize - sizeof(length))
    return malformed("the header is longer than the file");
  const char *text = reinterpret_cast<const char *>(bytes + sizeof(length));
  Json header = Json::parse(text, text + length, nullptr, false);
  if (!header.is_object())
    return malformed("the header is no JSON object");
  for (const auto &[name, json] : header.items()) {
    if (name == "__metadata__") {
      if (!json.is_object())
        return malformed("__metadata__ is no object");
      for (const auto &[key, value] : json.items()) {
        if (!value.is_string())
          return malformed("__metadata__ holds more than text");
        file.metadata[key] = value.get<std::string>();
      }
      continue;
    }
    Entry entry;
    Problem problem = readEntry(name, json, entry);
    if (problem.code != TN_OK)
      return problem;
    file.entries.push_back(std::move(entry));
  }
  // The tensors fill the rest of the file without gaps.
  std::vector<const Entry *> order;
  for (const Entry &entry : file.entries)
    order.push_back(&entry);
  std::sort(order.begin(), order.end(), [](const Entry *a, const Entry *b) {
    return std::pair(a->begin, a->end) < std::pair(b->begin, b->end);
  });
  uint64_t at = 0;
  for (const Entry *entry : order) {
    if (entry->begin != at)
      return malformed("tensor '" + entry->name.substr(0, 100) +
                       "' does not follow the one before it");
    at = entry->end;
  }
  if (at != file.mappedSize - sizeof(length) - length)
    return malformed("holds " +
                     std::to_string(file.mappedSize - sizeof(length) - length) +
                     " bytes of data, the header needs " + std::to_string(at));
  file.data = bytes + sizeof(length) + length;
  return {};
}

Problem openFile(const char *path, tn_safetensors &file) {
  int descriptor = open(path, O_RDONLY | O_CLOEXEC);
  struct stat info;
  if (descriptor < 0 || fstat(descriptor, &info) != 0) {
    Problem problem{TN_FILE_UNREADABLE,
                    std::string("cannot open: ") + strerror(errno)};
    if (descriptor >= 0)
      close(descriptor);
    return problem;
  }
  if (!S_ISREG(info.st_mode) || info.st_size < 8) {
    close(descriptor);
    return S_ISREG(info.st_mode)
               ? malformed("is too short")
               : Problem{TN_FILE_UNREADABLE, "not a regular file"};
  }
  file.mappedSize = static_cast<size_t>(info.st_size);
  void *mapping =
      mmap(nullptr, file.mappedSize, PROT_READ, MAP_PRIVATE, descriptor, 0);
  int failure = errno;
  close(descriptor);
  if (mapping == MAP_FAILED)
    return {TN_FILE_UNREADABLE,
            std::string("cannot map: ") + strerror(failure)};
  file.mapping = mapping;
  return readHeader(file);
}

Problem writeFile(const char *path, const tn_named_tensor *tensors,
                  size_t count, const char *const *metadata,
                  size_t metadataCount) {
  Json header = Json::object();
  if (metadataCount)
    header["__metadata__"] = Json::object();
  for (size_t i = 0; i < metadataCount; ++i)
    header["__metadata__"][metadata[2 * i]] = metadata[2 * i + 1];
  uint64_t at = 0;
  std::vector<uint64_t> sizes;
  for (size_t i = 0; i < count; ++i) {
    const tn_tensor &tensor = tensors[i].tensor;
    const char *type = nullptr;
    for (const TypeName &known : kTypes)
      if (known.dtype == tensor.dtype)
        type = known.text;
    if (!type)
      return {TN_NOT_SUPPORTED, std::string("safetensors has no type for ") +
                                    tn_dtype_name(tensor.dtype)};
    std::vector<int64_t> shape(tensor.shape, tensor.shape + tensor.rank);
    uint64_t bytes = 0;
    if (!byteSize(tensor.dtype, shape, bytes) || (bytes && !tensor.data))
      return {TN_INVALID_ARGUMENT, std::string("tensor '") + tensors[i].name +
                                       "' has no data or a bad shape"};
    if (header.contains(tensors[i].name))
      return {TN_INVALID_ARGUMENT,
              std::string("two tensors are called '") + tensors[i].name + "'"};
    header[tensors[i].name] = {
        {"dtype", type}, {"shape", shape}, {"data_offsets", {at, at + bytes}}};
    sizes.push_back(bytes);
    at += bytes;
  }
  std::string text =
      header.dump(-1, ' ', false, Json::error_handler_t::replace);
  // Data begin at a multiple of 64, so that a mapped tensor is aligned.
  text.append((64 - (text.size() + 8) % 64) % 64, ' ');
  return writeAtomically(path, [&](const ByteWriter &write) {
    uint64_t length = text.size();
    bool good = write(&length, sizeof(length)) && write(text.data(), length);
    for (size_t i = 0; good && i < count; ++i)
      good = write(tensors[i].tensor.data, sizes[i]);
    return good;
  });
}

} // namespace

tn_code tn_safetensors_open(const char *path, tn_safetensors **file,
                            tn_diagnostic *diagnostic) {
  if (!path || !file)
    return report(diagnostic, "",
                  {TN_INVALID_ARGUMENT, "path or file is NULL"});
  return guarded(diagnostic, path, [&]() -> Problem {
    auto opened = std::make_unique<tn_safetensors>();
    Problem problem = openFile(path, *opened);
    if (problem.code == TN_OK)
      *file = opened.release();
    return problem;
  });
}

void tn_safetensors_close(tn_safetensors *file) { delete file; }

uint32_t tn_safetensors_count(const tn_safetensors *file) {
  return file ? static_cast<uint32_t>(file->entries.size()) : 0;
}

const char *tn_safetensors_name(const tn_safetensors *file, uint32_t index) {
  return index < tn_safetensors_count(file) ? file->entries[index].name.c_str()
                                            : nullptr;
}

tn_code tn_safetensors_find(const tn_safetensors *file, const char *name,
                            tn_tensor *tensor, tn_diagnostic *diagnostic) {
  if (!file || !name || !tensor)
    return report(diagnostic, "",
                  {TN_INVALID_ARGUMENT, "file, name or tensor is NULL"});
  return guarded(diagnostic, "", [&]() -> Problem {
    for (const Entry &entry : file->entries) {
      if (entry.name != name)
        continue;
      *tensor = {entry.dtype, static_cast<int32_t>(entry.shape.size()),
                 entry.shape.data(), file->data + entry.begin};
      return {};
    }
    return {TN_NO_SUCH_NAME,
            "the file has no tensor '" + std::string(name) + "'"};
  });
}

const char *tn_safetensors_metadata(const tn_safetensors *file,
                                    const char *key) {
  if (!file || !key)
    return nullptr;
  auto it = file->metadata.find(key);
  return it == file->metadata.end() ? nullptr : it->second.c_str();
}

tn_code tn_safetensors_write(const char *path, const tn_named_tensor *tensors,
                             size_t count, const char *const *metadata,
                             size_t metadata_count, tn_diagnostic *diagnostic) {
  bool valid = path && (tensors || !count) && (metadata || !metadata_count);
  for (size_t i = 0; valid && i < count; ++i)
    valid = tensors[i].name && tensors[i].tensor.rank >= 0 &&
            tensors[i].tensor.rank <= TN_MAX_RANK &&
            (tensors[i].tensor.shape || !tensors[i].tensor.rank);
  for (size_t i = 0; valid && i < 2 * metadata_count; ++i)
    valid = metadata[i] != nullptr;
  if (!valid)
    return report(diagnostic, "",
                  {TN_INVALID_ARGUMENT, "path, a tensor or a name is missing"});
  return guarded(diagnostic, path, [&] {
    return writeFile(path, tensors, count, metadata, metadata_count);
  });
}
