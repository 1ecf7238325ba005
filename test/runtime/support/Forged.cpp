#include "test/runtime/support/Forged.h"

#include "compiler/artifact/SectionWriter.h"
#include "runtime/core/ElfImage.h"

#include <gtest/gtest.h>

namespace tenon::test {

using namespace tenon::artifact;

Forged::Forged(ArtifactContents given) : contents(std::move(given)) {
  for (const Variant &variant : contents.variants) {
    images.push_back(variant.image);
    ptx.push_back(variant.ptx);
  }
  placements.weights = {{0, 256, 0}};
  placements.constants = {{0, 3, 0}};
  placements.variableOffsets = {256, 0};
  placements.stateSize = 256 + 8 * 256;
  for (const Kernel &kernel : contents.kernels) {
    std::vector<uint64_t> &symbols =
        placements.symbols.emplace_back(images.size(), 0);
    // A GPU's kernels are found by name when they are loaded.
    for (size_t i = 0; i < images.size() && kernel.code[i].threads == 0; ++i)
      EXPECT_TRUE(rt::findElfSymbol(images[i].data(), images[i].size(),
                                    kernel.code[i].symbol.c_str(), symbols[i]));
  }
}

std::string Forged::write() {
  std::string path = temporaryPath("forged.tenon");
  uint32_t count = static_cast<uint32_t>(4 + images.size());
  for (const std::vector<uint8_t> &text : ptx)
    count += !text.empty();
  auto file = SectionWriter::create(path, count);
  EXPECT_TRUE(file.ok());
  SectionWriter &writer = **file;
  auto section = [&](rt::SectionKind kind, size_t index,
                     const std::vector<uint8_t> &bytes) {
    EXPECT_TRUE(writer.begin(kind, static_cast<uint32_t>(index)).ok());
    EXPECT_TRUE(writer.append(ByteSource::fromSpan(bytes)).ok());
    EXPECT_TRUE(writer.end().ok());
  };
  for (size_t i = 0; i < images.size(); ++i)
    section(rt::SectionKind::Code, i, images[i]);
  for (size_t i = 0; i < ptx.size(); ++i)
    if (!ptx[i].empty())
      section(rt::SectionKind::Ptx, i, ptx[i]);
  section(rt::SectionKind::Constants, 0, constants);
  section(rt::SectionKind::State, 0, state);
  section(rt::SectionKind::Weights, 0, weights);
  auto metadata = buildMetadata(contents, placements);
  EXPECT_TRUE(metadata.ok()) << metadata.status();
  section(rt::SectionKind::Metadata, 0, *metadata);
  EXPECT_TRUE(writer.finish().ok());
  EXPECT_TRUE(writer.commit().ok());
  return path;
}

std::string Forged::refusal() {
  tn_model *model = nullptr;
  tn_diagnostic diagnostic;
  tn_code code =
      tn_model_load_file(write().c_str(), nullptr, &model, &diagnostic);
  tn_model_release(model);
  return code == TN_OK
             ? ""
             : std::string(tn_code_name(code)) + " " + diagnostic.message;
}

} // namespace tenon::test
