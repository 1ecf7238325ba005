// The test model compiled for a GPU that is pretended: the driver is the test
// driver, and its kernels are the CPU's, called block by block.
#ifndef TENON_TEST_RUNTIME_SUPPORT_TESTGPU_H
#define TENON_TEST_RUNTIME_SUPPORT_TESTGPU_H

#include "test/runtime/support/TestDriver.h"
#include "test/runtime/support/TestModel.h"

namespace tenon::test {

/// The driver, set back to a new sm_90 with two multiprocessors whose kernels
/// work. Opened at the first call.
TestDriver &testGpu();

/// PTX of a kernel for each of the contents', for a processor ("sm_80"). Their
/// bodies are empty: a real GPU would do nothing.
std::vector<uint8_t> testPtx(const artifact::ArtifactContents &contents,
                             const std::string &processor);

/// A header of a cubin for a processor, and the names of the contents' kernels:
/// what a loader and the test driver look at.
std::vector<uint8_t> testCubin(const artifact::ArtifactContents &contents,
                               const std::string &processor);

/// The test model with a variant of PTX for each processor; with `cubins` the
/// image is a cubin and PTX stands beside it. A kernel's name is the CPU's and
/// its number of tiles.
artifact::ArtifactContents
gpuContents(const std::vector<std::string> &processors = {"sm_80"},
            bool cubins = false);

} // namespace tenon::test

#endif // TENON_TEST_RUNTIME_SUPPORT_TESTGPU_H
