// Writes the tests' model to a file, for tests in other languages:
// write_test_model PATH

#include "test/runtime/support/TestModel.h"

#include <cstdio>

int main(int argc, char **argv) {
  if (argc != 2)
    return 2;
  auto summary =
      tenon::artifact::writeArtifact(tenon::test::testContents(), argv[1]);
  if (!summary.ok())
    std::fprintf(stderr, "%s\n", summary.status().ToString().c_str());
  return summary.ok() ? 0 : 1;
}
