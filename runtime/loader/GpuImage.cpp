#include "runtime/loader/GpuImage.h"

#include "runtime/loader/Metadata.h"

#include <cstring>

namespace tenon::rt {

namespace {

bool isCubin(const SectionBytes &image) {
  // e_ident and e_machine of an ELF64 header; EM_CUDA is 190.
  static constexpr uint8_t magic[] = {0x7f, 'E', 'L', 'F', 2, 1};
  return image.size >= 64 && memcmp(image.data, magic, sizeof(magic)) == 0 &&
         image.data[18] == 190 && image.data[19] == 0;
}

} // namespace

bool isPtx(const SectionBytes &image) {
  // Comments come first, then the directive that any PTX begins with.
  return image.size > 0 &&
         memmem(image.data, image.size, ".version", 8) != nullptr &&
         memchr(image.data, 0, image.size) == nullptr;
}

Code checkGpuImage(const SectionBytes &image, const SectionBytes &ptx,
                   Diagnostic &diagnostic) {
  if (!isCubin(image) && !isPtx(image))
    return diagnostic.fail(Code::CodeRefused,
                           "code refused: neither a cubin nor PTX");
  if (ptx.size != 0 && !isPtx(ptx))
    return diagnostic.fail(Code::CodeRefused, "code refused: the PTX is none");
  return Code::Ok;
}

int variantCapability(const fb::Variant &variant) {
  if (variant.features()->size() != 1)
    return 0;
  const char *name = variant.features()->Get(0)->c_str();
  if (strncmp(name, "sm_", 3) != 0)
    return 0;
  int number = 0;
  for (const char *c = name + 3; *c >= '0' && *c <= '9' && number < 1000; ++c)
    number = 10 * number + (*c - '0');
  return number;
}

} // namespace tenon::rt
