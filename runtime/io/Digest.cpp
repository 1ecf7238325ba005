// The SHA-256 of a whole artifact.

#include "runtime/capi/tenon_inspect.h"
#include "runtime/io/Report.h"
#include "runtime/io/tenon_io.h"

#include <openssl/evp.h>

#include <cstdio>
#include <cstring>
#include <memory>
#include <vector>

using namespace tenon::io;

namespace {

// Where the digest stands in a file's header (docs/artifact.md).
constexpr size_t kDigestOffset = 48;
constexpr size_t kDigestSize = 32;

bool digestOf(const char *path, unsigned char *digest) {
  std::unique_ptr<FILE, int (*)(FILE *)> file(fopen(path, "rbe"), fclose);
  std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX *)> context(EVP_MD_CTX_new(),
                                                              EVP_MD_CTX_free);
  if (!file || !context ||
      !EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr))
    return false;
  std::vector<unsigned char> piece(size_t{1} << 20);
  bool first = true;
  while (size_t n = fread(piece.data(), 1, piece.size(), file.get())) {
    if (first && n >= kDigestOffset + kDigestSize)
      memset(piece.data() + kDigestOffset, 0, kDigestSize);
    first = false;
    if (!EVP_DigestUpdate(context.get(), piece.data(), n))
      return false;
  }
  return !ferror(file.get()) &&
         EVP_DigestFinal_ex(context.get(), digest, nullptr);
}

} // namespace

tn_code tn_verify_sha256(const char *path, tn_diagnostic *diagnostic) {
  tn_load_options options = TN_LOAD_OPTIONS_INIT;
  options.inspect_only = 1;
  options.skip_weight_check = 1;
  tn_model *model = nullptr;
  if (tn_code code = tn_model_load_file(path, &options, &model, diagnostic))
    return code;
  tn_artifact_info info;
  tn_code code = tn_model_artifact_info(model, &info, diagnostic);
  tn_model_release(model);
  if (code)
    return code;
  return guarded(diagnostic, path, [&]() -> Problem {
    unsigned char digest[EVP_MAX_MD_SIZE];
    if (!digestOf(path, digest))
      return {TN_FILE_UNREADABLE, "cannot be read"};
    if (memcmp(digest, info.sha256, sizeof(info.sha256)) != 0)
      return {TN_DIGEST_MISMATCH, "damaged: its SHA-256 is not the stated one"};
    return {};
  });
}
