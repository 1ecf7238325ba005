//===- WeightCheck.cpp - a module's weights and their files ---------------===//
#include "compiler/import/WeightCheck.h"

#include "compiler/import/MappedFile.h"

#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "ir/graph/GraphOps.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/SHA256.h"

#include <filesystem>

using namespace tenon;
namespace fs = std::filesystem;

static std::string sha256(absl::string_view bytes) {
  auto digest = llvm::SHA256::hash(llvm::ArrayRef(
      reinterpret_cast<const uint8_t *>(bytes.data()), bytes.size()));
  return llvm::toHex(digest, /*LowerCase=*/true);
}

/// The hash of `bytes` by the algorithm that `stated` names; empty for one
/// that is not known.
static std::string hashLike(absl::string_view stated, absl::string_view bytes) {
  if (absl::ConsumePrefix(&stated, "xxh3:"))
    return absl::StrCat("xxh3:", contentHash(bytes));
  if (absl::ConsumePrefix(&stated, "sha256:"))
    return absl::StrCat("sha256:", sha256(bytes));
  return "";
}

absl::Status tenon::checkWeights(mlir::ModuleOp module,
                                 const std::string &path) {
  absl::flat_hash_map<std::string, std::shared_ptr<const MappedFile>> files;
  for (auto weight : module.getOps<graph::WeightOp>()) {
    if (!weight.getFile())
      continue;
    std::string prefix = absl::StrCat("'", path, "': weight '",
                                      weight.getSymName().str(), "': ");
    std::string name = weight.getFile()->str();
    if (!weight.getOffset())
      return absl::InvalidArgumentError(
          absl::StrCat(prefix, "its place in '", name, "' is not known"));
    auto &file = files[name];
    if (!file) {
      // An absolute path is what a person or a dump of ours wrote on purpose.
      auto opened = MappedFile::open(
          (fs::path(path).parent_path() / fs::path(name)).string());
      if (!opened.ok())
        return absl::InvalidArgumentError(
            absl::StrCat(prefix, opened.status().message()));
      file = *opened;
    }
    auto offset = static_cast<uint64_t>(*weight.getOffset());
    auto size = static_cast<uint64_t>(weight.getByteSize());
    if (!file->contains(offset, size))
      return absl::InvalidArgumentError(absl::StrCat(
          prefix, "bytes ", offset, " + ", size, " lie outside of '", name,
          "' (", file->size(), " bytes)"));
    if (!weight.getHash())
      continue;
    std::string stated = absl::AsciiStrToLower(weight.getHash()->str());
    std::string found = hashLike(stated, file->bytes(offset, size));
    if (found.empty())
      return absl::InvalidArgumentError(
          absl::StrCat(prefix, "the hash '", stated,
                       "' is neither xxh3:HEX nor sha256:HEX"));
    if (found != stated)
      return absl::DataLossError(
          absl::StrCat(prefix, "the bytes in '", name,
                       "' are not those that its hash states"));
  }
  return absl::OkStatus();
}
