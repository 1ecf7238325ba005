// What the loader checks of code for a GPU; the driver does the rest.
#ifndef TENON_RUNTIME_LOADER_GPUIMAGE_H
#define TENON_RUNTIME_LOADER_GPUIMAGE_H

#include "runtime/loader/ArtifactFile.h"

namespace tenon::fb {
struct Variant;
} // namespace tenon::fb

namespace tenon::rt {

/// The target_arch of artifacts with code for NVIDIA's GPUs.
inline constexpr char kGpuArch[] = "nvptx64";

/// Whether an image is PTX text, rather than a cubin.
bool isPtx(const SectionBytes &image);

/// Checks that an image is a cubin (an ELF file for the machine "CUDA") or PTX,
/// and `ptx`, which may be empty, PTX. Errors: CodeRefused.
Code checkGpuImage(const SectionBytes &image, const SectionBytes &ptx,
                   Diagnostic &diagnostic);

/// The compute capability that a variant was made for, 10 * major + minor; 0
/// if its one feature does not say ("sm_80").
int variantCapability(const fb::Variant &variant);

} // namespace tenon::rt

#endif // TENON_RUNTIME_LOADER_GPUIMAGE_H
