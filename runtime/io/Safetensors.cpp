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
#include <unordered_map>
#include <vector>

using namespace tenon::io;
using Json = nlohmann::ordered_json;
/// What is read: members are looked up, not searched for.
using Header = nlohmann::json;

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
  /// Of each tensor's name, its place in `entries`.
  std::unordered_map<std::string, size_t> places;
  std::map<std::string, std::string> metadata;

  ~tn_safetensors() {
    if (mapping)
      munmap(mapping, mappedSize);
  }
};

namespace {

std::string tensorNamed(const std::string &name) {
  return "tensor '" + name.substr(0, 100) + "' ";
}

Problem readEntry(const std::string &name, const Header &json, Entry &entry) {
  auto bad = [&](const std::string &what) {
    return malformed(tensorNamed(name) + what);
  };
  // C callers would take it for another name.
  if (name.find('\0') != std::string::npos)
    return bad("has a name with a zero byte");
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
  for (const Header &dim : json["shape"]) {
    if (!dim.is_number_unsigned() || dim.get<uint64_t>() > INT64_MAX)
      return bad("has a dimension that is no size");
    entry.shape.push_back(dim.get<int64_t>());
  }
  const Header &offsets = json["data_offsets"];
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

Problem readMetadata(const Header &json,
                     std::map<std::string, std::string> &metadata) {
  if (!json.is_object())
    return malformed("__metadata__ is no object");
  for (const auto &[key, value] : json.items()) {
    if (!value.is_string())
      return malformed("__metadata__ holds more than text");
    metadata[key] = value.get<std::string>();
  }
  return {};
}

/// Takes the header apart while it is parsed: each tensor leaves the document
/// once it is read, so that the parser, which replaces a member by a later one
/// of its name, cannot lose any.
class HeaderReader {
public:
  explicit HeaderReader(tn_safetensors &file) : file(file) {}

  Problem read(const char *text, uint64_t length) {
    auto visit = [this](int depth, Header::parse_event_t event,
                        Header &parsed) {
      return onEvent(depth, event, parsed);
    };
    // Discarding everything leaves an empty object, and a failure nothing.
    Header header = Header::parse(text, text + length, visit, false);
    if (!isObject || header.is_discarded())
      return malformed("the header is no JSON object");
    return problem;
  }

private:
  /// Whether the parser keeps what it has parsed.
  bool onEvent(int depth, Header::parse_event_t event, Header &parsed) {
    using Event = Header::parse_event_t;
    if (depth == 0 && event == Event::object_start)
      isObject = true;
    if (depth == 1 && event == Event::key)
      name = parsed.get<std::string>();
    bool isMember =
        depth == 1 && (event == Event::object_end ||
                       event == Event::array_end || event == Event::value);
    if (!isMember)
      return true;
    if (problem.code == TN_OK)
      problem = addMember(parsed);
    return false;
  }

  Problem addMember(const Header &json) {
    if (name == "__metadata__")
      return readMetadata(json, file.metadata);
    Entry entry;
    Problem wrong = readEntry(name, json, entry);
    if (wrong.code != TN_OK)
      return wrong;
    if (!file.places.emplace(name, file.entries.size()).second)
      return malformed(tensorNamed(name) + "is there twice");
    file.entries.push_back(std::move(entry));
    return {};
  }

  tn_safetensors &file;
  bool isObject = false;
  std::string name;
  Problem problem;
};

/// The tensors fill the `size` bytes behind the header without gaps.
Problem checkPlaces(const tn_safetensors &file, uint64_t size) {
  std::vector<const Entry *> order;
  for (const Entry &entry : file.entries)
    order.push_back(&entry);
  std::sort(order.begin(), order.end(), [](const Entry *a, const Entry *b) {
    return std::pair(a->begin, a->end) < std::pair(b->begin, b->end);
  });
  uint64_t at = 0;
  for (const Entry *entry : order) {
    if (entry->begin != at)
      return malformed(tensorNamed(entry->name) +
                       "does not follow the one before it");
    at = entry->end;
  }
  if (at != size)
    return malformed("holds " + std::to_string(size) +
                     " bytes of data, the header needs " + std::to_string(at));
  return {};
}

Problem readHeader(tn_safetensors &file) {
  const auto *bytes = static_cast<const uint8_t *>(file.mapping);
  uint64_t length = 0;
  memcpy(&length, bytes, sizeof(length));
  if (length > file.mappedSize - sizeof(length))
    return malformed("the header is longer than the file");
  if (length > kMostHeaderBytes)
    return malformed("the header is longer than 100 MB");
  const char *text = reinterpret_cast<const char *>(bytes + sizeof(length));
  Problem problem = HeaderReader(file).read(text, length);
  if (problem.code != TN_OK)
    return problem;
  file.data = bytes + sizeof(length) + length;
  return checkPlaces(file, file.mappedSize - sizeof(length) - length);
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
    auto place = file->places.find(name);
    if (place == file->places.end())
      return {TN_NO_SUCH_NAME,
              "the file has no tensor '" + std::string(name) + "'"};
    const Entry &entry = file->entries[place->second];
    *tensor = {entry.dtype, static_cast<int32_t>(entry.shape.size()),
               entry.shape.data(), file->data + entry.begin};
    return {};
  });
}

uint64_t tn_safetensors_offset(const tn_safetensors *file, const char *name) {
  tn_tensor tensor;
  if (tn_safetensors_find(file, name, &tensor, nullptr) != TN_OK)
    return UINT64_MAX;
  return static_cast<uint64_t>(static_cast<const uint8_t *>(tensor.data) -
                               static_cast<const uint8_t *>(file->mapping));
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
